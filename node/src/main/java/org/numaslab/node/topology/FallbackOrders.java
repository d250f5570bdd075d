package org.numaslab.node.topology;

import java.util.Arrays;

/// For every node, the nodes with memory in the order in which they stand in for it.
///
/// Models `build_zonelists` and `find_next_best_node` of mm/page_alloc.c, v6.1: a node with memory
/// comes first in its own list; then always the unused node with the least
///
/// ```text
/// (distance + (it has a lower number ? 1 : 0) + (it has cpus ? 1 : 0)) * 1024 + load
/// ```
///
/// and, among equals, the lowest number. The lists are made in the order of the nodes, and each
/// time a node is the first one at a new distance its load grows by one: so equally distant
/// neighbours take turns at coming first.
///
/// Inside one list the load of a node changes only when the node has just been taken, never while
/// it still waits. So one sort by the value at the start of the list gives the same order as the
/// kernel's repeated search.
///
/// A distance of 255 ("unreachable" in ACPI's SLIT) has no meaning of its own here, as in the
/// kernel: such nodes come last.
final class FallbackOrders {
  /// MAX_NUMNODES of x86-64 distributions; loads stay below it, so that distance always goes before
  /// load.
  private static final long LOAD_SCALE = Topology.NODES_MAX;

  private FallbackOrders() {}

  /// One row per node: the numbers of the nodes with memory, nearest first.
  static int[][] of(int[][] distances, boolean[] hasMemory, boolean[] hasCpus) {
    int nodes = distances.length;
    int[] load = new int[nodes];
    int[][] orders = new int[nodes][];
    for (int local = 0; local < nodes; local++) {
      int[] order = order(local, distances[local], hasMemory, hasCpus, load);
      int previousDistance = distances[local][local];
      for (int node : order) {
        int distance = distances[local][node];
        if (distance != previousDistance) {
          load[node]++;
        }
        previousDistance = distance;
      }
      orders[local] = order;
    }
    return orders;
  }

  private static int[] order(
      int local, int[] distance, boolean[] hasMemory, boolean[] hasCpus, int[] load) {
    long[] keys = new long[distance.length];
    int count = 0;
    for (int node = 0; node < distance.length; node++) {
      if (hasMemory[node]) {
        long penalty = (long) distance[node] + (node < local ? 1 : 0) + (hasCpus[node] ? 1 : 0);
        long value = node == local ? 0 : penalty * LOAD_SCALE + load[node];
        keys[count++] = value * LOAD_SCALE + node;
      }
    }
    Arrays.sort(keys, 0, count);
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      order[i] = (int) (keys[i] % LOAD_SCALE);
    }
    return order;
  }
}
