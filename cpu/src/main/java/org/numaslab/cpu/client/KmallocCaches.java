package org.numaslab.cpu.client;

import java.util.Arrays;
import java.util.List;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.KmallocClasses;

/// Which cache serves a kmalloc (`kmalloc_slab`).
///
/// Immutable; allocates nothing after construction.
final class KmallocCaches {
  /// Sizes differ by eight bytes at least.
  private static final int STEP_SHIFT = 3;

  private final CacheId[][] byFamilyAndSteps;
  private final boolean initOnAlloc;
  private final boolean isDebugOn;

  /// @param boot the caches of [KmallocClasses#boot], in its order
  KmallocCaches(List<KmemCache> boot) {
    List<Integer> sizes = KmallocClasses.sizes();
    KmallocClasses.Family[] families = KmallocClasses.Family.values();
    if (boot.size() != sizes.size() * families.length) {
      throw new IllegalArgumentException(boot.size() + " kmalloc caches");
    }
    initOnAlloc = boot.getFirst().initOnAlloc();
    isDebugOn = boot.getFirst().isDebug();
    int steps = (KmallocClasses.CACHE_SIZE_MAX >> STEP_SHIFT) + 1;
    byFamilyAndSteps = new CacheId[families.length][steps];
    for (int f = 0; f < families.length; f++) {
      int from = 0;
      for (int s = 0; s < sizes.size(); s++) {
        int to = (sizes.get(s) >> STEP_SHIFT) + 1;
        CacheId cache = boot.get(f * sizes.size() + s).id();
        Arrays.fill(byFamilyAndSteps[f], from, to, cache);
        from = to;
      }
    }
  }

  /// Whether the machine was booted with debugging of all caches (`CONFIG_SLUB_DEBUG_ON`).
  boolean isDebugOn() {
    return isDebugOn;
  }

  /// What pages that are no slab are asked for with (`want_init_on_alloc`).
  int ofPages(int gfp) {
    return initOnAlloc ? gfp | Gfp.ZERO : gfp;
  }

  /// @param size 1..[KmallocClasses#CACHE_SIZE_MAX]
  CacheId of(int size, int gfp) {
    int steps = (size + (1 << STEP_SHIFT) - 1) >> STEP_SHIFT;
    return byFamilyAndSteps[KmallocClasses.Family.of(gfp).ordinal()][steps];
  }
}
