package org.numaslab.cpu.protocol;

import org.jspecify.annotations.Nullable;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.ObjectConstructor;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

/// What a task asks of the machine as a whole, which is its registry. Each is answered by one
/// [TaskReply] with the same number; the task sleeps until then.
public sealed interface TaskRequest {
  /// The task's cpu.
  CpuId from();

  long request();

  /// A new cache, or an older one that the request fits (`kmem_cache_create_usercopy`). Answered by
  /// Created or Refused.
  record CreateCache(
      CpuId from, long request, CacheRequest cache, @Nullable ObjectConstructor constructor)
      implements TaskRequest {}

  /// One creation of a cache is taken back (`kmem_cache_destroy`). Answered by Done: what stays
  /// since objects of it are alive is in the kernel's log.
  record DestroyCache(CpuId from, long request, CacheId cache) implements TaskRequest {}

  /// Empty slabs go back, the others are sorted (`kmem_cache_shrink`). Answered by Shrunk.
  record ShrinkCache(CpuId from, long request, CacheId cache) implements TaskRequest {}

  /// A write to a file of /sys/kernel/slab/CACHE. Answered by Done or Refused.
  record WriteAttribute(CpuId from, long request, CacheId cache, String attribute, String text)
      implements TaskRequest {}

  /// The end of a grace period that begins now (`synchronize_rcu`). Answered by Done.
  record EndGracePeriod(CpuId from, long request) implements TaskRequest {}

  /// A cpu goes off line or comes back (`remove_cpu`, `add_cpu`). Answered by Returned.
  record SetCpu(CpuId from, long request, CpuId cpu, boolean online) implements TaskRequest {}

  /// A node's memory goes off line or comes back (`offline_pages`, `online_pages`). Answered by
  /// Returned.
  record SetMemory(CpuId from, long request, NodeId node, boolean online) implements TaskRequest {}
}
