package org.numaslab.cpu.protocol;

import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.Stat;
import org.numaslab.node.topology.NodeId;

/// What the registry asks of a cpu. Each is answered by one [CpuReply] with the same number. A cpu
/// serves them between operations, also while a task of it waits for the registry: so no two can
/// wait for each other.
public sealed interface CpuProtocol {
  long request();

  /// A new cache, or one whose attributes changed.
  record Describe(long request, KmemCache cache) implements CpuProtocol {}

  /// A cache is gone: whoever still uses it here uses freed memory.
  record Forget(long request, CacheId cache) implements CpuProtocol {}

  /// Give back all that the cpu holds of a cache (`flush_all`); answered when the nodes have
  /// confirmed it.
  record Flush(long request, CacheId cache) implements CpuProtocol {}

  /// Go off line: take no more operations, then give back everything (`slub_cpu_dead`); answered
  /// when the nodes have confirmed it.
  record GoOffline(long request) implements CpuProtocol {}

  /// Come back.
  record GoOnline(long request) implements CpuProtocol {}

  /// A node's memory has gone off line, or is back (`build_all_zonelists`).
  record SetMemory(long request, NodeId node, boolean online) implements CpuProtocol {}

  /// Begin to count an event of a cache anew (a write of 0 to its file), at the next boundary of
  /// operations.
  record ClearStat(long request, CacheId cache, Stat stat) implements CpuProtocol {}

  /// Answer when every task of the cpu that is in a read-side section of RCU, or has preemption
  /// off, has left it, at a boundary of operations: the cpu has then passed a quiescent point.
  record Quiesce(long request) implements CpuProtocol {}
}
