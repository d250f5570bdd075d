package org.numaslab.coordinator.report;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.experiment.Experiment;
import org.numaslab.coordinator.experiment.RandomLoad;
import org.numaslab.coordinator.experiment.Replay;
import org.numaslab.coordinator.trace.Trace;

/// Every figure of a run that no clock said; result.json is this record.
///
/// @param version of numaslab
/// @param command what a person types to run it again, without the output folder
/// @param trace null where there was none
/// @param workload null where a trace was replayed
/// @param basis by section: whether its figures are measured, modelled or assumed
public record RunResult(
    String version,
    String command,
    Map<String, String> basis,
    Setup setup,
    @Nullable TraceFigures trace,
    @Nullable WorkloadFigures workload,
    List<FaultFigures> faults,
    List<PathFigures> paths,
    PlacementFigures placement,
    MessageFigures messages,
    MemoryFigures memory,
    List<CacheFigures> caches,
    AuditFigures audit,
    List<String> notModelled) {
  private static final List<String> NOT_MODELLED =
      List.of(
          "state before the trace, but for current slabs (warm start)",
          "other users of memory",
          "per-cpu page lists",
          "reclaim, compaction",
          "memcg vectors, interrupt context, KFENCE");

  /// Gathers the figures of a replay that is over, while its machine is still open.
  public static RunResult of(
      String version, String command, Setup setup, Trace trace, Replay replay, AuditFigures audit) {
    return of(version, command, setup, trace, null, replay, audit);
  }

  /// The same of a load without a trace.
  public static RunResult of(
      String version, String command, Setup setup, RandomLoad load, AuditFigures audit) {
    return of(version, command, setup, null, WorkloadFigures.of(load), load, audit);
  }

  private static RunResult of(
      String version,
      String command,
      Setup setup,
      @Nullable Trace trace,
      @Nullable WorkloadFigures workload,
      Experiment experiment,
      AuditFigures audit) {
    int nodes = setup.topology().nodes().size();
    return new RunResult(
        version,
        command,
        Basis.bySection(),
        setup,
        trace == null ? null : TraceFigures.of(trace),
        workload,
        FaultFigures.of(experiment.faults()),
        PathFigures.of(experiment.tally()),
        PlacementFigures.of(trace, experiment.tally(), nodes),
        MessageFigures.of(experiment.machine().messages(), nodes),
        MemoryFigures.of(experiment),
        CacheFigures.of(trace, experiment),
        audit,
        trace == null ? NOT_MODELLED.subList(1, NOT_MODELLED.size()) : NOT_MODELLED);
  }
}
