package org.numaslab.coordinator.experiment;

import java.util.ArrayList;
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
import org.numaslab.node.slab.SharedCache;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.slab.SlubDebug;

/// The geometry of the caches that a trace uses: as the traced kernel had it where its folder says
/// so, else computed from the events.
public final class CacheModels {
  private static final int WORD_BYTES = 8;
  private static final int ALIGN_MAX = Memory.PAGE_BYTES;
  private static final int DEBUG = SlabFlags.DEBUG_FLAGS | SlabFlags.FAILSLAB;

  private final @Nullable KernelDirectory kernel;
  private final GeometryOptions options;

  /// What the emulated kernel is booted with in place of the traced one's; null for the same.
  private final @Nullable SlubDebug slubDebug;

  /// Debug flags that any of the kernel's caches has.
  private final int debugFlags;

  private final List<String> assumed = new ArrayList<>();

  /// @param slubDebug debugging in place of the traced kernel's, null for the same
  public CacheModels(@Nullable KernelDirectory kernel, int cpus, @Nullable SlubDebug slubDebug) {
    this.kernel = kernel;
    this.slubDebug = slubDebug;
    this.options = GeometryOptions.forCpus(cpus);
    this.debugFlags =
        kernel == null
            ? 0
            : kernel.caches().stream()
                .mapToInt(c -> c.request().flags() & SlabFlags.DEBUG_FLAGS)
                .reduce(0, (a, b) -> a | b);
  }

  /// The cache as the emulated kernel has it, with the names that were merged into it.
  public SharedCache shared(TraceCache cache) {
    return recorded(cache)
        .map(this::shared)
        .orElseGet(
            () -> SharedCache.alone(cache.name(), withSlubDebug(cache.name(), computed(cache))));
  }

  private SharedCache shared(RecordedCache cache) {
    CacheGeometry geometry = withSlubDebug(cache.name(), recorded(cache));
    boolean mergeable = cache.mergeable() && !geometry.has(SlabFlags.NEVER_MERGE);
    Map<String, String> links = kernel == null ? Map.of() : kernel.links();
    return new SharedCache(
        cache.name(),
        mergeable ? SharedCache.id(geometry) : cache.name(),
        geometry,
        mergeable,
        1 + cache.aliases(),
        links.entrySet().stream()
            .filter(link -> link.getValue().equals(cache.directory()))
            .map(Map.Entry::getKey)
            .filter(name -> mergeable || !name.equals(cache.name()))
            .toList());
  }

  /// The cache with other debug flags than the traced kernel gave it.
  private CacheGeometry withSlubDebug(String name, CacheGeometry traced) {
    SlubDebug debug = slubDebug;
    int asked = traced.flags() & SlabFlags.PERMITTED & ~DEBUG;
    if (debug == null || (debug.flags(name, asked) & DEBUG) == (traced.flags() & DEBUG)) {
      return traced;
    }
    return CacheGeometry.of(
        new CacheRequest(name, traced.objectSize(), traced.align(), asked, traced.ctor()),
        options.withDebug(debug));
  }

  /// All caches of the kernel, oldest first.
  List<SharedCache> all() {
    return kernel == null ? List.of() : kernel.caches().stream().map(this::shared).toList();
  }

  /// The traced kernel's cache of this name.
  public Optional<RecordedCache> recorded(TraceCache cache) {
    return kernel == null || !cache.inKernelDirectory()
        ? Optional.empty()
        : kernel.cache(cache.name());
  }

  private CacheGeometry recorded(RecordedCache c) {
    CacheGeometry computed = CacheGeometry.of(c.request(), options);
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
    List<String> all = new ArrayList<>(assumed);
    if (slubDebug != null) {
      all.add(
          "slub_debug=%s in place of %s"
              .formatted(slubDebug, kernel == null ? "what no folder tells" : tracedDebug(kernel)));
    }
    return all;
  }

  private static String tracedDebug(KernelDirectory kernel) {
    long debugged =
        kernel.caches().stream()
            .filter(c -> (c.request().flags() & SlabFlags.DEBUG_FLAGS) != 0)
            .count();
    String flags =
        debugged == 0
            ? "no debugging in the traced kernel"
            : "the debug flags that %d of %d caches of the traced kernel have"
                .formatted(debugged, kernel.caches().size());
    return kernel.aliases().isEmpty()
        ? flags
        : flags + "; what was merged there stays merged, since the trace does not tell it apart";
  }
}
