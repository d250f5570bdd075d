package org.numaslab.coordinator.report;

import java.util.List;
import java.util.Map;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.MachineState;
import org.numaslab.node.buddy.Buddy;
import org.numaslab.node.buddy.BuddyInfo;
import org.numaslab.node.cache.KmemCacheNode;
import org.numaslab.node.protocol.NodeState;

/// A node's memory, as its own process sees it.
///
/// @param fallbacks page requests for which the lists of their migrate type had nothing
/// @param fallbackClaims those of them for which a pageblock changed its type
/// @param fallbackSteals those that mixed types in a pageblock
/// @param files what a kernel would show of the node, by path; those of all nodes one after another
///   are the machine's
public record NodePart(
    int node,
    long slabs,
    long usedPages,
    long freePages,
    List<BuddyInfo> zones,
    long fallbacks,
    long fallbackClaims,
    long fallbackSteals,
    Map<String, String> files) {
  static NodePart of(MachineState machine, NodeState node, LiveNatures natures, NodePages pages) {
    Buddy buddy = natures.buddy(node.id());
    return new NodePart(
        node.id().value(),
        node.caches().values().stream().mapToLong(KmemCacheNode::nrSlabs).sum(),
        buddy.usedPages(),
        buddy.freePages(),
        buddy.info(node.id()),
        buddy.fallbacks().fallbacks(),
        buddy.fallbacks().claims(),
        buddy.fallbacks().steals(),
        MachineFiles.ofNode(machine, node, natures, pages));
  }
}
