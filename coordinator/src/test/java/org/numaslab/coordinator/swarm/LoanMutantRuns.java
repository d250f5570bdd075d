package org.numaslab.coordinator.swarm;

import org.numaslab.coordinator.fault.RandomFaults;

/// What is run with a mutant's classes, and says in plain texts what came out.
final class LoanMutantRuns {
  /// Enough for a dozen faults, few enough for dozens of mutants.
  private static final long OPERATIONS = 4_000;

  private LoanMutantRuns() {}

  /// The first violation in the random run of a seed, empty for none.
  static String random(Long seed) {
    try {
      SwarmRun.Result result =
          SwarmRun.of(Plan.random(seed, OPERATIONS, RandomFaults::mix), event -> {});
      return result.isClean() ? "" : result.violations().getFirst().toString();
    } catch (RuntimeException | AssertionError broken) {
      return "threw " + broken;
    }
  }
}
