package org.numaslab.coordinator.registry;

import java.util.List;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.SharedCache;
import org.numaslab.node.topology.CpuId;

/// What is known of a machine's caches, and of what is on line: by its registry, or by a process
/// with nodes that a registry elsewhere has told.
public interface CacheView {
  /// Every cache that was ever created, by number.
  List<KmemCache> caches();

  KmemCache cache(CacheId id);

  /// What the cache shares with its aliases.
  SharedCache shared(CacheId id);

  /// Of a cpu that is not here nobody may have told.
  boolean isOnline(CpuId cpu);
}
