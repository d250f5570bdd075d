package org.numaslab.coordinator.swarm;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.audit.Audit;
import org.numaslab.coordinator.audit.Event;
import org.numaslab.coordinator.audit.Event.Kind;
import org.numaslab.coordinator.audit.History;
import org.numaslab.coordinator.audit.HistoryAudit;
import org.numaslab.coordinator.audit.MappedHistory;
import org.numaslab.coordinator.audit.Violation;
import org.numaslab.coordinator.cost.Calibration;
import org.numaslab.coordinator.cost.CostParts;
import org.numaslab.coordinator.cost.CostSplit;
import org.numaslab.coordinator.fault.FaultKind;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.loan.Rejection;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// A swarm's run on processes, put together from their parts and their histories, and audited.
///
/// @param seconds from the first allocation or free to the last, measured
/// @param losses members that were lost on the way
/// @param hits messages that those who are left have sent, and that faults of each kind have hit
/// @param bytes through Artery, from node i to node j
/// @param refusedFrames what arrived, also where the run is led from, and was no message
/// @param costs where the time of requests to other processes went
public record ClusterSwarm(
    long seed,
    long operations,
    double seconds,
    long allocations,
    long remote,
    long handOffs,
    long refused,
    long events,
    long reclaimed,
    List<Loss> losses,
    Map<FaultKind, Long> hits,
    long[][] messages,
    long[][] bytes,
    Map<Rejection, Long> rejections,
    long refusedFrames,
    CostSplit costs,
    List<String> violations) {
  /// What became of a member that was lost.
  ///
  /// @param diedMillis since the begin of the history, when it died; -1: it was not seen
  /// @param removedMillis when the first of the others took over its removal
  /// @param reclaimedMillis when the last of what it had was free again; -1: it had nothing
  /// @param borrowed objects of others that it had, and that were reclaimed
  /// @param gone objects of its memory that others had
  public record Loss(
      int node,
      int life,
      double diedMillis,
      double removedMillis,
      double reclaimedMillis,
      long borrowed,
      long gone) {}

  private static final double NANOS_PER_MILLI = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;

  public boolean isClean() {
    return violations.isEmpty();
  }

  /// @param folder of the histories
  /// @param calibration what messages cost by themselves; null where nobody measured it
  /// @param refusedByLead what arrived at the process that leads it, and was no message
  /// @param passes is given each event, in their order
  public static ClusterSwarm of(
      long seed,
      Topology topology,
      List<SwarmPart> parts,
      @Nullable Calibration calibration,
      long refusedByLead,
      Path folder,
      History passes) {
    List<Event> events = new ArrayList<>();
    MappedHistory.in(folder).forEach(file -> events.addAll(MappedHistory.read(file)));
    events.sort(Comparator.comparingLong(Event::time));
    long begin = events.isEmpty() ? 0 : events.getFirst().time();
    int[] nodeOfCpu = new int[topology.cpuCount()];
    for (int cpu = 0; cpu < nodeOfCpu.length; cpu++) {
      nodeOfCpu[cpu] = topology.nodeOf(new CpuId(cpu)).value();
    }
    HistoryAudit audit = new HistoryAudit(nodeOfCpu);
    for (Event event : events) {
      Event shifted = shifted(event, begin);
      audit.add(shifted);
      passes.add(shifted);
    }
    audit.end(events.isEmpty() ? 0 : events.getLast().time() - begin);
    List<String> violations = new ArrayList<>();
    audit.violations().forEach(each -> violations.add(text(each)));
    violations.addAll(atRest(parts));
    int nodes = topology.nodeCount();
    long[][] messages = new long[nodes][nodes];
    long[][] bytes = new long[nodes][nodes];
    Map<Rejection, Long> rejections = new EnumMap<>(Rejection.class);
    Map<FaultKind, Long> hits = new EnumMap<>(FaultKind.class);
    for (SwarmPart part : parts) {
      int from = part.nodes().getFirst();
      part.messages().forEach((to, count) -> messages[from][to] += count);
      part.bytes().forEach((to, count) -> bytes[from][to] += count);
      part.rejections().forEach((why, count) -> rejections.merge(why, count, Long::sum));
      part.hits().forEach((kind, count) -> hits.merge(kind, count, Long::sum));
    }
    return new ClusterSwarm(
        seed,
        parts.stream().mapToLong(SwarmPart::operations).sum(),
        workedNanos(events) / NANOS_PER_SECOND,
        audit.allocations(),
        parts.stream().mapToLong(SwarmPart::remote).sum(),
        audit.handOffs(),
        parts.stream().mapToLong(SwarmPart::refused).sum(),
        events.size(),
        audit.reclaimed(),
        losses(events, begin, parts),
        hits,
        messages,
        bytes,
        rejections,
        refusedByLead + parts.stream().mapToLong(SwarmPart::refusedFrames).sum(),
        CostSplit.of(CostParts.merged(parts.stream().map(SwarmPart::costs).toList()), calibration),
        violations);
  }

  private static long workedNanos(List<Event> events) {
    LongSummaryStatistics times =
        events.stream()
            .filter(event -> event.kind() == Kind.ALLOCATED || event.kind() == Kind.FREED)
            .mapToLong(Event::time)
            .summaryStatistics();
    return times.getCount() == 0 ? 0 : times.getMax() - times.getMin();
  }

  private static Event shifted(Event event, long begin) {
    long number = event.kind() == Kind.LEASED ? event.number() - begin : event.number();
    return new Event(
        event.time() - begin,
        event.kind(),
        event.node(),
        event.life(),
        event.cpu(),
        event.peer(),
        event.peerLife(),
        event.object(),
        number);
  }

  private static String text(Violation violation) {
    return violation.invariant()
        + " at "
        + violation.time() / NANOS_PER_MILLI
        + " ms: "
        + violation.what();
  }

  private static List<String> atRest(List<SwarmPart> parts) {
    List<String> violations = new ArrayList<>();
    for (SwarmPart part : parts) {
      if (part.out() > 0) {
        violations.add(
            "L2: %d objects of nodes %s are out: %s"
                .formatted(part.out(), part.nodes(), names(part.outFirst())));
      }
      if (part.here() > 0) {
        violations.add(
            "S6: %d objects of other nodes are in nodes %s: %s"
                .formatted(part.here(), part.nodes(), names(part.hereFirst())));
      }
      part.rejections()
          .forEach((why, count) -> {
            if (why.isOfLiars()) {
              violations.add(
                  "S6: %d times %s at nodes %s, which only a member that is wrong can cause%s"
                      .formatted(count, why, part.nodes(), aboutWhat(why, part)));
            }
          });
    }
    if (!parts.isEmpty()) {
      Audit.of(SwarmPart.merged(parts)).findings().forEach(each -> violations.add("rest: " + each));
    }
    return violations;
  }

  private static String aboutWhat(Rejection why, SwarmPart part) {
    return why == Rejection.NOT_OUT && !part.notOutFirst().isEmpty()
        ? ": " + names(part.notOutFirst())
        : "";
  }

  private static String names(List<Long> objects) {
    return objects.stream()
        .map(object -> "0x" + Long.toHexString(object))
        .collect(Collectors.joining(", "));
  }

  private static List<Loss> losses(List<Event> events, long begin, List<SwarmPart> parts) {
    Map<Incarnation, long[]> lost = new TreeMap<>(Incarnation.ORDER);
    for (Event event : events) {
      switch (event.kind()) {
        case DIED -> times(lost, event.node(), event.life())[0] = event.time();
        case REMOVED -> {
          long[] times = times(lost, event.peer(), event.peerLife());
          times[1] = times[1] == 0 ? event.time() : times[1];
        }
        case LOST -> times(lost, event.peer(), event.peerLife())[4]++;
        default -> {}
      }
    }
    // Who is removed, or leaves, sees all others go.
    for (SwarmPart part : parts) {
      for (int i = 0; i < part.nodes().size(); i++) {
        lost.remove(new Incarnation(new NodeId(part.nodes().get(i)), part.lives().get(i)));
      }
    }
    // What a census finds is of whoever was removed last before it.
    for (Event event : events) {
      if (event.kind() == Kind.RECLAIMED && !isOfLost(event, lost)) {
        lost.values().stream()
            .filter(times -> times[1] != 0 && times[1] <= event.time())
            .max(Comparator.comparingLong(times -> times[1]))
            .ifPresent(times -> {
              times[2] = event.time();
              times[3]++;
            });
      }
    }
    List<Loss> losses = new ArrayList<>();
    lost.forEach((member, times) ->
        losses.add(
            new Loss(
                member.node().value(),
                member.life(),
                millis(times[0], begin),
                millis(times[1], begin),
                millis(times[2], begin),
                times[3],
                times[4])));
    return losses;
  }

  /// Whether a member has noted it that was removed before: nobody has its memory any more.
  private static boolean isOfLost(Event event, Map<Incarnation, long[]> lost) {
    long[] times = lost.get(new Incarnation(new NodeId(event.node()), event.life()));
    return times != null && times[1] != 0 && times[1] <= event.time();
  }

  /// Died, removed, reclaimed at; objects reclaimed, and lost to others.
  private static long[] times(Map<Incarnation, long[]> lost, int node, int life) {
    return lost.computeIfAbsent(new Incarnation(new NodeId(node), life), m -> new long[5]);
  }

  private static double millis(long time, long begin) {
    return time == 0 ? -1 : Math.round((time - begin) / NANOS_PER_MILLI);
  }
}
