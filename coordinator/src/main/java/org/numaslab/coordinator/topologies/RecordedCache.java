package org.numaslab.coordinator.topologies;

import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.SharedCache;
import org.numaslab.node.slab.SlabFlags;

/// A real cache of a recorded kernel: what /sys/kernel/slab says of it.
///
/// `name` is the one that slabinfo uses: who created it first. `directory` is its folder in sysfs:
/// the name, or for a cache that others may be merged into an id as `:A-0001280`
/// (`create_unique_id` of mm/slub.c).
///
/// `objectSize` is the greatest that was asked for by those merged into it, `slabSize` the slot
/// (the kernel's s->size). `remoteNodeDefragRatio` is the percentage that sysfs shows; the kernel
/// keeps ten times that. `ctor` is the constructor's symbol, empty without one.
public record RecordedCache(
    String name,
    String directory,
    int objectSize,
    int slabSize,
    int objsPerSlab,
    int order,
    int align,
    int minPartial,
    int cpuPartial,
    int remoteNodeDefragRatio,
    boolean hwcacheAlign,
    boolean reclaimAccount,
    boolean rcu,
    boolean cacheDma,
    boolean cacheDma32,
    boolean poison,
    boolean redZone,
    boolean storeUser,
    boolean sanityChecks,
    boolean trace,
    String ctor,
    int usersize,
    int aliases,
    Account account) {
  /// Objects of a slab are counted in 15 bits (struct slab).
  static final int OBJECTS_PER_SLAB_MAX = 32767;

  /// The largest block of the page allocator, MAX_ORDER - 1.
  static final int ORDER_MAX = 10;

  /// Whether the cache is charged to memory groups (SLAB_ACCOUNT). sysfs has no attribute for it:
  /// the id of a mergeable cache tells, and the family of a kmalloc cache.
  public enum Account {
    YES,
    NO,
    UNKNOWN
  }

  private static final String KMALLOC_NAME = "(dma-)?kmalloc(-\\w+)?-\\d+k?";

  public boolean hasCtor() {
    return !ctor.isEmpty();
  }

  /// Can other caches have been merged into this one?
  public boolean mergeable() {
    return SharedCache.isId(directory);
  }

  /// What its creator must have asked for, as far as sysfs shows it: debug flags of boot parameters
  /// count as asked for too.
  public CacheRequest request() {
    return new CacheRequest(
        name, objectSize, align, flags(), hasCtor(), Math.min(usersize, objectSize));
  }

  private int flags() {
    return bit(hwcacheAlign, SlabFlags.HWCACHE_ALIGN)
        | bit(reclaimAccount, SlabFlags.RECLAIM_ACCOUNT)
        | bit(rcu, SlabFlags.TYPESAFE_BY_RCU)
        | bit(cacheDma, SlabFlags.CACHE_DMA)
        | bit(cacheDma32, SlabFlags.CACHE_DMA32)
        | bit(account == Account.YES, SlabFlags.ACCOUNT)
        | bit(poison, SlabFlags.POISON)
        | bit(redZone, SlabFlags.RED_ZONE)
        | bit(storeUser, SlabFlags.STORE_USER)
        | bit(sanityChecks, SlabFlags.CONSISTENCY_CHECKS)
        | bit(trace, SlabFlags.TRACE)
        | bit(name.matches(KMALLOC_NAME), SlabFlags.KMALLOC);
  }

  private static int bit(boolean set, int flag) {
    return set ? flag : 0;
  }
}
