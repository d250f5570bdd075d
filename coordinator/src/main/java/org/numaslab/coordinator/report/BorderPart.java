package org.numaslab.coordinator.report;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.numaslab.coordinator.cost.CostParts;
import org.numaslab.coordinator.driver.cluster.ClusterMember;
import org.numaslab.coordinator.driver.cluster.LinkCounts;
import org.numaslab.coordinator.experiment.Experiment;
import org.numaslab.node.loan.Rejection;

/// What crossed the borders of one process. Times are nanoseconds since its part of the run began.
///
/// @param messages to each node of other processes
/// @param bytes of them, without Artery's envelopes
/// @param refusedFrames what arrived and was no frame
/// @param rejections what had no effect, by its reason
/// @param reclaimed objects that removed members had, and that are free again
/// @param reclaimedAfter when the last census was closed; [#NEVER] where there was none
/// @param costs where the time of requests to other nodes went
public record BorderPart(
    long[] messages,
    long[] bytes,
    long refusedFrames,
    Map<Rejection, Long> rejections,
    long reclaimed,
    long reclaimedAfter,
    List<Removal> removals,
    CostParts costs) {
  static final long NEVER = Long.MIN_VALUE;

  /// A member that was removed, and when.
  public record Removal(int node, int life, long after) {}

  /// Of a process that is alone.
  static BorderPart none(int nodes) {
    return new BorderPart(
        new long[nodes], new long[nodes], 0, Map.of(), 0, NEVER, List.of(), CostParts.NONE);
  }

  /// After the run, at the borders of the members of one process.
  public static BorderPart of(
      Experiment experiment, List<ClusterMember> members, LinkCounts links, CostParts costs) {
    int nodes = experiment.machine().topology().nodeCount();
    long[] messages = new long[nodes];
    long[] bytes = new long[nodes];
    for (int node = 0; node < nodes; node++) {
      messages[node] = links.messages(node);
      bytes[node] = links.bytes(node);
    }
    Map<Rejection, Long> rejections = new EnumMap<>(Rejection.class);
    long reclaimed = 0;
    long reclaimedAfter = NEVER;
    List<Removal> removals = new ArrayList<>();
    for (ClusterMember member : members) {
      member.rejections().forEach((why, times) -> rejections.merge(why, times, Long::sum));
      reclaimed += member.reclaimed();
      if (member.reclaimedAt() != 0) {
        reclaimedAfter = Math.max(reclaimedAfter, member.reclaimedAt() - experiment.startNanos());
      }
      member
          .removedAt()
          .forEach((gone, at) ->
              removals.add(
                  new Removal(gone.node().value(), gone.life(), at - experiment.startNanos())));
    }
    return new BorderPart(
        messages, bytes, links.refused(), rejections, reclaimed, reclaimedAfter, removals, costs);
  }

  boolean fits(int nodes) {
    return messages.length == nodes && bytes.length == nodes;
  }
}
