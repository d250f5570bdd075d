package org.numaslab.coordinator.fault;

import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.Current;

/// Allocations of pages that fail on purpose, before any node is asked. Never those that must not
/// fail.
///
/// @param ignoreGfpWait whether those that may wait pass (`ignore-gfp-wait`; the kernel's default)
/// @param minOrder blocks below it pass (`min-order`; the kernel's default is 1)
/// @param text all of it, as [FaultText] reads it
///
///   Models `__should_fail_alloc_page` of mm/page_alloc.c, v6.1.
public record FailPageAlloc(FaultAttr attr, boolean ignoreGfpWait, int minOrder, String text) {
  public static final String NAME = "fail_page_alloc";

  FailPageAlloc afresh() {
    return new FailPageAlloc(attr.afresh(), ignoreGfpWait, minOrder, text);
  }

  public boolean shouldFail(int order, int gfp, Current who, Surroundings at) {
    if (order < minOrder
        || (gfp & (Gfp.NOFAIL | Gfp.HIGHMEM)) != 0
        || (ignoreGfpWait && (gfp & Gfp.DIRECT_RECLAIM) != 0)) {
      return false;
    }
    return attr.shouldFail(1L << order, false, who, at);
  }
}
