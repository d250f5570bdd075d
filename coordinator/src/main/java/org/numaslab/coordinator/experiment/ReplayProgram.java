package org.numaslab.coordinator.experiment;

import java.util.function.IntUnaryOperator;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.trace.CpuOperations;
import org.numaslab.coordinator.trace.TraceCursor;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.topology.Topology;

/// Replays one cpu's part of a trace.
///
/// In causal order each cpu goes its own way, and a free waits until its object was allocated. In
/// exact order an operation begins only when its number in the trace is up.
///
/// Owner: the cpu's shell. Allocates nothing on the way that does not wait.
class ReplayProgram extends CountedProgram {
  private final CpuOperations operations;
  private final TraceCursor cursor;
  private final CacheId[] caches;
  private final SlotTable slots;
  private final short[] recordedHomes;
  private final Topology topology;
  private final LongSupplier clock;
  private final @Nullable TraceOrder turn;
  private final Calls calls;
  private final IntUnaryOperator bytesRequested;
  private final FirstRound firstRound;
  private final int from;
  private long waitingSince;

  /// What a cpu's program is made of.
  ///
  /// @param caches of the machine, by the trace's cache index
  /// @param recordedHomes by slot, as [ReplayTally#allocated] takes them
  /// @param clock nanoseconds; constant where there is no wall clock
  /// @param turn the order of the trace; null for causal order
  /// @param bytesRequested by slot
  /// @param firstRound is told when this cpu is past it
  @SuppressWarnings("ArrayRecordComponent") // shared by all programs, compared by nobody
  record Parts(
      CpuOperations operations,
      TraceCursor cursor,
      CacheId[] caches,
      SlotTable slots,
      short[] recordedHomes,
      Topology topology,
      ReplayTally tally,
      LongSupplier clock,
      @Nullable TraceOrder turn,
      Calls calls,
      IntUnaryOperator bytesRequested,
      FirstRound firstRound) {}

  ReplayProgram(int from, Parts parts) {
    super(parts.tally());
    this.from = from;
    this.operations = parts.operations();
    this.cursor = parts.cursor();
    this.caches = parts.caches();
    this.slots = parts.slots();
    this.recordedHomes = parts.recordedHomes();
    this.topology = parts.topology();
    this.clock = parts.clock();
    this.turn = parts.turn();
    this.calls = parts.calls();
    this.bytesRequested = parts.bytesRequested();
    this.firstRound = parts.firstRound();
  }

  @Override
  public Step step(Cpu cpu) {
    if (!cursor.isAtOperation()) {
      publish();
      return Step.FINISHED;
    }
    if (turn != null && !turn.isUp(cursor.sequence())) {
      return Step.BLOCKED;
    }
    return cursor.isFree() ? free(cpu) : alloc(cpu);
  }

  private Step free(Cpu cpu) {
    int slot = cursor.slot();
    long object = awaitObject(slot, cpu.id().value());
    if (object == SlotTable.EMPTY) {
      return Step.BLOCKED;
    }
    if (object > SlotTable.LOST) {
      free(cpu, object);
    } else if (object == SlotTable.FAILED) {
      tally().freeOfFailed();
    } else {
      freeOfLost(slot);
    }
    slots.put(slot, SlotTable.EMPTY);
    advance();
    return Step.DONE;
  }

  /// Frees an object of the cache at the cursor.
  final void free(Cpu cpu, long object) {
    begin(cpu);
    tally().freed(cursor.cache()); // first: it is freed also where the cpu is cut
    cpu.free(caches[cursor.cache()], object);
  }

  private Step alloc(Cpu cpu) {
    if (!awaitEmpty(cursor.slot(), cpu.id().value())) {
      return Step.BLOCKED;
    }
    begin(cpu);
    long object = cpu.alloc(caches[cursor.cache()], cursor.node(), cursor.gfp());
    if (object == Cpu.WAIT) {
      waitingSince = clock.getAsLong();
      return Step.WAITS;
    }
    allocated(cpu, object);
    return Step.DONE;
  }

  private void begin(Cpu cpu) {
    if (calls.areKept(cursor.cache())) {
      calls.begin(
          cpu,
          cursor.callSite(),
          Math.max(0, cursor.pid()),
          cursor.sequence(),
          bytesRequested.applyAsInt(cursor.slot()));
    }
  }

  /// An allocation that was cut is done again; a free has taken effect.
  @Override
  public boolean goesOnAfterCut() {
    if (cursor.isAtOperation() && cursor.isFree()) {
      slots.put(cursor.slot(), SlotTable.EMPTY);
      advance();
    }
    return true;
  }

  @Override
  public void completed(Cpu cpu) {
    tally().waited(cpu.path(), clock.getAsLong() - waitingSince);
    allocated(cpu, cpu.result());
  }

  private void allocated(Cpu cpu, long object) {
    int slot = cursor.slot();
    if (object == Cpu.NULL) {
      tally().failed();
      give(slot, SlotTable.FAILED);
    } else {
      int home = topology.nodeIndexOfFrame(object >>> Memory.PAGE_SHIFT);
      tally().allocated(cpu.path(), cursor.cache(), from, home, cursor.node(), recordedHomes[slot]);
      give(slot, object);
    }
    advance();
  }

  // ---- where all tasks share a table

  /// As [SlotTable#awaitFull].
  long awaitObject(int slot, int cpu) {
    return slots.awaitFull(slot, cpu);
  }

  /// As [SlotTable#awaitEmpty].
  boolean awaitEmpty(int slot, int cpu) {
    return slots.awaitEmpty(slot, cpu);
  }

  /// Passes an object, or FAILED, on to the cpu that frees it.
  void give(int slot, long value) {
    slots.put(slot, value);
  }

  /// The free at the cursor has nothing to free: the object is lost, or was never allocated.
  void freeOfLost(int slot) {
    throw new IllegalStateException("slot " + slot + " has lost its object, and nobody is gone");
  }

  /// The cursor is in a new round.
  void roundBegins() {}

  /// Whether what is in the slot of an operation is this cpu's.
  boolean has(int index) {
    return !operations.isFree(index);
  }

  final CpuOperations operations() {
    return operations;
  }

  final TraceCursor cursor() {
    return cursor;
  }

  final SlotTable slots() {
    return slots;
  }

  /// Says what this cpu has allocated and nobody has freed.
  void hold(Experiment.Held held) {
    for (int i = 0; i < operations.size(); i++) {
      long object = has(i) ? slots.object(operations.slot(i)) : 0;
      if (object != 0) {
        held.add(operations.cache(i), object);
      }
    }
  }

  // ----

  private void advance() {
    boolean newRound = cursor.advance();
    countOperation();
    if (newRound) {
      roundBegins();
      if (cursor.round() == 1) {
        firstRound.passed();
      }
    }
    if (turn != null) {
      turn.pass();
    }
  }
}
