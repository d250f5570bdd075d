package org.numaslab.node.topology;

/// The number of a NUMA node, from 0.
public record NodeId(int value) {
  /// The kernel's NUMA_NO_NODE: the caller names no node.
  public static final int NONE = -1;

  @Override
  public String toString() {
    return "node " + value;
  }
}
