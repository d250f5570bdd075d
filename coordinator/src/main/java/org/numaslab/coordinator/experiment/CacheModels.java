package org.numaslab.coordinator.experiment;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.topologies.KernelDirectory;
import org.numaslab.coordinator.topologies.RecordedCache;
import org.numaslab.coordinator.trace.TraceCache;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SlabFlags;

/// The geometry of the caches that a trace uses: as the traced kernel had it where its folder says
/// so, else computed from the events.
public final class CacheModels {
  private static final int WORD_BYTES = 8;
  private static final int ALIGN_MAX = Memory.PAGE_BYTES;
  private static final String KMALLOC_NAME = "(dma-)?kmalloc(-\\w+)?-\\d+k?";

  private final @Nullable KernelDirectory kernel;
  private final GeometryOptions options;

  /// Debug flags that any of the kernel's caches has.
  private final int debugFlags;

  private final List<String> assumed = new ArrayList<>();

  public CacheModels(@Nullable KernelDirectory kernel, int cpus) {
    this.kernel = kernel;
    this.options = GeometryOptions.forCpus(cpus);
    this.debugFlags =
        kernel == null
            ? 0
            : kernel.caches().stream()
                .mapToInt(c -> flags(c) & SlabFlags.DEBUG_FLAGS)
                .reduce(0, (a, b) -> a | b);
  }

  public CacheGeometry geometry(TraceCache cache) {
    return recorded(cache).map(this::recorded).orElseGet(() -> computed(cache));
  }

  /// All caches of the kernel, oldest first.
  Map<String, CacheGeometry> all() {
    Map<String, CacheGeometry> all = new LinkedHashMap<>();
    if (kernel != null) {
      kernel.caches().forEach(cache -> all.put(cache.name(), recorded(cache)));
    }
    return all;
  }

  /// The traced kernel's cache of this name.
  public Optional<RecordedCache> recorded(TraceCache cache) {
    return kernel == null || !cache.inKernelDirectory()
        ? Optional.empty()
        : kernel.cache(cache.name());
  }

  private CacheGeometry recorded(RecordedCache c) {
    CacheGeometry computed =
        CacheGeometry.of(
            new CacheRequest(c.name(), c.objectSize(), c.align(), flags(c), c.hasCtor()), options);
    if (computed.size() != c.slabSize()) {
      assumed.add(
          "cache "
              + c.name()
              + ": slots of "
              + c.slabSize()
              + " bytes taken as recorded, by our"
              + " formula they have "
              + computed.size());
    }
    return withRecorded(computed, c);
  }

  private static int flags(RecordedCache c) {
    return bit(c.hwcacheAlign(), SlabFlags.HWCACHE_ALIGN)
        | bit(c.reclaimAccount(), SlabFlags.RECLAIM_ACCOUNT)
        | bit(c.rcu(), SlabFlags.TYPESAFE_BY_RCU)
        | bit(c.cacheDma(), SlabFlags.CACHE_DMA)
        | bit(c.cacheDma32(), SlabFlags.CACHE_DMA32)
        | bit(c.poison(), SlabFlags.POISON)
        | bit(c.redZone(), SlabFlags.RED_ZONE)
        | bit(c.storeUser(), SlabFlags.STORE_USER)
        | bit(c.sanityChecks(), SlabFlags.CONSISTENCY_CHECKS)
        | bit(c.name().matches(KMALLOC_NAME), SlabFlags.KMALLOC);
  }

  private static int bit(boolean set, int flag) {
    return set ? flag : 0;
  }

  /// What sysfs shows goes before what is computed; the least order holds at least one object.
  private static CacheGeometry withRecorded(CacheGeometry g, RecordedCache c) {
    int minOrder = g.size() == c.slabSize() ? g.minOrder() : orderFor(c.slabSize());
    return new CacheGeometry(
        g.objectSize(),
        c.slabSize(),
        g.align(),
        Math.min(g.inUse(), c.slabSize()),
        Math.min(g.offset(), c.slabSize() - WORD_BYTES),
        g.redLeftPad(),
        c.order(),
        c.objsPerSlab(),
        minOrder,
        (Memory.PAGE_BYTES << minOrder) / c.slabSize(),
        c.minPartial(),
        c.cpuPartial(),
        CacheGeometry.cpuPartialSlabs(c.cpuPartial(), c.objsPerSlab()),
        g.flags(),
        g.allocFlags(),
        g.ctor());
  }

  private static int orderFor(int bytes) {
    int order = 0;
    while (Memory.PAGE_BYTES << order < bytes) {
      order++;
    }
    return order;
  }

  /// A cache that no folder knows: the smallest alignment that gives the slot size seen, without
  /// debug flags or with those of the kernel.
  private CacheGeometry computed(TraceCache cache) {
    for (int flags : new int[] {0, debugFlags}) {
      for (int align = WORD_BYTES; align <= ALIGN_MAX; align *= 2) {
        CacheGeometry geometry =
            CacheGeometry.of(
                new CacheRequest(cache.name(), cache.objectSizeBytes(), align, flags, false),
                options);
        if (geometry.size() == cache.slabSizeBytes()) {
          return geometry;
        }
      }
    }
    assumed.add(
        "cache "
            + cache.name()
            + ": objects of "
            + cache.objectSizeBytes()
            + " bytes in slots of "
            + cache.slabSizeBytes()
            + " fit no alignment; taken as objects of the slot's size");
    return CacheGeometry.of(
        new CacheRequest(cache.name(), cache.slabSizeBytes(), WORD_BYTES, 0, false), options);
  }

  /// What had to be assumed so far.
  public List<String> assumed() {
    return List.copyOf(assumed);
  }
}
