package org.numaslab.node.topology;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Puts a [Topology] together and refuses what no machine can be, with one line that says what, where, got and allowed.
///
/// Nodes may come in any order. Without [#distances] every node is 20 away from every other.
public final class TopologyBuilder {
  private record Node(List<CpuId> cpus, List<FrameRange> memory) {}

  private final String where;
  private final Map<Integer, Node> nodes = new TreeMap<>();
  private int @Nullable [][] distances;

  TopologyBuilder(String where) {
    this.where = where;
  }

  /// Adds a node; cpus and ranges in any order, either may be empty.
  public TopologyBuilder node(NodeId id, List<CpuId> cpus, List<FrameRange> memory) {
    if (id.value() < 0 || id.value() >= Topology.NODES_MAX) {
      throw bad("node number: got " + id.value(), "0.." + (Topology.NODES_MAX - 1));
    }
    if (nodes.putIfAbsent(id.value(), new Node(List.copyOf(cpus), List.copyOf(memory))) != null) {
      throw bad(id + ": described twice", "each node once");
    }
    return this;
  }

  /// The distances, row = from, column = to.
  public TopologyBuilder distances(int[][] matrix) {
    distances = Arrays.stream(matrix).map(int[]::clone).toArray(int[][]::new);
    return this;
  }

  public Topology build() {
    checkCounts(where, nodes.size(), nodes.values().stream().mapToLong(node -> node.cpus().size()).sum());
    int expected = 0;
    for (int id : nodes.keySet()) {
      if (id != expected++) {
        throw bad("node " + (expected - 1) + " is missing: got nodes " + nodes.keySet(), "0.." + (nodes.size() - 1));
      }
    }
    List<FrameMap.Owned> owned = ownedRanges();
    return new Topology(checkedCpus(), checkedDistances(), memoryByNode(owned), new FrameMap(owned));
  }

  /// Refuses a number of nodes or cpus that no machine has.
  static void checkCounts(String where, long nodes, long cpus) {
    if (nodes < 1 || nodes > Topology.NODES_MAX) {
      throw new BadInput(where + ": number of nodes: got " + nodes + ", allowed: 1.." + Topology.NODES_MAX);
    }
    if (cpus < 1 || cpus > Topology.CPUS_MAX) {
      throw new BadInput(where + ": number of cpus: got " + cpus + ", allowed: 1.." + Topology.CPUS_MAX);
    }
  }

  private List<List<CpuId>> checkedCpus() {
    Map<Integer, Integer> nodeOfCpu = new TreeMap<>();
    List<List<CpuId>> cpus = new ArrayList<>();
    nodes.forEach(
        (id, node) -> {
          for (CpuId cpu : node.cpus()) {
            if (cpu.value() < 0 || cpu.value() >= Topology.CPUS_MAX) {
              throw bad("cpu number on node " + id + ": got " + cpu.value(), "0.." + (Topology.CPUS_MAX - 1));
            }
            Integer other = nodeOfCpu.put(cpu.value(), id);
            if (other != null) {
              throw bad(cpu + ": on node " + other + " and on node " + id, "each cpu once");
            }
          }
          cpus.add(node.cpus().stream().sorted(Comparator.comparingInt(CpuId::value)).toList());
        });
    int expected = 0;
    for (int cpu : nodeOfCpu.keySet()) {
      if (cpu != expected++) {
        throw bad("cpu " + (expected - 1) + ": on no node", "every cpu from 0 to the highest one on some node");
      }
    }
    return cpus;
  }

  private int[][] checkedDistances() {
    int count = nodes.size();
    if (distances == null) {
      int[][] flat = new int[count][count];
      for (int node = 0; node < count; node++) {
        Arrays.fill(flat[node], Topology.DISTANCE_REMOTE);
        flat[node][node] = Topology.DISTANCE_LOCAL;
      }
      return flat;
    }
    if (distances.length != count) {
      throw bad("distances: got " + distances.length + " rows", "one per node, " + count);
    }
    for (int from = 0; from < count; from++) {
      checkDistanceRow(from, distances[from]);
    }
    return distances;
  }

  private void checkDistanceRow(int from, int[] row) {
    if (row.length != nodes.size()) {
      throw bad("distances from node " + from + ": got " + row.length + " numbers", "one per node, " + nodes.size());
    }
    for (int to = 0; to < row.length; to++) {
      int distance = row[to];
      if (from == to && distance != Topology.DISTANCE_LOCAL) {
        throw bad("distance from node " + from + " to itself: got " + distance, "" + Topology.DISTANCE_LOCAL);
      }
      if (from != to && (distance <= Topology.DISTANCE_LOCAL || distance > Topology.DISTANCE_MAX)) {
        throw bad(
            "distance from node " + from + " to node " + to + ": got " + distance,
            (Topology.DISTANCE_LOCAL + 1) + ".." + Topology.DISTANCE_MAX);
      }
    }
  }

  private List<FrameMap.Owned> ownedRanges() {
    List<FrameMap.Owned> all = new ArrayList<>();
    nodes.forEach((id, node) -> node.memory().forEach(range -> all.add(new FrameMap.Owned(range, id))));
    all.sort(Comparator.comparingLong(owned -> owned.range().start()));
    if (all.isEmpty()) {
      throw bad("memory: got none on any node", "at least one node with memory");
    }
    if (all.getFirst().range().start() == 0) {
      throw bad("memory of node " + all.getFirst().node() + ": got page frame 0", "1 and above");
    }
    List<FrameMap.Owned> joined = new ArrayList<>();
    for (FrameMap.Owned next : all) {
      FrameMap.@Nullable Owned last = joined.isEmpty() ? null : joined.getLast();
      if (last != null && next.range().start() < last.range().end()) {
        throw bad(
            "memory: " + last.range() + " of node " + last.node() + " and " + next.range() + " of node " + next.node() + " overlap",
            "each page frame once");
      }
      if (last != null && last.node() == next.node() && last.range().end() == next.range().start()) {
        joined.removeLast();
        next = new FrameMap.Owned(FrameRange.between(last.range().start(), next.range().end()), next.node());
      }
      joined.add(next);
    }
    return joined;
  }

  private List<List<FrameRange>> memoryByNode(List<FrameMap.Owned> owned) {
    List<List<FrameRange>> memory = new ArrayList<>();
    for (int node = 0; node < nodes.size(); node++) {
      memory.add(new ArrayList<>());
    }
    owned.forEach(range -> memory.get(range.node()).add(range.range()));
    return memory.stream().map(List::copyOf).toList();
  }

  private BadInput bad(String problem, String allowed) {
    return new BadInput(where + ": " + problem + ", allowed: " + allowed);
  }
}
