package org.numaslab.coordinator.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.audit.MachineDump;
import org.numaslab.coordinator.audit.MachineDump.LostDump;
import org.numaslab.coordinator.audit.MachineDumps;
import org.numaslab.coordinator.cost.Calibration;
import org.numaslab.coordinator.cost.CostParts;
import org.numaslab.coordinator.cost.CostSplit;
import org.numaslab.coordinator.driver.MessageCounts.Kind;
import org.numaslab.coordinator.experiment.Crossings;
import org.numaslab.coordinator.experiment.Experiment;
import org.numaslab.coordinator.experiment.ReplayTally;
import org.numaslab.cpu.cache.NumaEvents.Event;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// A run, put together from the parts of its processes: the figures that one machine has.
///
/// | figures | of the whole |
/// |---|---|
/// | counts, matrices, histograms | added |
/// | nodes, CPUs | one after another |
/// | shares | computed anew |
/// | time | the longest |
public final class WholeRun {
  private final Topology topology;
  private final @Nullable Calibration calibration;
  private final long refusedByLead;
  private final List<RunPart> parts;
  private final List<LostMember> lost;
  private final ReplayTally tally;
  private final List<CachePart> caches;
  private final MachineDump dump;

  private WholeRun(
      Topology topology,
      List<RunPart> parts,
      List<LostMember> lost,
      @Nullable Calibration calibration,
      long refusedByLead) {
    this.topology = topology;
    this.calibration = calibration;
    this.refusedByLead = refusedByLead;
    this.parts =
        parts.stream().sorted(Comparator.comparing(part -> part.nodeNumbers().getFirst())).toList();
    this.lost = List.copyOf(lost);
    this.caches = new ArrayList<>(this.parts.getFirst().caches());
    this.tally = new ReplayTally(topology.nodeCount(), caches.size());
    this.parts.forEach(part -> tally.add(ReplayTally.of(part.tally())));
    for (RunPart part : this.parts.subList(1, this.parts.size())) {
      for (int i = 0; i < caches.size(); i++) {
        caches.set(i, caches.get(i).plus(part.caches().get(i)));
      }
    }
    Set<Integer> there = new TreeSet<>();
    nodes().forEach(node -> there.add(node.node()));
    this.dump =
        MachineDumps.merge(this.parts.stream().map(RunPart::dump).toList())
            .without(
                lost.stream()
                    .map(member ->
                        new LostDump(
                            member.node(),
                            there.contains(member.node())
                                ? List.of() // it is back, and the memory another
                                : topology.memoryOf(new NodeId(member.node()))))
                    .toList());
  }

  /// A run of one process, that is over, while its machine is still open. Once.
  public static WholeRun of(Experiment experiment) {
    return of(experiment.machine().topology(), List.of(RunPart.of(experiment)), List.of());
  }

  /// A run of several, on whose processes nobody measured what messages cost by themselves.
  public static WholeRun of(Topology topology, List<RunPart> parts, List<LostMember> lost) {
    return of(topology, parts, lost, null, 0);
  }

  /// A run of several.
  ///
  /// @param lost members that were removed while it went on: each node that no part has is of one
  /// @param calibration what messages cost by themselves on its processes; null where nobody
  ///   measured it
  /// @param refusedByLead what arrived at the process that leads it, and was no message
  /// @throws BadInput when the parts are not of one run, or some are missing
  public static WholeRun of(
      Topology topology,
      List<RunPart> parts,
      List<LostMember> lost,
      @Nullable Calibration calibration,
      long refusedByLead) {
    Set<Integer> missing = new TreeSet<>();
    for (int node = 0; node < topology.nodeCount(); node++) {
      missing.add(node);
    }
    for (RunPart part : parts) {
      if (part.nodes().isEmpty()
          || part.machineNodes() != topology.nodeCount()
          || !isSame(parts.getFirst().caches(), part.caches())) {
        throw new BadInput(
            "parts: got one of another run, with nodes %s of %d and %d caches, allowed: one run's"
                .formatted(part.nodeNumbers(), part.machineNodes(), part.caches().size()));
      }
      for (int node : part.nodeNumbers()) {
        if (!missing.remove(node)) {
          throw new BadInput("parts: got node " + node + " twice, allowed: each node once");
        }
      }
    }
    lost.forEach(member -> missing.remove(member.node()));
    if (parts.isEmpty() || !missing.isEmpty()) {
      throw new BadInput(
          "parts: got none of nodes %s, allowed: all but those of lost members".formatted(missing));
    }
    return new WholeRun(topology, parts, lost, calibration, refusedByLead);
  }

  /// A run of several that another coordinator has begun: nodes without a part were lost before
  /// this one came.
  public static WholeRun resumed(
      Topology topology, List<RunPart> parts, List<LostMember> lost, long refusedByLead) {
    Set<Integer> known = new TreeSet<>();
    parts.forEach(part -> known.addAll(part.nodeNumbers()));
    lost.forEach(member -> known.add(member.node()));
    List<LostMember> all = new ArrayList<>(lost);
    for (int node = 0; node < topology.nodeCount(); node++) {
      if (!known.contains(node)) {
        all.add(LostMember.of(node, LostMember.LIFE_UNKNOWN));
      }
    }
    return of(topology, parts, all, null, refusedByLead);
  }

  /// What arrived at the process that leads it, and was no message.
  long refusedByLead() {
    return refusedByLead;
  }

  private static boolean isSame(List<CachePart> some, List<CachePart> others) {
    boolean same = some.size() == others.size();
    for (int i = 0; same && i < some.size(); i++) {
      same = some.get(i).isSameCache(others.get(i));
    }
    return same;
  }

  /// Where the time of requests between processes went; empty in a run of one.
  CostParts costs() {
    return CostParts.merged(parts.stream().map(part -> part.borders().costs()).toList());
  }

  Topology topology() {
    return topology;
  }

  /// The same in figures; null in a run of one.
  @Nullable CostSplit costSplit() {
    CostParts costs = costs();
    return costs.costs().isEmpty() ? null : CostSplit.of(costs, calibration);
  }

  List<RunPart> parts() {
    return parts;
  }

  List<LostMember> lost() {
    return lost;
  }

  boolean isOfOneProcess() {
    return parts.size() == 1 && lost.isEmpty();
  }

  /// At rest.
  public MachineDump dump() {
    return dump;
  }

  ReplayTally tally() {
    return tally;
  }

  List<CachePart> caches() {
    return caches;
  }

  List<NodePart> nodes() {
    return parts.stream()
        .flatMap(part -> part.nodes().stream())
        .sorted(Comparator.comparingInt(NodePart::node))
        .toList();
  }

  /// Objects of a cache that tasks have.
  long live(CachePart cache) {
    return dump.caches().stream()
        .filter(c -> c.id() == cache.id())
        .mapToLong(MachineDump.CacheDump::live)
        .sum();
  }

  long operations() {
    return parts.stream().mapToLong(RunPart::operations).sum();
  }

  long elapsedNanos() {
    return parts.stream().mapToLong(RunPart::elapsedNanos).max().orElse(0);
  }

  /// After every cpu had been through the trace once.
  Experiment.Part later() {
    return new Experiment.Part(
        parts.stream().mapToLong(part -> part.later().operations()).sum(),
        parts.stream().mapToLong(part -> part.later().nanos()).max().orElse(0));
  }

  long touchedBytes() {
    return parts.stream().mapToLong(RunPart::touchedBytes).sum();
  }

  Crossings crossings() {
    return parts.stream().map(RunPart::crossings).reduce(Crossings.NONE, Crossings::plus);
  }

  List<FaultFigures> faults() {
    Map<String, FaultFigures> sums = new LinkedHashMap<>();
    parts.forEach(part ->
        part.faults().forEach(point -> sums.merge(point.name(), point, FaultFigures::plus)));
    return List.copyOf(sums.values());
  }

  Map<Kind, long[][]> messages() {
    Map<Kind, long[][]> sums = new EnumMap<>(Kind.class);
    int nodes = parts.getFirst().machineNodes();
    for (Kind kind : Kind.values()) {
      long[][] sum = new long[nodes][];
      for (int from = 0; from < nodes; from++) {
        int row = from;
        sum[from] = sum(part -> Objects.requireNonNull(part.messages().get(kind))[row]);
      }
      sums.put(kind, sum);
    }
    return sums;
  }

  Map<Event, long[]> numaEvents() {
    Map<Event, long[]> sums = new EnumMap<>(Event.class);
    for (Event event : Event.values()) {
      sums.put(event, sum(part -> Objects.requireNonNull(part.numaEvents().get(event))));
    }
    return sums;
  }

  private long[] sum(Function<RunPart, long[]> counts) {
    long[] sum = new long[parts.getFirst().machineNodes()];
    for (RunPart part : parts) {
      long[] more = counts.apply(part);
      for (int i = 0; i < more.length; i++) {
        sum[i] += more[i];
      }
    }
    return sum;
  }

  /// What had to be assumed.
  public List<String> assumed() {
    return Experiment.assumed(
        parts.stream().map(RunPart::assumed).toList(),
        dump.nodes().stream().mapToLong(MachineDump.NodeDump::heldPages).sum());
  }

  /// What the emulated kernel has printed, process by process; what all of them said while booting,
  /// once.
  List<String> kernelLog() {
    List<String> first = parts.getFirst().kernelLog();
    int common = 0;
    while (common < first.size() && allHave(common, first.get(common))) {
      common++;
    }
    int boot = common;
    return Stream.concat(
            first.stream().limit(boot),
            parts.stream().flatMap(part -> part.kernelLog().stream().skip(boot)))
        .toList();
  }

  private boolean allHave(int line, String text) {
    return parts.stream()
        .allMatch(
            part -> line < part.kernelLog().size() && part.kernelLog().get(line).equals(text));
  }

  long kernelLogLost() {
    return parts.stream().mapToLong(RunPart::kernelLogLost).sum();
  }
}
