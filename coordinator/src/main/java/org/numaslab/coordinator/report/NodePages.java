package org.numaslab.coordinator.report;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.numaslab.coordinator.audit.MachineDump;
import org.numaslab.coordinator.audit.MachineDump.NodeDump;
import org.numaslab.coordinator.audit.MachineDump.SlabDump;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.MachineState;
import org.numaslab.node.buddy.Buddy;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.KmemCacheNode;
import org.numaslab.node.protocol.NodeState;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.topology.NodeId;

/// The pages of each node by what they are for: what nodeN/meminfo and zoneinfo count.
///
/// A discarded slab whose pages wait for a grace period counts as slab until they are given back.
record NodePages(Map<NodeId, Node> nodes) {
  /// @param managed that the page allocator was given, and did not hold for good
  /// @param reclaimable in slabs of caches with RECLAIM_ACCOUNT
  /// @param unreclaimable in all other slabs, and kmalloc's that are no slabs
  record Node(long managed, long free, long reclaimable, long unreclaimable) {
    long slab() {
      return reclaimable + unreclaimable;
    }
  }

  static NodePages of(MachineState machine, LiveNatures natures, MachineDump dump) {
    Set<Integer> reclaimable = new HashSet<>();
    for (KmemCache cache : machine.registry().caches()) {
      if (cache.geometry().has(SlabFlags.RECLAIM_ACCOUNT)) {
        reclaimable.add(cache.id().value());
      }
    }
    Map<NodeId, Node> nodes = new HashMap<>();
    for (NodeDump node : dump.nodes()) {
      long yes = 0;
      long no = 0;
      for (SlabDump slab : node.slabs()) {
        long pages = 1L << slab.order();
        yes += reclaimable.contains(slab.cache()) ? pages : 0;
        no += reclaimable.contains(slab.cache()) ? 0 : pages;
      }
      NodeState state = machine.node(new NodeId(node.id()));
      for (KmemCacheNode half : state.caches().values()) {
        long pages = half.pagesWaitingForGracePeriod();
        yes += reclaimable.contains(half.cache().id().value()) ? pages : 0;
        no += reclaimable.contains(half.cache().id().value()) ? 0 : pages;
      }
      Buddy buddy = natures.buddy(state.id());
      no += state.plainPages();
      nodes.put(
          state.id(),
          new Node(buddy.managedPages() - buddy.heldPages(), buddy.freePages(), yes, no));
    }
    return new NodePages(Map.copyOf(nodes));
  }

  Node of(NodeId node) {
    return Objects.requireNonNull(nodes.get(node));
  }
}
