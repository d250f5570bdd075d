package org.numaslab.node.protocol;

import org.numaslab.node.topology.NodeId;

/// What a node answers to the registry.
public sealed interface RegistryReply {
  long request();

  NodeId from();

  /// The node knows the cache or its new attributes.
  record Described(long request, NodeId from) implements RegistryReply {}

  /// @param slabsLeft whether the node still has slabs of the cache
  record Shrunk(long request, NodeId from, boolean slabsLeft) implements RegistryReply {}

  /// The cache is gone on this node, but for slabs with live objects.
  ///
  /// @param slabsLeft slabs that stay, full ones too
  /// @param remaining those of them on the partial list, first to last
  record ShutDown(long request, NodeId from, int slabsLeft, RemainingSlab[] remaining)
      implements RegistryReply {}

  /// A slab with live objects in a cache that is being destroyed.
  ///
  /// @param firstFree the first object on its list, 0 for none
  /// @param live its live objects, by ascending address
  record RemainingSlab(long frame, int objects, int inUse, long firstFree, long[] live) {}

  /// The pages of slabs that were discarded before are given back.
  record GracePeriodEnded(long request, NodeId from) implements RegistryReply {}
}
