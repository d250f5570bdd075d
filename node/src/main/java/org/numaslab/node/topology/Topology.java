package org.numaslab.node.topology;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The shape of a machine: which cpus and which page frames each node has, and how far the nodes
/// are from one another. Immutable.
///
/// Nodes are 0 .. nodeCount-1, cpus 0 .. cpuCount-1, both without gaps. A node may have no cpus, or
/// no memory, or neither; some node has memory. Memory is a set of page frames per node, in any
/// number of ranges, holes allowed; frame 0 is nobody's, so that physical address 0 can stand for
/// NULL.
///
/// Distances are the kernel's: 10 for the node itself, 11 .. 255 to others, not necessarily
/// symmetric. 255 ("unreachable" in ACPI's SLIT) is taken as what it is for the kernel's zonelists:
/// very far, last in the fallback order, but in it.
public final class Topology {
  /// MAX_NUMNODES of x86-64 distributions (NODES_SHIFT 10).
  public static final int NODES_MAX = 1024;

  /// CONFIG_NR_CPUS of x86-64 distributions (MAXSMP).
  public static final int CPUS_MAX = 8192;

  /// A node's distance to itself, LOCAL_DISTANCE.
  public static final int DISTANCE_LOCAL = 10;

  /// A node's distance to any other where nothing is known, REMOTE_DISTANCE.
  public static final int DISTANCE_REMOTE = 20;

  /// The greatest distance that ACPI's SLIT can say.
  public static final int DISTANCE_MAX = 255;

  /// Bytes of a page frame.
  public static final int PAGE_BYTES = 4096;

  private final NodeId[] nodeOfCpu;
  private final int[][] distances;
  private final List<List<CpuId>> cpus;
  private final List<List<FrameRange>> memory;
  private final List<List<NodeId>> fallbackOrders;
  private final FrameMap frames;

  /// All arguments checked by [TopologyBuilder]: indexed by node, cpus and ranges ascending, ranges
  /// merged and without overlap.
  Topology(
      List<List<CpuId>> cpus, int[][] distances, List<List<FrameRange>> memory, FrameMap frames) {
    this.cpus = List.copyOf(cpus);
    this.distances = distances;
    this.memory = List.copyOf(memory);
    this.frames = frames;
    int nodes = cpus.size();
    NodeId[] ids = new NodeId[nodes];
    boolean[] hasMemory = new boolean[nodes];
    boolean[] hasCpus = new boolean[nodes];
    for (int node = 0; node < nodes; node++) {
      ids[node] = new NodeId(node);
      hasMemory[node] = !memory.get(node).isEmpty();
      hasCpus[node] = !cpus.get(node).isEmpty();
    }
    this.nodeOfCpu = new NodeId[cpus.stream().mapToInt(List::size).sum()];
    for (int node = 0; node < nodes; node++) {
      for (CpuId cpu : cpus.get(node)) {
        nodeOfCpu[cpu.value()] = ids[node];
      }
    }
    List<List<NodeId>> orders = new ArrayList<>(nodes);
    for (int[] order : FallbackOrders.of(distances, hasMemory, hasCpus)) {
      orders.add(Arrays.stream(order).mapToObj(node -> ids[node]).toList());
    }
    this.fallbackOrders = List.copyOf(orders);
  }

  /// A machine of equal nodes: cpus numbered node by node, memory end to end, distance 20 between
  /// any two.
  ///
  /// Node k has the frames from k * bytesPerNode up to (k+1) * bytesPerNode, so that its blocks are
  /// aligned as its size is; node 0 has one less: frame 0 is nobody's.
  public static Topology uniform(int nodes, int cpusPerNode, long bytesPerNode) {
    TopologyBuilder.checkCounts("topology", nodes, (long) nodes * cpusPerNode);
    long framesPerNode = bytesPerNode / PAGE_BYTES;
    if (bytesPerNode % PAGE_BYTES != 0
        || framesPerNode < 2
        || framesPerNode > FrameRange.END_MAX / nodes) {
      throw new BadInput(
          "topology: memory per node: got "
              + bytesPerNode
              + " bytes on each of "
              + nodes
              + " nodes, allowed: a multiple of 4096, at least 8192, in all at most 16 TiB");
    }
    TopologyBuilder builder = builder();
    for (int node = 0; node < nodes; node++) {
      List<CpuId> cpus = new ArrayList<>(cpusPerNode);
      for (int i = 0; i < cpusPerNode; i++) {
        cpus.add(new CpuId(node * cpusPerNode + i));
      }
      long start = Math.max(1, node * framesPerNode);
      builder.node(
          new NodeId(node), cpus, List.of(FrameRange.between(start, (node + 1) * framesPerNode)));
    }
    return builder.build();
  }

  /// Where a machine is put together node by node, and checked.
  public static TopologyBuilder builder() {
    return new TopologyBuilder("topology");
  }

  /// The same; complaints begin with `where`, as "numa.txt".
  public static TopologyBuilder builder(String where) {
    return new TopologyBuilder(where);
  }

  public int nodeCount() {
    return cpus.size();
  }

  public int cpuCount() {
    return nodeOfCpu.length;
  }

  public NodeId nodeOf(CpuId cpu) {
    return nodeOfCpu[cpu.value()];
  }

  /// The node whose memory is nearest to the cpu: its own, or where that has none the first that
  /// stands in for it (`numa_mem_id`).
  public NodeId memoryNodeOf(CpuId cpu) {
    return fallbackOrder(nodeOf(cpu)).getFirst();
  }

  /// The node's cpus, ascending; empty for a node without cpus.
  public List<CpuId> cpusOf(NodeId node) {
    return cpus.get(node.value());
  }

  public int distance(NodeId from, NodeId to) {
    return distances[from.value()][to.value()];
  }

  public boolean hasMemory(NodeId node) {
    return !memory.get(node.value()).isEmpty();
  }

  /// All nodes with memory, in the order in which the kernel turns to them on behalf of `node`; see
  /// [FallbackOrders].
  public List<NodeId> fallbackOrder(NodeId node) {
    return fallbackOrders.get(node.value());
  }

  /// The node's usable page frames, ascending, adjacent ranges joined, holes left out; empty for a
  /// node without memory.
  public List<FrameRange> memoryOf(NodeId node) {
    return memory.get(node.value());
  }

  /// How many page frames the node has.
  public long framesOf(NodeId node) {
    return memoryOf(node).stream().mapToLong(FrameRange::count).sum();
  }

  /// One past the highest page frame of the machine.
  public long spanFrames() {
    return frames.spanFrames();
  }

  /// The number of the node that has this page frame; -1 when none has it.
  public int nodeIndexOfFrame(long frame) {
    return frames.nodeIndexOf(frame);
  }

  /// What `other` has differently, in a few words, the first difference only; empty when both are
  /// the same machine.
  public Optional<String> differenceFrom(Topology other) {
    return cpuDifferenceFrom(other)
        .or(() -> distanceDifferenceFrom(other))
        .or(() -> memoryDifferenceFrom(other));
  }

  /// The first difference in the number of nodes and in where the cpus are.
  public Optional<String> cpuDifferenceFrom(Topology other) {
    if (nodeCount() != other.nodeCount()) {
      return Optional.of(nodeCount() + " nodes against " + other.nodeCount());
    }
    if (cpuCount() != other.cpuCount()) {
      return Optional.of(cpuCount() + " cpus against " + other.cpuCount());
    }
    int cpu = Arrays.mismatch(nodeOfCpu, other.nodeOfCpu);
    return cpu < 0
        ? Optional.empty()
        : Optional.of("cpu " + cpu + " on " + nodeOfCpu[cpu] + " against " + other.nodeOfCpu[cpu]);
  }

  /// The first difference in the distances of two machines with equally many nodes.
  public Optional<String> distanceDifferenceFrom(Topology other) {
    for (int from = 0; from < nodeCount(); from++) {
      int to = Arrays.mismatch(distances[from], other.distances[from]);
      if (to >= 0) {
        return Optional.of(
            "distance from node "
                + from
                + " to node "
                + to
                + " "
                + distances[from][to]
                + " against "
                + other.distances[from][to]);
      }
    }
    return Optional.empty();
  }

  private Optional<String> memoryDifferenceFrom(Topology other) {
    for (int node = 0; node < nodeCount(); node++) {
      if (!memory.get(node).equals(other.memory.get(node))) {
        return Optional.of(
            "memory of node "
                + node
                + " "
                + memory.get(node)
                + " against "
                + other.memory.get(node));
      }
    }
    return Optional.empty();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Topology topology && differenceFrom(topology).isEmpty();
  }

  @Override
  public int hashCode() {
    return 31 * cpus.hashCode() + memory.hashCode();
  }

  /// One line: "4 nodes, 8 cpus, 8192 MiB".
  @Override
  public String toString() {
    long allFrames = memory.stream().flatMap(List::stream).mapToLong(FrameRange::count).sum();
    return nodeCount()
        + " nodes, "
        + cpuCount()
        + " cpus, "
        + allFrames * PAGE_BYTES / (1 << 20)
        + " MiB";
  }
}
