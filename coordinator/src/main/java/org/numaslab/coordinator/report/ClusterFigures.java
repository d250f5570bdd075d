package org.numaslab.coordinator.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.cost.CostSplit;
import org.numaslab.coordinator.experiment.Crossings;
import org.numaslab.node.loan.Rejection;

/// What a machine of several processes had to send between them, and what it lost.
///
/// @param rejections what arrived and had no effect, by its reason; those that occurred
/// @param refusedFrames what arrived, also where the run is led from, and was no message at all
/// @param tasks what tasks gave to those of other processes
/// @param lost members that were removed
/// @param reclaimed objects of surviving memory that lost members had, free again
/// @param costs where the time of requests to nodes of other processes went; null where there were
///   none
public record ClusterFigures(
    List<Member> processes,
    Map<String, Long> rejections,
    long refusedFrames,
    Crossings tasks,
    List<Lost> lost,
    long reclaimed,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable CostSplit costs) {
  /// One process that was there at the end.
  ///
  /// @param messages through Artery to each node
  /// @param bytes of them, without Artery's envelopes
  public record Member(List<Integer> nodes, long operations, long[] messages, long[] bytes) {}

  /// @param unfinished operations that its CPUs still had to do; null where nobody knows
  public record Lost(int node, int life, @Nullable Long unfinished) {}

  static ClusterFigures of(WholeRun run) {
    Map<Rejection, Long> rejections = new EnumMap<>(Rejection.class);
    long refused = run.refusedByLead();
    long reclaimed = 0;
    for (RunPart part : run.parts()) {
      BorderPart borders = part.borders();
      borders.rejections().forEach((why, times) -> rejections.merge(why, times, Long::sum));
      refused += borders.refusedFrames();
      reclaimed += borders.reclaimed();
    }
    Map<String, Long> occurred = new LinkedHashMap<>();
    rejections.forEach((why, times) -> {
      if (times != 0) {
        occurred.put(why.name().toLowerCase(Locale.ROOT), times);
      }
    });
    return new ClusterFigures(
        run.parts().stream().map(ClusterFigures::process).toList(),
        occurred,
        refused,
        run.crossings(),
        run.lost().stream()
            .map(m -> new Lost(m.node(), m.life(), m.unfinished() < 0 ? null : m.unfinished()))
            .toList(),
        reclaimed,
        run.costSplit());
  }

  private static Member process(RunPart part) {
    return new Member(
        part.nodeNumbers(), part.operations(), part.borders().messages(), part.borders().bytes());
  }
}
