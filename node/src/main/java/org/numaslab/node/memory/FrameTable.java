package org.numaslab.node.memory;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.LongConsumer;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/// One entry per page frame, beside the pages: what the frame is used for. Models `struct page` /
/// `struct slab` of Linux 6.1.
///
/// ```text
/// entry   0              8          12         16         20         24         32
///         +--------------+----------+----------+----------+----------+----------+
///         | slab word    | head     | use      | next     | prev     | block    |
///         +--------------+----------+----------+----------+----------+----------+
/// use     kind 3 bits | touched 1 | order 4 | cache 24, of a free block its list
/// block   what the buddy notes of a pageblock, in the first entry that it has of it
/// ```
///
/// `head` is the first frame of the slab or block that the frame belongs to; `next` and `prev` link
/// heads into one list of their node (0 ends it: frame 0 is never handed out).
///
/// Owner: the node of the frame. Its CPUs read entries of slabs whose objects they hold, and
/// exchange the word. An entry that was never written reads as zeros: kind NONE.
public final class FrameTable {
  /// Frame numbers are 32 bits in an entry: 16 TiB of 4 KiB pages.
  public static final long FRAMES_MAX = 1L << 32;

  public static final int CACHES_MAX = 1 << 24;

  /// What a frame is used for.
  public enum Kind {
    /// Nothing, or in the middle of a free block.
    NONE,
    /// The first frame of a free block of the buddy.
    FREE_BLOCK,
    /// A frame of a slab.
    SLAB,
    /// A frame of a block that is handed out as it is.
    PAGES,
    /// Off limits: reserved by the recorded machine.
    RESERVED,
    /// A frame of a slab whose pages wait for the end of a grace period.
    RCU;

    private static final Kind[] ALL = values();
  }

  private static final int WORD = 0;
  private static final int HEAD = WORD + 8;
  private static final int USE = HEAD + 4;
  private static final int NEXT = USE + 4;
  private static final int PREV = NEXT + 4;
  private static final int BLOCK = PREV + 4;
  private static final int ENTRY_SHIFT = 5;

  private static final int KIND_MASK = 7;
  private static final int TOUCHED = 8;
  private static final int ORDER_SHIFT = 4;
  private static final int ORDER_MASK = 15;
  private static final int CACHE_SHIFT = 8;

  private static final VarHandle LONG = exact(JAVA_LONG.varHandle());

  private final long base;
  private final long frames;
  private final LongPredicate owned;
  private @Nullable LongConsumer beforeExchange;

  FrameTable(long base, long frames, LongPredicate owned) {
    this.base = base;
    this.frames = frames;
    this.owned = owned;
  }

  private static VarHandle exact(VarHandle handle) {
    return MethodHandles.insertCoordinates(handle, 0, Reservation.ALL).withInvokeExactBehavior();
  }

  static long bytesFor(long frames) {
    return frames << ENTRY_SHIFT;
  }

  private long at(long frame, int field) {
    assert frame >= 0 && frame < frames : "frame " + frame + " of " + frames;
    assert owned.test(frame) : "frame " + frame + " is not this node's: send its node a message";
    return base + (frame << ENTRY_SHIFT) + field;
  }

  private int get(long frame, int field) {
    return Reservation.ALL.get(JAVA_INT_UNALIGNED, at(frame, field));
  }

  private void set(long frame, int field, int value) {
    Reservation.ALL.set(JAVA_INT_UNALIGNED, at(frame, field), value);
  }

  /// The slab word; see [SlabWord]. Acquires what the last exchange of it released.
  public long word(long head) {
    return (long) LONG.getAcquire(at(head, WORD));
  }

  /// For the one who made the slab, before anybody else can know it.
  public void setWord(long head, long word) {
    LONG.setRelease(at(head, WORD), word);
  }

  /// @return false when another CPU was faster: read the word again
  public boolean exchangeWord(long head, long expected, long replacement) {
    LongConsumer interrupt = beforeExchange;
    if (interrupt != null) {
      interrupt.accept(head);
    }
    return LONG.compareAndSet(at(head, WORD), expected, replacement);
  }

  /// Preempts whoever uses this view between reading a word and exchanging it: the only way in
  /// which an exchange can be lost where one thread runs all.
  ///
  /// @param before is given the slab's first frame; null ends the interruptions
  public void interruptExchanges(@Nullable LongConsumer before) {
    beforeExchange = before;
  }

  /// The first frame of the slab or block that `frame` lies in.
  public long head(long frame) {
    return Integer.toUnsignedLong(get(frame, HEAD));
  }

  public Kind kind(long frame) {
    return Kind.ALL[get(frame, USE) & KIND_MASK];
  }

  /// Whether a frame is of a slab of the cache.
  public boolean isSlabOf(long frame, int cache) {
    int use = get(frame, USE);
    return (use & KIND_MASK) == Kind.SLAB.ordinal() && use >>> CACHE_SHIFT == cache;
  }

  public int order(long frame) {
    return get(frame, USE) >>> ORDER_SHIFT & ORDER_MASK;
  }

  /// The cache of a slab's frame.
  public int cache(long frame) {
    return get(frame, USE) >>> CACHE_SHIFT;
  }

  public long next(long head) {
    return Integer.toUnsignedLong(get(head, NEXT));
  }

  public long previous(long head) {
    return Integer.toUnsignedLong(get(head, PREV));
  }

  public void setNext(long head, long frame) {
    set(head, NEXT, (int) frame);
  }

  public void setPrevious(long head, long frame) {
    set(head, PREV, (int) frame);
  }

  /// Makes `1 << order` frames one block of the given kind. Its heads and kinds are written in
  /// every frame, so that any address finds its slab.
  public void markBlock(long head, int order, Kind kind, int cache) {
    for (long frame = head; frame < head + (1L << order); frame++) {
      set(frame, HEAD, (int) head);
      setUse(frame, kind, order, cache);
    }
  }

  /// Marks the first frame only: the buddy touches one entry per free block.
  public void markHead(long head, int order, Kind kind) {
    setUse(head, kind, order, 0);
  }

  /// Marks the first frame of a free block, with the number of the list that it is on.
  public void markFree(long head, int order, int list) {
    setUse(head, Kind.FREE_BLOCK, order, list);
  }

  /// The list of a free block, by the number that [#markFree] was given.
  public int list(long head) {
    return get(head, USE) >>> CACHE_SHIFT;
  }

  /// What was noted of the pageblock whose first frame here this is; 0 when nothing was.
  public int pageBlock(long frame) {
    return get(frame, BLOCK);
  }

  public void setPageBlock(long frame, int note) {
    set(frame, BLOCK, note);
  }

  private void setUse(long frame, Kind kind, int order, int cache) {
    assert (order & ~ORDER_MASK) == 0 && cache >= 0 && cache < CACHES_MAX
        : "order " + order + ", cache " + cache;
    int touched = get(frame, USE) & TOUCHED;
    set(frame, USE, cache << CACHE_SHIFT | order << ORDER_SHIFT | touched | kind.ordinal());
  }

  int countUntouched(long head, int order) {
    int untouched = 0;
    for (long frame = head; frame < head + (1L << order); frame++) {
      untouched += (get(frame, USE) & TOUCHED) == 0 ? 1 : 0;
    }
    return untouched;
  }

  void markTouched(long head, int order) {
    for (long frame = head; frame < head + (1L << order); frame++) {
      set(frame, USE, get(frame, USE) | TOUCHED);
    }
  }
}
