package org.numaslab.coordinator.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.trace.Trace;

/// Every figure of a run that no clock said; result.json is this record.
///
/// @param version of numaslab
/// @param command what a person types to run it again, without the output folder
/// @param trace null where there was none
/// @param workload null where a trace was replayed
/// @param cluster what crossed processes; null where there was one
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
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable ClusterFigures cluster,
    AuditFigures audit,
    List<String> notModelled) {
  private static final List<String> NOT_MODELLED =
      List.of(
          "state before the trace, but for current slabs (warm start)",
          "other users of memory",
          "per-cpu page lists",
          "reclaim, compaction",
          "memcg vectors, interrupt context, KFENCE");

  /// Gathers the figures of a run that is over.
  ///
  /// @param trace null for a load without one
  public static RunResult of(
      String version,
      String command,
      Setup setup,
      @Nullable Trace trace,
      WholeRun run,
      AuditFigures audit) {
    ClusterFigures cluster = run.isOfOneProcess() ? null : ClusterFigures.of(run);
    return new RunResult(
        version,
        command,
        Basis.bySection(cluster != null),
        setup,
        trace == null ? null : TraceFigures.of(trace),
        trace == null ? WorkloadFigures.of(run) : null,
        run.faults(),
        PathFigures.of(run.tally()),
        PlacementFigures.of(trace, run.tally(), setup.topology().nodes().size()),
        MessageFigures.of(run.messages()),
        MemoryFigures.of(run),
        CacheFigures.of(trace, run),
        cluster,
        audit,
        trace == null ? NOT_MODELLED.subList(1, NOT_MODELLED.size()) : NOT_MODELLED);
  }
}
