package org.numaslab.cpu.cache;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// For every node, the nodes with memory on line in the order in which they stand in for it: what a
/// cpu knows of them.
///
/// Owner: the cpu; the registry tells it of every change. Models `build_all_zonelists` of
/// mm/page_alloc.c and `slab_nodes` of mm/slub.c, v6.1. The order of those that stay is that of
/// boot, where the kernel lets equally distant nodes take turns anew.
final class Zonelists {
  private final Topology topology;
  private final BitSet offline = new BitSet();
  private final @Nullable List<NodeId>[] orders;

  @SuppressWarnings({"unchecked", "rawtypes"})
  Zonelists(Topology topology) {
    this.topology = topology;
    this.orders = new List[topology.nodeCount()];
  }

  /// Nearest first.
  List<NodeId> of(NodeId node) {
    List<NodeId> order = orders[node.value()];
    if (order == null) {
      order = new ArrayList<>(topology.fallbackOrder(node));
      order.removeIf(other -> offline.get(other.value()));
      order = List.copyOf(order);
      orders[node.value()] = order;
    }
    return order;
  }

  boolean hasMemory(NodeId node) {
    return topology.hasMemory(node) && !offline.get(node.value());
  }

  void set(NodeId node, boolean online) {
    offline.set(node.value(), !online);
    Arrays.fill(orders, null);
  }
}
