package org.numaslab.coordinator.experiment;

import java.util.function.IntUnaryOperator;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
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
final class ReplayProgram extends CountedProgram {
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

  /// @param caches of the machine, by the trace's cache index
  /// @param recordedHomes by slot, as [ReplayTally#allocated] takes them
  /// @param clock nanoseconds; constant where there is no wall clock
  /// @param bytesRequested by slot
  /// @param turn the order of the trace; null for causal order
  /// @param firstRound is told when this cpu is past it
  ReplayProgram(
      int from,
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
      FirstRound firstRound) {
    super(tally);
    this.from = from;
    this.cursor = cursor;
    this.caches = caches;
    this.slots = slots;
    this.recordedHomes = recordedHomes;
    this.topology = topology;
    this.clock = clock;
    this.turn = turn;
    this.calls = calls;
    this.bytesRequested = bytesRequested;
    this.firstRound = firstRound;
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
    long object = slots.awaitFull(slot, cpu.id().value());
    if (object == SlotTable.EMPTY) {
      return Step.BLOCKED;
    }
    if (object == SlotTable.FAILED) {
      tally().freeOfFailed();
    } else {
      begin(cpu);
      cpu.free(caches[cursor.cache()], object);
      tally().freed(cursor.cache());
    }
    slots.put(slot, SlotTable.EMPTY);
    advance();
    return Step.DONE;
  }

  private Step alloc(Cpu cpu) {
    if (!slots.awaitEmpty(cursor.slot(), cpu.id().value())) {
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

  @Override
  public void completed(Cpu cpu) {
    tally().waited(cpu.path(), clock.getAsLong() - waitingSince);
    allocated(cpu, cpu.result());
  }

  private void allocated(Cpu cpu, long object) {
    int slot = cursor.slot();
    if (object == Cpu.NULL) {
      tally().failed();
      slots.put(slot, SlotTable.FAILED);
    } else {
      int home = topology.nodeIndexOfFrame(object >>> Memory.PAGE_SHIFT);
      tally().allocated(cpu.path(), cursor.cache(), from, home, cursor.node(), recordedHomes[slot]);
      slots.put(slot, object);
    }
    advance();
  }

  private void advance() {
    boolean newRound = cursor.advance();
    countOperation();
    if (newRound && cursor.round() == 1) {
      firstRound.passed();
    }
    if (turn != null) {
      turn.pass();
    }
  }
}
