package org.numaslab.coordinator.wire;

import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// A 64-bit number that two machines share when they have the same nodes, cpus, distances and page
/// frames. The same in any process; finds mistakes, not forgeries.
final class TopologyHash {
  /// Odd and with their bits well mixed; from the golden ratio and SplitMix64.
  private static final long FACTOR = 0x9e3779b97f4a7c15L;

  private static final long FINAL_1 = 0xbf58476d1ce4e5b9L;
  private static final long FINAL_2 = 0x94d049bb133111ebL;
  private static final int ROTATION = 29;

  private long state;

  private TopologyHash() {}

  static long of(Topology topology) {
    TopologyHash hash = new TopologyHash();
    int nodes = topology.nodeCount();
    hash.mix(nodes);
    for (int node = 0; node < nodes; node++) {
      hash.mixNode(topology, new NodeId(node));
    }
    return hash.value();
  }

  /// Each list with its length first, so that none can pass for the end of another.
  private void mixNode(Topology topology, NodeId node) {
    mix(topology.cpusOf(node).size());
    for (CpuId cpu : topology.cpusOf(node)) {
      mix(cpu.value());
    }
    for (int to = 0; to < topology.nodeCount(); to++) {
      mix(topology.distance(node, new NodeId(to)));
    }
    mix(topology.memoryOf(node).size());
    for (FrameRange range : topology.memoryOf(node)) {
      mix(range.start());
      mix(range.count());
    }
  }

  private void mix(long word) {
    state = Long.rotateLeft((state ^ word) * FACTOR + FINAL_2, ROTATION);
  }

  private long value() {
    long value = (state ^ (state >>> 30)) * FINAL_1;
    value = (value ^ (value >>> 27)) * FINAL_2;
    return value ^ (value >>> 31);
  }
}
