package org.numaslab.coordinator.experiment;

import java.util.BitSet;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/// How far one cpu may be ahead of those that free what it allocates, in rounds of a trace. In one
/// process it waits for each slot; across members nobody says of each slot that it is empty, so
/// each says once a round how far it is.
///
/// All waits are for smaller rounds, so no two CPUs wait for each other.
///
/// Owner: the cpu's program.
final class RoundLag {
  /// A round begins when the others have all but so many of those before it behind them.
  private static final int AHEAD_MAX = 1;

  private final int rounds;
  private final BitSet freers;
  private final BitSet allocators;
  private final int[] passed;
  private int allowed = AHEAD_MAX;

  RoundLag(SlotRoutes routes, int cpu, int rounds) {
    this.rounds = rounds;
    boolean matters = rounds > AHEAD_MAX + 1;
    this.freers = matters ? routes.freersOf(cpu) : new BitSet();
    this.allocators = matters ? routes.allocatorsFor(cpu) : new BitSet();
    this.passed = new int[freers.length()];
  }

  /// Whether the cpu may not begin a round yet.
  ///
  /// @param isGone of CPUs that nobody waits for
  boolean mustWait(int round, IntPredicate isGone) {
    if (round <= allowed) {
      return false;
    }
    boolean waits =
        freers.stream().anyMatch(cpu -> passed[cpu] < round - AHEAD_MAX && !isGone.test(cpu));
    if (!waits) {
      allowed = round;
    }
    return waits;
  }

  /// The CPUs that are told that this one has so many rounds behind it.
  IntStream toTell(int round) {
    return round < rounds - AHEAD_MAX ? allocators.stream() : IntStream.empty();
  }

  /// Another cpu has so many rounds behind it.
  void passed(int cpu, int round) {
    if (cpu < passed.length) {
      passed[cpu] = Math.max(passed[cpu], round);
    }
  }
}
