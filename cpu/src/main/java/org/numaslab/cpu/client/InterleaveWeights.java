package org.numaslab.cpu.client;

import java.util.concurrent.atomic.AtomicIntegerArray;
import org.numaslab.cpu.protocol.Errno;
import org.numaslab.node.topology.NodeId;

/// How many slabs in a row each node gets by WEIGHTED_INTERLEAVE: the files of
/// /sys/kernel/mm/mempolicy/weighted_interleave, v6.9; 6.1 has none.
///
/// For all tasks of the machine.
public final class InterleaveWeights {
  private static final int MAX = 255;

  private final AtomicIntegerArray weights;

  InterleaveWeights(int nodes) {
    weights = new AtomicIntegerArray(nodes);
    for (int i = 0; i < nodes; i++) {
      weights.set(i, 1);
    }
  }

  /// Writes the file of a node.
  ///
  /// @param weight 1..255; 0 for the default, 1
  /// @return 0; -EINVAL for any other weight, -ENOENT when there is no such node
  public int set(NodeId node, int weight) {
    if (node.value() < 0 || node.value() >= weights.length()) {
      return -Errno.ENOENT.number();
    }
    if (weight < 0 || weight > MAX) {
      return -Errno.EINVAL.number();
    }
    weights.set(node.value(), Math.max(1, weight));
    return 0;
  }

  /// Reads the file of a node.
  public int get(NodeId node) {
    return weights.get(node.value());
  }

  int of(int node) {
    return weights.get(node);
  }
}
