package org.numaslab.cpu.cache;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.topology.NodeId;

/// What an allocation was after that found no pages.
///
/// @param attempt its number: another allocation of objects has another one
/// @param cache null for pages that are no slab
/// @param node number of the node that it is bound to, or [NodeId#NONE]
/// @param gfp of the object, or of the pages that are no slab
/// @param pageGfp of the pages
/// @param nodes that were asked, nearest first
/// @param nodemask the nodes that a mempolicy binds it to, null for all
/// @param isInjected whether it was made to fail: nobody was asked, and freeing does not help
public record Shortage(
    long attempt,
    @Nullable KmemCache cache,
    int node,
    int gfp,
    int order,
    int pageGfp,
    List<NodeId> nodes,
    @Nullable List<NodeId> nodemask,
    boolean isInjected) {}
