package org.numaslab.node.memory;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;
import org.numaslab.node.topology.EnvironmentFailure;

/// The physical memory of one emulated machine, addressed by physical address: pages, and the
/// [FrameTable] behind them.
///
/// ```text
/// base                        base + span bytes
/// | page 0 | page 1 | ...     | entry of frame 0 | entry of frame 1 | ... |
/// ```
///
/// Nothing is touched until it is written; what is touched is bounded by a budget, so that an
/// emulated machine larger than the real one ends in a clear error. `load` and `store` allocate
/// nothing. A corrupt address beyond the reservation is an [IndexOutOfBoundsException]: an emulated
/// oops.
public final class Memory implements AutoCloseable {
  public static final int PAGE_SHIFT = 12;
  public static final int PAGE_BYTES = 1 << PAGE_SHIFT;

  private final long base;
  private final long spanFrames;
  private final FrameTable frames;
  private final LongPredicate owned;
  private final long touchedFramesMax;
  private final AtomicLong touchedFrames;
  private final AtomicLong pagesInUse;
  private final AtomicBoolean open;

  private Memory(long base, long spanFrames, long touchedBytesMax) {
    this.base = base;
    this.spanFrames = spanFrames;
    this.owned = frame -> true;
    this.frames = new FrameTable(base + (spanFrames << PAGE_SHIFT), spanFrames, owned);
    this.touchedFramesMax = touchedBytesMax >> PAGE_SHIFT;
    this.touchedFrames = new AtomicLong();
    this.pagesInUse = new AtomicLong();
    this.open = new AtomicBoolean(true);
  }

  private Memory(Memory whole, LongPredicate owned) {
    this.base = whole.base;
    this.spanFrames = whole.spanFrames;
    this.owned = owned;
    this.frames = new FrameTable(base + (spanFrames << PAGE_SHIFT), spanFrames, owned);
    this.touchedFramesMax = whole.touchedFramesMax;
    this.touchedFrames = whole.touchedFrames;
    this.pagesInUse = whole.pagesInUse;
    this.open = whole.open;
  }

  /// Memory for a machine whose physical address space ends before page frame `spanFrames`.
  ///
  /// @param touchedBytesMax how much of it may really be used, in bytes of real memory
  /// @throws EnvironmentFailure when the system has no address space left
  public static Memory reserve(long spanFrames, long touchedBytesMax) {
    if (spanFrames < 1 || spanFrames > FrameTable.FRAMES_MAX) {
      throw new IllegalArgumentException("span of " + spanFrames + " page frames");
    }
    long spanBytes = spanFrames << PAGE_SHIFT;
    long base = Reservation.take(spanBytes + FrameTable.bytesFor(spanFrames));
    return new Memory(base, spanFrames, touchedBytesMax);
  }

  /// The same memory as one node or cpu may touch it: with assertions on, an access to a frame that
  /// `owned` denies fails. Without this a message that was forgotten would go unnoticed where all
  /// nodes share a JVM.
  public Memory seenBy(LongPredicate owned) {
    return new Memory(this, owned);
  }

  /// @throws IndexOutOfBoundsException beyond the machine: so with assertions on that is the same
  ///   oops as beyond the reservation
  private boolean owns(long address, long bytes) {
    Objects.checkFromIndexSize(address, bytes, spanFrames << PAGE_SHIFT);
    long first = address >>> PAGE_SHIFT;
    long last = (address + bytes - 1) >>> PAGE_SHIFT;
    return owned.test(first) && (last <= first || owned.test(last));
  }

  private String foreign(long address) {
    return ObjectAddress.print(address) + " is not this node's memory: send its node a message";
  }

  public FrameTable frames() {
    return frames;
  }

  public long spanFrames() {
    return spanFrames;
  }

  public long load(long address) {
    assert owns(address, Long.BYTES) : foreign(address);
    return Reservation.ALL.get(JAVA_LONG_UNALIGNED, base + address);
  }

  public void store(long address, long value) {
    assert owns(address, Long.BYTES) : foreign(address);
    Reservation.ALL.set(JAVA_LONG_UNALIGNED, base + address, value);
  }

  public int loadInt(long address) {
    assert owns(address, Integer.BYTES) : foreign(address);
    return Reservation.ALL.get(JAVA_INT_UNALIGNED, base + address);
  }

  public void storeInt(long address, int value) {
    assert owns(address, Integer.BYTES) : foreign(address);
    Reservation.ALL.set(JAVA_INT_UNALIGNED, base + address, value);
  }

  public byte loadByte(long address) {
    assert owns(address, 1) : foreign(address);
    return Reservation.ALL.get(JAVA_BYTE, base + address);
  }

  public void storeByte(long address, byte value) {
    assert owns(address, 1) : foreign(address);
    Reservation.ALL.set(JAVA_BYTE, base + address, value);
  }

  public void fill(long address, long bytes, byte value) {
    assert owns(address, bytes) : foreign(address);
    Reservation.ALL.asSlice(base + address, bytes).fill(value);
  }

  public byte[] copyOut(long address, int bytes) {
    assert owns(address, bytes) : foreign(address);
    byte[] copy = new byte[bytes];
    MemorySegment.copy(Reservation.ALL, JAVA_BYTE, base + address, copy, 0, bytes);
    return copy;
  }

  public void copyIn(long address, byte[] bytes) {
    assert owns(address, bytes.length) : foreign(address);
    MemorySegment.copy(bytes, 0, Reservation.ALL, JAVA_BYTE, base + address, bytes.length);
  }

  /// Counts the frames of a block as touched, each once in the life of the machine.
  ///
  /// @throws EnvironmentFailure when that exceeds the budget; the block is then not counted
  public void touch(long frame, int order) {
    long fresh = frames.countUntouched(frame, order);
    if (fresh > 0 && !withinBudget(fresh)) {
      throw new EnvironmentFailure(
          "emulated memory in use would exceed what is allowed: "
              + kib(touchedFrames.get() + fresh)
              + " KiB touched, "
              + kib(touchedFramesMax)
              + " KiB allowed; raise --limit-touched or replay less");
    }
    frames.markTouched(frame, order);
    pagesInUse.addAndGet(1L << order);
  }

  /// Takes back a block that was counted by [#touch]. Its frames stay touched.
  public void takeBack(int order) {
    pagesInUse.addAndGet(-(1L << order));
  }

  /// Pages that were handed out and did not come back.
  public long pagesInUse() {
    return pagesInUse.get();
  }

  /// Adds to the count unless that exceeds the budget; a node that is refused never keeps another
  /// from what fits.
  private boolean withinBudget(long fresh) {
    long before = touchedFrames.get();
    while (before + fresh <= touchedFramesMax) {
      long seen = touchedFrames.compareAndExchange(before, before + fresh);
      if (seen == before) {
        return true;
      }
      before = seen;
    }
    return false;
  }

  private static long kib(long frames) {
    return frames << (PAGE_SHIFT - 10);
  }

  /// Bytes of real memory that pages of this machine have used so far.
  public long touchedBytes() {
    return touchedFrames.get() << PAGE_SHIFT;
  }

  /// Machines of this JVM whose memory is not closed.
  public static int openCount() {
    return Reservation.rangesInUse();
  }

  /// Gives all of it back. Every later access to the range belongs to somebody else: close the
  /// machine's CPUs and nodes first.
  @Override
  public void close() {
    if (!open.getAndSet(false)) {
      throw new IllegalStateException("memory of this machine is closed already");
    }
    Reservation.giveBack(base);
  }
}
