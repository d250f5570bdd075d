package org.numaslab.node.buddy;

import org.numaslab.node.topology.ZoneType;

/// A request for pages as the page allocator reads it: `struct alloc_context` and the alloc_flags
/// of `gfp_to_alloc_flags`, mm/page_alloc.c, v6.1.
record PageRequest(int order, int gfp, Watermark mark) {
  PageRequest {
    if (order < 0) {
      throw new IllegalArgumentException("block of order " + order);
    }
  }

  MigrateType type() {
    return MigrateType.of(gfp);
  }

  /// The highest zone that will do (`gfp_zone`); lower ones are taken where it has nothing.
  ZoneType highestZone() {
    return has(Gfp.DMA) ? ZoneType.DMA : has(Gfp.DMA32) ? ZoneType.DMA32 : ZoneType.NORMAL;
  }

  boolean atLow() {
    return mark == Watermark.FIRST || mark == Watermark.LOW;
  }

  /// ALLOC_HIGH: half of the min watermark may be used.
  boolean high() {
    return !atLow() && has(Gfp.HIGH);
  }

  /// ALLOC_HARDER: a quarter of what is left of it, too, and the high-order atomic reserve.
  boolean harder() {
    boolean atomic = has(Gfp.ATOMIC_RESERVES) && !has(Gfp.NOMEMALLOC);
    boolean noFail = mark == Watermark.LAST && has(Gfp.NOFAIL);
    return !atLow() && (atomic || noFail);
  }

  /// ALLOC_NO_WATERMARKS.
  boolean ignoresWatermarks() {
    return mark == Watermark.LAST && Watermark.ignoresWatermarks(gfp);
  }

  /// Whether kswapd is woken where the request cannot be served from above the low watermark.
  boolean wakesKswapd() {
    return has(Gfp.KSWAPD_RECLAIM);
  }

  boolean has(int flag) {
    return (gfp & flag) != 0;
  }
}
