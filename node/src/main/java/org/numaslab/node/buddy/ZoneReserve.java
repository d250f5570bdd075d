package org.numaslab.node.buddy;

/// Whether a request may have pages of a zone, by the zone's watermarks.
///
/// The boost raises all three watermarks of a zone in which types had to be mixed, so that kswapd
/// would reclaim before it happens again. Here is nothing to reclaim: kswapd, once woken, only
/// takes the boost back.
///
/// Models `zone_watermark_fast`, `__zone_watermark_ok` and `boost_watermark` of mm/page_alloc.c,
/// v6.1.
final class ZoneReserve {
  /// watermark_boost_factor: the boost is at most so many ten-thousandths of the high watermark.
  private static final long BOOST_FACTOR = 15_000;

  private final ZoneLimits limits;
  private final FreeAreas areas;
  private long boost;

  /// Pages of the pageblocks that are reserved for atomic requests of order 1 and more
  /// (`nr_reserved_highatomic`).
  private long highAtomic;

  ZoneReserve(ZoneLimits limits, FreeAreas areas) {
    this.limits = limits;
    this.areas = areas;
  }

  ZoneLimits limits() {
    return limits;
  }

  long boost() {
    return boost;
  }

  boolean allows(PageRequest request) {
    if (request.ignoresWatermarks()) {
      return true;
    }
    long mark = (request.atLow() ? limits.low() : limits.min()) + boost;
    if (request.order() == 0 && fast(request, mark)) {
      return true;
    }
    if (allows(request, mark)) {
      return true;
    }
    // The boost is not for atomic requests of one page.
    return request.order() == 0
        && boost > 0
        && request.has(Gfp.ATOMIC_RESERVES)
        && !request.atLow()
        && allows(request, limits.min());
  }

  /// For single pages: more of the atomic reserve may be in use than is free.
  private boolean fast(PageRequest request, long mark) {
    long free = areas.freePages();
    return free - Math.min(free, unusable(request))
        > mark + limits.protection(request.highestZone());
  }

  private boolean allows(PageRequest request, long mark) {
    long min = mark;
    if (request.high()) {
      min -= min / 2;
    }
    if (request.harder()) {
      min -= min / 4;
    }
    long usable = areas.freePages() - unusable(request);
    if (usable <= min + limits.protection(request.highestZone())) {
      return false;
    }
    return request.order() == 0 || hasBlock(request);
  }

  private long unusable(PageRequest request) {
    return (1L << request.order()) - 1 + (request.harder() ? 0 : highAtomic);
  }

  private boolean hasBlock(PageRequest request) {
    for (int order = request.order(); order <= Buddy.ORDER_MAX; order++) {
      for (MigrateType type : MigrateType.ALL) {
        boolean allowed = type != MigrateType.HIGH_ATOMIC || request.harder();
        if (allowed && areas.first(order, type) != FreeList.NONE) {
          return true;
        }
      }
    }
    return false;
  }

  // ---- boost

  /// @return false for a zone that is too small for it
  boolean raiseBoost() {
    if (PageBlocks.PAGES * 4 > limits.managed()) {
      return false;
    }
    long most = limits.high() * BOOST_FACTOR / 10_000;
    if (most == 0) {
      return false;
    }
    boost = Math.min(boost + PageBlocks.PAGES, Math.max(PageBlocks.PAGES, most));
    return true;
  }

  void endBoost() {
    boost = 0;
  }

  // ---- the high-order atomic reserve

  long highAtomic() {
    return highAtomic;
  }

  /// About 1 % of the zone, and at least one pageblock.
  boolean wantsHighAtomic() {
    return highAtomic < limits.managed() / 100 + PageBlocks.PAGES;
  }

  void addHighAtomic() {
    highAtomic += PageBlocks.PAGES;
  }

  void removeHighAtomic() {
    highAtomic -= Math.min(PageBlocks.PAGES, highAtomic);
  }
}
