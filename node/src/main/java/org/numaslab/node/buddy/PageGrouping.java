package org.numaslab.node.buddy;

import org.jspecify.annotations.Nullable;

/// Keeps allocations of one migrate type together: what a request takes when the lists of its type
/// have nothing, and when a pageblock changes its type.
///
/// | what is found | becomes of it |
/// |---|---|
/// | a block of a whole pageblock or more | its pageblocks are *claimed*: they change their type |
/// | less; half of its pageblock is free or of like use | the pageblock is claimed, with all its free blocks |
/// | less; the request may take it all the same | all free blocks of the pageblock are *stolen*: they change lists, the pageblock keeps its type |
/// | less; a movable request | the smallest block that will do is stolen |
///
/// Models `__rmqueue_fallback`, `find_suitable_fallback`, `can_steal_fallback`,
/// `steal_suitable_fallback`, `move_freepages_block`, `reserve_highatomic_pageblock` and
/// `unreserve_highatomic_pageblock` of mm/page_alloc.c, v6.1. No page that is in use can be moved
/// here: all are the kernel's.
final class PageGrouping {
  private final ZoneMemory memory;
  private final FreeAreas areas;
  private final PageBlocks blocks;
  private final ZoneReserve reserve;
  private long claims;
  private long steals;
  private boolean kswapdDue;

  PageGrouping(ZoneMemory memory, FreeAreas areas, PageBlocks blocks, ZoneReserve reserve) {
    this.memory = memory;
    this.areas = areas;
    this.blocks = blocks;
    this.reserve = reserve;
  }

  FallbackCounts counts() {
    return new FallbackCounts(claims, steals);
  }

  /// Whether types were mixed for a request that wakes kswapd; asked once.
  boolean takeKswapdDue() {
    boolean due = kswapdDue;
    kswapdDue = false;
    return due;
  }

  /// Puts a block of another type on the lists of the request's, largest first.
  ///
  /// @param whole take no part of a pageblock (ALLOC_NOFRAGMENT)
  /// @return false when there is none
  boolean fallBack(PageRequest request, boolean whole) {
    int least = whole ? Math.max(request.order(), PageBlocks.ORDER) : request.order();
    for (int order = Buddy.ORDER_MAX; order >= least; order--) {
      MigrateType other = suitable(order, request.type());
      if (other != null) {
        boolean all = mayTakeAll(order, request.type());
        if (!all && request.type() == MigrateType.MOVABLE) {
          return takeSmallest(request);
        }
        take(areas.first(order, other), order, request, all);
        return true;
      }
    }
    return false;
  }

  private boolean takeSmallest(PageRequest request) {
    int order = request.order();
    MigrateType other = suitable(order, request.type());
    while (other == null) {
      other = suitable(++order, request.type());
    }
    take(areas.first(order, other), order, request, mayTakeAll(order, request.type()));
    return true;
  }

  private @Nullable MigrateType suitable(int order, MigrateType type) {
    for (MigrateType other : type.fallbacks()) {
      if (areas.first(order, other) != FreeList.NONE) {
        return other;
      }
    }
    return null;
  }

  private static boolean mayTakeAll(int order, MigrateType type) {
    return order >= PageBlocks.ORDER / 2 || type != MigrateType.MOVABLE;
  }

  private void take(long head, int order, PageRequest request, boolean all) {
    MigrateType type = request.type();
    MigrateType old = blocks.of(head);
    if (old == MigrateType.HIGH_ATOMIC) {
      steals++;
      areas.move(head, order, type);
      return;
    }
    if (order >= PageBlocks.ORDER) {
      claims++;
      for (long at = head; at < head + (1L << order); at += PageBlocks.PAGES) {
        blocks.set(at, type);
      }
      areas.move(head, order, type);
      return;
    }
    kswapdDue |= reserve.raiseBoost() && request.wakesKswapd();
    long free = all ? moveFree(head, type) : 0;
    if (free == 0) {
      steals++;
      areas.move(head, order, type);
      return;
    }
    // Next to movable pages all that is in use is of the request's kind, or nearly so.
    boolean alike = type != MigrateType.MOVABLE && old == MigrateType.MOVABLE;
    long used = alike ? PageBlocks.PAGES - free : 0;
    if (free + used >= PageBlocks.PAGES / 2) {
      claims++;
      blocks.set(head, type);
    } else {
      steals++;
    }
  }

  /// Puts all free blocks of a frame's pageblock at the tails of a type's lists.
  ///
  /// @return pages moved; 0 where the zone ends within the pageblock
  private long moveFree(long frame, MigrateType type) {
    long start = PageBlocks.start(frame);
    long end = start + PageBlocks.PAGES;
    if (!memory.spans(start)) {
      start = frame;
    }
    if (!memory.spans(end - 1)) {
      return 0;
    }
    long moved = 0;
    for (long at = start; at < end; ) {
      if (memory.owns(at) && areas.isListed(at)) {
        int order = areas.order(at);
        areas.move(at, order, type);
        moved += 1L << order;
        at += 1L << order;
      } else {
        at++;
      }
    }
    return moved;
  }

  // ---- the high-order atomic reserve

  /// After an atomic request of order 1 or more was served: its pageblock is kept for others of its
  /// kind.
  void reserveHighAtomic(long head) {
    if (reserve.wantsHighAtomic() && blocks.of(head).isMergeable()) {
      reserve.addHighAtomic();
      blocks.set(head, MigrateType.HIGH_ATOMIC);
      moveFree(head, MigrateType.HIGH_ATOMIC);
    }
  }

  /// Before a request fails: a pageblock of the reserve becomes one of its type.
  ///
  /// @return false when no page came free by that
  boolean unreserveHighAtomic(MigrateType type) {
    for (int order = 0; order <= Buddy.ORDER_MAX; order++) {
      long head = areas.first(order, MigrateType.HIGH_ATOMIC);
      if (head != FreeList.NONE) {
        if (blocks.of(head) == MigrateType.HIGH_ATOMIC) {
          reserve.removeHighAtomic();
        }
        blocks.set(head, type);
        if (moveFree(head, type) > 0) {
          return true;
        }
      }
    }
    return false;
  }
}
