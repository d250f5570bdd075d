package org.numaslab.node.topology;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Puts a [Topology] together and refuses what no machine can be, with one line that says what,
/// where, got and allowed.
///
/// Nodes may come in any order. Without distances every node is 20 away from every other. What is
/// added carries the place that [#at] named last, so that a complaint made only when everything is
/// known still names the line of the file that is to blame.
public final class TopologyBuilder {
  private record Node(String where, List<CpuId> cpus, List<FrameRange> memory) {}

  private record Row(String where, int[] distances) {}

  private final String machine;
  private String where;
  private final TreeMap<Integer, Node> nodes = new TreeMap<>();
  private final TreeMap<Integer, Row> rows = new TreeMap<>();

  TopologyBuilder(String where) {
    this.machine = where;
    this.where = where;
  }

  /// Names the place, as "numa.txt:12", of what is added from here on.
  public TopologyBuilder at(String place) {
    where = place;
    return this;
  }

  /// Adds a node; cpus and ranges in any order, either may be empty.
  public TopologyBuilder node(NodeId id, List<CpuId> cpus, List<FrameRange> memory) {
    checkNodeNumber(id.value());
    if (nodes.putIfAbsent(id.value(), new Node(where, List.copyOf(cpus), List.copyOf(memory)))
        != null) {
      throw bad(where, id + ": described twice", "each node once");
    }
    return this;
  }

  /// The distances from one node to all, in the order of the nodes.
  public TopologyBuilder distancesFrom(NodeId from, int... distances) {
    checkNodeNumber(from.value());
    if (rows.putIfAbsent(from.value(), new Row(where, distances.clone())) != null) {
      throw bad(where, "distances from " + from + ": given twice", "one row per node");
    }
    return this;
  }

  /// All distances, row = from, column = to.
  public TopologyBuilder distances(int[][] matrix) {
    for (int from = 0; from < matrix.length; from++) {
      distancesFrom(new NodeId(from), matrix[from]);
    }
    return this;
  }

  /// The machine, or one [BadInput] that names what is wrong with it.
  public Topology build() {
    checkCounts(
        machine, nodes.size(), nodes.values().stream().mapToLong(node -> node.cpus().size()).sum());
    if (nodes.lastKey() != nodes.size() - 1) {
      throw bad(machine, "node numbers: got " + nodes.keySet(), "all of 0.." + (nodes.size() - 1));
    }
    List<FrameMap.Owned> owned = ownedRanges();
    return new Topology(
        checkedCpus(), checkedDistances(), memoryByNode(owned), new FrameMap(owned));
  }

  /// Refuses a number of nodes or cpus that no machine has.
  static void checkCounts(String where, long nodes, long cpus) {
    if (nodes < 1 || nodes > Topology.NODES_MAX) {
      throw bad(where, "number of nodes: got " + nodes, "1.." + Topology.NODES_MAX);
    }
    if (cpus < 1 || cpus > Topology.CPUS_MAX) {
      throw bad(where, "number of cpus: got " + cpus, "1.." + Topology.CPUS_MAX);
    }
  }

  private void checkNodeNumber(int number) {
    if (number < 0 || number >= Topology.NODES_MAX) {
      throw bad(where, "node number: got " + number, "0.." + (Topology.NODES_MAX - 1));
    }
  }

  private List<List<CpuId>> checkedCpus() {
    TreeMap<Integer, Integer> nodeOfCpu = new TreeMap<>();
    List<List<CpuId>> cpus = new ArrayList<>();
    nodes.forEach((id, node) -> {
      for (CpuId cpu : node.cpus()) {
        if (cpu.value() < 0 || cpu.value() >= Topology.CPUS_MAX) {
          throw bad(
              node.where(),
              "cpu number on node " + id + ": got " + cpu.value(),
              "0.." + (Topology.CPUS_MAX - 1));
        }
        Integer other = nodeOfCpu.put(cpu.value(), id);
        if (other != null) {
          throw bad(node.where(), cpu + ": got node " + other + " and node " + id, "one node");
        }
      }
      cpus.add(node.cpus().stream().sorted(Comparator.comparingInt(CpuId::value)).toList());
    });
    int expected = 0;
    for (int cpu : nodeOfCpu.keySet()) {
      if (cpu != expected) {
        throw bad(
            machine,
            "cpu " + expected + ": on no node",
            "every cpu from 0 to the highest, " + nodeOfCpu.lastKey() + ", on one");
      }
      expected++;
    }
    return cpus;
  }

  private int[][] checkedDistances() {
    int count = nodes.size();
    int[][] distances = new int[count][count];
    if (rows.isEmpty()) {
      for (int node = 0; node < count; node++) {
        Arrays.fill(distances[node], Topology.DISTANCE_REMOTE);
        distances[node][node] = Topology.DISTANCE_LOCAL;
      }
      return distances;
    }
    if (rows.size() != count || rows.lastKey() != count - 1) {
      throw bad(
          rows.lastEntry().getValue().where(),
          "distances: got rows of nodes " + rows.keySet(),
          "one row per node, 0.." + (count - 1));
    }
    rows.forEach((from, row) -> distances[from] = checkedRow(from, row));
    return distances;
  }

  private int[] checkedRow(int from, Row row) {
    int[] distances = row.distances();
    if (distances.length != nodes.size()) {
      throw bad(
          row.where(),
          "distances from node " + from + ": got " + distances.length + " numbers",
          nodes.size() + ", one per node");
    }
    for (int to = 0; to < distances.length; to++) {
      int distance = distances[to];
      if (from == to && distance != Topology.DISTANCE_LOCAL) {
        throw bad(
            row.where(),
            "distance from node " + from + " to itself: got " + distance,
            "" + Topology.DISTANCE_LOCAL);
      }
      if (from != to && (distance <= Topology.DISTANCE_LOCAL || distance > Topology.DISTANCE_MAX)) {
        throw bad(
            row.where(),
            "distance from node " + from + " to node " + to + ": got " + distance,
            (Topology.DISTANCE_LOCAL + 1) + ".." + Topology.DISTANCE_MAX);
      }
    }
    return distances;
  }

  private List<FrameMap.Owned> ownedRanges() {
    List<FrameMap.Owned> all = new ArrayList<>();
    nodes.forEach(
        (id, node) -> node.memory().forEach(range -> all.add(new FrameMap.Owned(range, id))));
    all.sort(Comparator.comparingLong(owned -> owned.range().start()));
    if (all.isEmpty()) {
      throw bad(machine, "memory: got none on any node", "at least one node with memory");
    }
    if (all.getFirst().range().start() == 0) {
      throw bad(
          whereIsNode(all.getFirst().node()),
          "memory of node " + all.getFirst().node() + ": got page frame 0",
          "1 and above");
    }
    List<FrameMap.Owned> joined = new ArrayList<>();
    for (FrameMap.Owned next : all) {
      FrameMap.@Nullable Owned last = joined.isEmpty() ? null : joined.getLast();
      if (last != null && next.range().start() < last.range().end()) {
        throw bad(
            whereIsNode(next.node()),
            "memory: got "
                + last.range()
                + " on node "
                + last.node()
                + " and "
                + next.range()
                + " on node "
                + next.node(),
            "each page frame once");
      }
      if (last != null
          && last.node() == next.node()
          && last.range().end() == next.range().start()) {
        joined.removeLast();
        joined.add(
            new FrameMap.Owned(
                FrameRange.between(last.range().start(), next.range().end()), next.node()));
      } else {
        joined.add(next);
      }
    }
    return joined;
  }

  private String whereIsNode(int id) {
    Node node = nodes.get(id);
    return node == null ? machine : node.where();
  }

  private List<List<FrameRange>> memoryByNode(List<FrameMap.Owned> owned) {
    List<List<FrameRange>> memory = new ArrayList<>();
    for (int node = 0; node < nodes.size(); node++) {
      memory.add(new ArrayList<>());
    }
    owned.forEach(range -> memory.get(range.node()).add(range.range()));
    return memory.stream().map(List::copyOf).toList();
  }

  private static BadInput bad(String where, String problem, String allowed) {
    return new BadInput(where + ": " + problem + ", allowed: " + allowed);
  }
}
