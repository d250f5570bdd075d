package org.numaslab.coordinator.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.topologies.KernelDirectory;
import org.numaslab.coordinator.topologies.RecordedCache;
import org.numaslab.coordinator.trace.TraceCache;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SlabFlags;

/// The geometry of the caches that a trace uses: as the traced kernel had it where its folder says so, else computed from the events.
public final class CacheModels {
  private static final int WORD_BYTES = 8;
  private static final int ALIGN_MAX = 4096;

  private final @Nullable KernelDirectory kernel;
  private final GeometryOptions options;
  private final List<String> assumed = new ArrayList<>();
  private int debugCaches;

  public CacheModels(@Nullable KernelDirectory kernel, int cpus) {
    this.kernel = kernel;
    this.options = GeometryOptions.forCpus(cpus);
  }

  public CacheGeometry geometry(TraceCache cache) {
    KernelDirectory known = kernel;
    if (known != null && cache.inKernelDirectory()) {
      Optional<RecordedCache> recorded = known.cache(cache.name());
      if (recorded.isPresent()) {
        return recorded(recorded.get());
      }
    }
    return computed(cache);
  }

  private CacheGeometry recorded(RecordedCache c) {
    boolean debug = c.poison() || c.redZone() || c.storeUser() || c.sanityChecks() || c.trace();
    if (debug && debugCaches++ == 0) {
      assumed.add(
          "caches with debug flags (" + c.name()
              + " and others) keep their slot size, but are run without their checks");
    }
    int flags =
        (c.hwcacheAlign() ? SlabFlags.HWCACHE_ALIGN : 0)
            | (c.reclaimAccount() ? SlabFlags.RECLAIM_ACCOUNT : 0)
            | (c.rcu() ? SlabFlags.TYPESAFE_BY_RCU : 0)
            | (c.cacheDma() ? SlabFlags.CACHE_DMA : 0)
            | (c.cacheDma32() ? SlabFlags.CACHE_DMA32 : 0);
    CacheGeometry like =
        CacheGeometry.of(
            new CacheRequest(c.name(), c.objectSize(), c.align(), flags, c.hasCtor()), options);
    boolean outside = c.rcu() || c.hasCtor() || c.poison();
    int inUse = (c.objectSize() + WORD_BYTES - 1) / WORD_BYTES * WORD_BYTES;
    int offset = outside && inUse + WORD_BYTES <= c.slabSize() ? inUse : like.offset();
    int minOrder = like.minOrder();
    return new CacheGeometry(
        c.objectSize(),
        c.slabSize(),
        c.align(),
        inUse,
        Math.min(offset, c.slabSize() - WORD_BYTES),
        0,
        c.order(),
        c.objsPerSlab(),
        c.slabSize() == like.size() ? minOrder : Math.min(c.order(), orderOf(c.slabSize())),
        (4096 << (c.slabSize() == like.size() ? minOrder : Math.min(c.order(), orderOf(c.slabSize()))))
            / c.slabSize(),
        c.minPartial(),
        c.cpuPartial(),
        CacheGeometry.cpuPartialSlabs(c.cpuPartial(), c.objsPerSlab()),
        like.flags(),
        like.allocFlags(),
        c.hasCtor());
  }

  private static int orderOf(int bytes) {
    int order = 0;
    while (4096 << order < bytes) {
      order++;
    }
    return order;
  }

  /// A cache that no folder knows: the smallest alignment that gives the slot size seen.
  private CacheGeometry computed(TraceCache cache) {
    for (int align = WORD_BYTES; align <= ALIGN_MAX; align *= 2) {
      CacheGeometry geometry =
          CacheGeometry.of(
              new CacheRequest(cache.name(), cache.objectSizeBytes(), align, 0, false), options);
      if (geometry.size() == cache.slabSizeBytes()) {
        return geometry;
      }
    }
    assumed.add(
        "cache " + cache.name() + ": objects of " + cache.objectSizeBytes() + " bytes in slots of "
            + cache.slabSizeBytes() + " fit no alignment; taken as objects of the slot's size");
    return CacheGeometry.of(
        new CacheRequest(cache.name(), cache.slabSizeBytes(), WORD_BYTES, 0, false), options);
  }

  /// What had to be assumed so far.
  public List<String> assumed() {
    return List.copyOf(assumed);
  }
}
