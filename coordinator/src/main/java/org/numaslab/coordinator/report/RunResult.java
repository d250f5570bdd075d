package org.numaslab.coordinator.report;

import java.util.List;
import java.util.Map;
import org.numaslab.coordinator.experiment.Replay;
import org.numaslab.coordinator.trace.Trace;

/// Every figure of a run that no clock said; result.json is this record.
///
/// @param version of numaslab
/// @param command what a person types to run it again, without the output folder
/// @param basis by section: whether its figures are measured, modelled or assumed
public record RunResult(
    String version,
    String command,
    Map<String, String> basis,
    Setup setup,
    TraceFigures trace,
    List<PathFigures> paths,
    PlacementFigures placement,
    MessageFigures messages,
    MemoryFigures memory,
    List<CacheFigures> caches,
    AuditFigures audit,
    List<String> notModelled) {
  private static final List<String> NOT_MODELLED =
      List.of(
          "the state before the trace, but for the current slabs of cpus that it shows (warm start)",
          "other users of memory",
          "per-cpu page lists (a new slab always asks its node)",
          "watermarks, migrate types, reclaim",
          "memcg object vectors, interrupt context, KFENCE");

  /// Gathers the figures of a replay that is over, while its machine is still open.
  public static RunResult of(
      String version, String command, Setup setup, Trace trace, Replay replay, AuditFigures audit) {
    return new RunResult(
        version,
        command,
        Basis.bySection(),
        setup,
        TraceFigures.of(trace),
        PathFigures.of(replay.tally()),
        PlacementFigures.of(trace, replay.tally(), setup.topology().nodes().size()),
        MessageFigures.of(replay.machine().messages(), setup.topology().nodes().size()),
        MemoryFigures.of(replay),
        CacheFigures.of(trace, replay),
        audit,
        NOT_MODELLED);
  }
}
