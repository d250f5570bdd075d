package org.numaslab.coordinator.report;

import org.numaslab.coordinator.experiment.ReplayTally;

/// What a load without a trace did.
///
/// @param operations allocations, frees, and objects handed to another cpu
/// @param caches that it used
/// @param failedAllocations that gave NULL
public record WorkloadFigures(
    long operations, int caches, long allocations, long frees, long failedAllocations) {
  static WorkloadFigures of(WholeRun run) {
    ReplayTally tally = run.tally();
    return new WorkloadFigures(
        run.operations(),
        run.caches().size(),
        tally.allocations(),
        tally.frees(),
        tally.failedAllocations());
  }
}
