package org.numaslab.cpu.cache;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;
import org.numaslab.node.topology.ZoneType;

/// For every node, the nodes with memory on line in the order in which they stand in for it: what a
/// cpu knows of them.
///
/// Owner: the cpu; the registry tells it of every change. Models `build_all_zonelists` of
/// mm/page_alloc.c and `slab_nodes` of mm/slub.c, v6.1. The order of those that stay is that of
/// boot, where the kernel lets equally distant nodes take turns anew.
final class Zonelists {
  private final Topology topology;
  private final BitSet offline = new BitSet();
  private long changes;
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

  /// Whether a request is for the highest zone in which the machine has memory, not for a lower one
  /// (`policy_zone`).
  boolean isOfHighestZone(int gfp) {
    return highestZone(gfp).compareTo(ZoneType.of(topology.spanFrames() - 1)) >= 0;
  }

  /// The first of some nodes that has a zone which `gfp` allows.
  Optional<NodeId> firstFor(List<NodeId> nodes, int gfp) {
    long end = highestZone(gfp).endFrame();
    return nodes.stream()
        .filter(node -> {
          List<FrameRange> ranges = topology.memoryOf(node);
          return !ranges.isEmpty() && ranges.getFirst().start() < end;
        })
        .findFirst();
  }

  private static ZoneType highestZone(int gfp) {
    return (gfp & Gfp.DMA) != 0
        ? ZoneType.DMA
        : (gfp & Gfp.DMA32) != 0 ? ZoneType.DMA32 : ZoneType.NORMAL;
  }

  /// How often it has changed.
  long changes() {
    return changes;
  }

  void set(NodeId node, boolean online) {
    if (offline.get(node.value()) == online) {
      changes++;
    }
    offline.set(node.value(), !online);
    Arrays.fill(orders, null);
  }
}
