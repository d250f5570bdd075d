package org.numaslab.coordinator.topologies;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.numaslab.coordinator.topologies.DescribedTopology.Given;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;
import org.numaslab.node.topology.TopologyBuilder;

/// What has been read of a machine so far; becomes a [Topology] by filling gaps and laying out
/// memory whose place is not known.
///
/// Distances are given as they are listed, one number per listed node, and spread over the real
/// node numbers here.
final class MachineDraft {
  /// Where a description says nothing of memory: a size that every node count up to 1024 can have.
  static final long BYTES_PER_NODE_ASSUMED = 2L << 30;

  /// Distance to a node that is only there to fill a gap in the numbering.
  private static final int DISTANCE_OF_ABSENT = Topology.DISTANCE_MAX;

  /// Nodes whose place is not known begin on a boundary of 128 MiB, as memory sections do.
  private static final long PLACE_ALIGNMENT_FRAMES = 1L << 15;

  private record Row(Line line, int[] distances) {}

  private final String file;
  private final TreeMap<Integer, Line> nodes = new TreeMap<>();
  private final Map<Integer, Integer> nodeOfCpu = new TreeMap<>();
  private final Map<Integer, Long> framesOfNode = new TreeMap<>();
  private final Map<Integer, List<FrameRange>> rangesOfNode = new TreeMap<>();
  private final Map<Integer, Row> rows = new TreeMap<>();
  private final List<String> assumed = new ArrayList<>();

  MachineDraft(String file) {
    this.file = file;
  }

  /// A node is there; the line is the one to blame for it.
  void node(Line line, int node) {
    nodes.putIfAbsent(node, line);
  }

  boolean hasNode(int node) {
    return nodes.containsKey(node);
  }

  TreeSet<Integer> nodeNumbers() {
    return new TreeSet<>(nodes.keySet());
  }

  void cpus(Line line, int node, List<Integer> cpus) {
    nodes.put(node, line);
    for (int cpu : cpus) {
      Integer other = nodeOfCpu.put(cpu, node);
      if (other != null) {
        throw line.bad("cpu " + cpu, "nodes " + other + " and " + node, "one node per cpu");
      }
    }
  }

  /// How much memory a node has, when nothing is known of where it lies.
  void frames(Line line, int node, long frames) {
    if (framesOfNode.put(node, frames) != null) {
      throw line.bad("memory of node " + node, "a second size", "one");
    }
  }

  /// Where a node's memory lies.
  void ranges(int node, List<FrameRange> ranges) {
    rangesOfNode.put(node, ranges);
  }

  void distances(Line line, int node, int[] distances) {
    if (rows.put(node, new Row(line, distances)) != null) {
      throw line.bad("distances from node " + node, "a second row", "one row per node");
    }
  }

  DescribedTopology build(List<String> used) {
    if (nodes.isEmpty()) {
      throw new BadInput(file + ": got no node, allowed: 1.." + Topology.NODES_MAX);
    }
    checkDistances();
    int nodeCount = nodes.lastKey() + 1;
    fillCpuGaps();
    TopologyBuilder builder = Topology.builder(file);
    List<List<CpuId>> cpus = cpusByNode(nodeCount);
    List<List<FrameRange>> memory = memoryByNode(nodeCount);
    List<Integer> absent = new ArrayList<>();
    for (int node = 0; node < nodeCount; node++) {
      Line line = nodes.get(node);
      if (line == null) {
        absent.add(node);
      }
      builder
          .at(line == null ? file : line.where())
          .node(new NodeId(node), cpus.get(node), memory.get(node));
    }
    if (!absent.isEmpty()) {
      assumed.add(
          "nodes "
              + NumberList.format(absent)
              + " are not described: nodes without cpus and memory, distance "
              + DISTANCE_OF_ABSENT);
    }
    for (int node = 0; node < nodeCount; node++) {
      Row row = rows.get(node);
      builder
          .at(row == null ? file : row.line().where())
          .distancesFrom(new NodeId(node), fullRow(node, nodeCount));
    }
    Set<Given> given = EnumSet.noneOf(Given.class);
    if (!rows.isEmpty()) {
      given.add(Given.DISTANCES);
    }
    if (framesOfNode.size() + rangesOfNode.size() >= nodes.size()) {
      given.add(Given.MEMORY_SIZES);
    }
    return new DescribedTopology(builder.build(), given, used, assumed);
  }

  private void checkDistances() {
    if (rows.isEmpty()) {
      assumed.add(
          "no distances: "
              + Topology.DISTANCE_LOCAL
              + " to itself, "
              + Topology.DISTANCE_REMOTE
              + " to every other node");
      return;
    }
    rows.forEach((node, row) -> {
      if (!nodes.containsKey(node)) {
        throw row.line()
            .bad("distances from node", "" + node, "a described node, " + nodes.keySet());
      }
      if (row.distances().length != nodes.size()) {
        throw row.line()
            .bad(
                "distances from node " + node,
                row.distances().length + " numbers",
                nodes.size() + ", one per node");
      }
    });
    nodes.forEach((node, line) -> {
      if (!rows.containsKey(node)) {
        throw line.bad("distances of node " + node, "none", "a row for every node, or for none");
      }
    });
  }

  private int[] fullRow(int from, int nodeCount) {
    int[] full = new int[nodeCount];
    Row row = rows.get(from);
    if (row == null) {
      Arrays.fill(full, rows.isEmpty() ? Topology.DISTANCE_REMOTE : DISTANCE_OF_ABSENT);
      full[from] = Topology.DISTANCE_LOCAL;
      return full;
    }
    Arrays.fill(full, DISTANCE_OF_ABSENT);
    int column = 0;
    for (int to : nodes.keySet()) {
      full[to] = row.distances()[column++];
    }
    return full;
  }

  /// An offline cpu is in no node's list; it goes where the cpu before it is, so that all keep
  /// their numbers.
  private void fillCpuGaps() {
    if (nodeOfCpu.isEmpty()) {
      return;
    }
    TreeMap<Integer, Integer> known = new TreeMap<>(nodeOfCpu);
    List<Integer> filled = new ArrayList<>();
    for (int cpu = 0; cpu < known.lastKey(); cpu++) {
      if (!known.containsKey(cpu)) {
        Map.Entry<Integer, Integer> before = known.floorEntry(cpu);
        nodeOfCpu.put(cpu, before == null ? known.firstEntry().getValue() : before.getValue());
        filled.add(cpu);
      }
    }
    if (!filled.isEmpty()) {
      assumed.add(
          "cpus "
              + NumberList.format(filled)
              + " are on no node (offline): each with the cpu before it, idle");
    }
  }

  private List<List<CpuId>> cpusByNode(int nodeCount) {
    List<List<CpuId>> cpus = new ArrayList<>();
    for (int node = 0; node < nodeCount; node++) {
      cpus.add(new ArrayList<>());
    }
    nodeOfCpu.forEach((cpu, node) -> cpus.get(node).add(new CpuId(cpu)));
    return cpus;
  }

  private List<List<FrameRange>> memoryByNode(int nodeCount) {
    List<List<FrameRange>> memory = new ArrayList<>();
    List<Integer> unsized = new ArrayList<>();
    boolean placed = false;
    long base = 0;
    for (int node = 0; node < nodeCount; node++) {
      List<FrameRange> ranges = rangesOfNode.get(node);
      if (ranges != null || !nodes.containsKey(node)) {
        memory.add(ranges == null ? List.of() : ranges);
        continue;
      }
      Long known = framesOfNode.get(node);
      if (known == null) {
        unsized.add(node);
      }
      long frames = known == null ? BYTES_PER_NODE_ASSUMED / Topology.PAGE_BYTES : known;
      if (frames > FrameRange.END_MAX - base) {
        throw nodes
            .get(node)
            .bad(
                "memory up to and with node " + node,
                (base + frames) * 4 / 1024 + " MiB",
                "16 TiB in all");
      }
      // Frame 0 is nobody's.
      long start = Math.max(1, base);
      memory.add(
          base + frames > start ? List.of(FrameRange.between(start, base + frames)) : List.of());
      placed |= frames > 0;
      base =
          (base + frames + PLACE_ALIGNMENT_FRAMES - 1)
              / PLACE_ALIGNMENT_FRAMES
              * PLACE_ALIGNMENT_FRAMES;
    }
    if (!unsized.isEmpty()) {
      assumed.add(
          "memory of nodes "
              + NumberList.format(unsized)
              + " is not described: "
              + (BYTES_PER_NODE_ASSUMED >> 30)
              + " GiB each");
    }
    if (placed) {
      assumed.add(
          "addresses are not described: memory node after node, each from a multiple of 128 MiB");
    }
    return memory;
  }
}
