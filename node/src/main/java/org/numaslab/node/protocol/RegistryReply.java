package org.numaslab.node.protocol;

import org.numaslab.node.buddy.MemoryState;
import org.numaslab.node.topology.NodeId;

/// What a node answers to the registry.
public sealed interface RegistryReply {
  long request();

  NodeId from();

  /// The node knows the cache or its new attributes.
  record Described(long request, NodeId from) implements RegistryReply {}

  /// @param slabsLeft whether the node still has slabs of the cache
  record Shrunk(long request, NodeId from, boolean slabsLeft) implements RegistryReply {}

  /// The cache is gone on this node, but for slabs with live objects, which the kernel's log lists.
  ///
  /// @param slabsLeft slabs that stay
  record ShutDown(long request, NodeId from, int slabsLeft) implements RegistryReply {}

  /// Every slab was checked; what was wrong is in the kernel's log.
  record Validated(long request, NodeId from) implements RegistryReply {}

  /// The node will know which slabs were discarded before.
  record GracePeriodBegun(long request, NodeId from) implements RegistryReply {}

  /// The pages of slabs that were discarded before it began are given back.
  record GracePeriodEnded(long request, NodeId from) implements RegistryReply {}

  /// @param state that the node's memory is in now
  record MemorySet(long request, NodeId from, MemoryState state) implements RegistryReply {}
}
