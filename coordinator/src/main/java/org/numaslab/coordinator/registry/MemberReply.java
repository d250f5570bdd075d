package org.numaslab.coordinator.registry;

import org.numaslab.node.buddy.MemoryState;
import org.numaslab.node.topology.NodeId;

/// What the process that has a node answers to the registry.
public sealed interface MemberReply {
  long request();

  NodeId from();

  /// @param hasBegun whether a registry has told it everything before
  /// @param caches that it keeps, numbered from 0
  /// @param offline CPUs of its node that are off line, by number
  record Introduced(
      long request, NodeId from, boolean hasBegun, int caches, MemoryState memory, int[] offline)
      implements MemberReply {}

  /// @param version the number of the request that it was kept for
  record Recalled(long request, NodeId from, long version, CacheRecord cache)
      implements MemberReply {}

  /// @param refusal why it contradicts what is kept, for people; empty when it is kept now
  record Kept(long request, NodeId from, String refusal) implements MemberReply {}

  record Begun(long request, NodeId from) implements MemberReply {}
}
