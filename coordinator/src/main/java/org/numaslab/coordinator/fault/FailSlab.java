package org.numaslab.coordinator.fault;

import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.Current;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.SlabFlags;

/// Allocations of objects that fail on purpose. Never those that must not fail.
///
/// @param ignoreGfpWait whether those that may wait pass (`ignore-gfp-wait`; the kernel's default)
/// @param cacheFilter whether only caches with FAILSLAB fail (`cache-filter`)
/// @param text all of it, as [FaultText] reads it
///
///   Models mm/failslab.c, v6.1.
public record FailSlab(FaultAttr attr, boolean ignoreGfpWait, boolean cacheFilter, String text) {
  public static final String NAME = "failslab";

  FailSlab afresh() {
    return new FailSlab(attr.afresh(), ignoreGfpWait, cacheFilter, text);
  }

  public boolean shouldFail(KmemCache cache, int gfp, Current who, Surroundings at) {
    if ((gfp & Gfp.NOFAIL) != 0
        || (ignoreGfpWait && (gfp & Gfp.DIRECT_RECLAIM) != 0)
        || (cacheFilter && (cache.geometry().flags() & SlabFlags.FAILSLAB) == 0)) {
      return false;
    }
    return attr.shouldFail(cache.geometry().objectSize(), (gfp & Gfp.NOWARN) != 0, who, at);
  }
}
