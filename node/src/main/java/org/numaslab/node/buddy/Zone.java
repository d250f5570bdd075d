package org.numaslab.node.buddy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.memory.FrameTable.Kind;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.ZoneType;

/// The free pages of one node in one zone, split and merged.
///
/// Models the part of `struct zone` that `rmqueue_buddy`, `__rmqueue`, `__rmqueue_smallest`,
/// `expand` and `__free_one_page` of mm/page_alloc.c, v6.1, work on.
///
/// Invariant: no two free buddies of one order below that of a pageblock; free blocks are aligned
/// to their size, lie within one range of the zone and do not overlap; what the parts say of
/// themselves.
final class Zone {
  private final ZoneType type;
  private final FrameTable frames;
  private final ZoneMemory memory;
  private final FreeAreas areas;
  private final PageBlocks blocks;
  private final ZoneReserve reserve;
  private final PageGrouping grouping;
  private long heldPages;

  Zone(ZoneType type, FrameTable frames, ZoneMemory memory, ZoneLimits limits) {
    this.type = type;
    this.frames = frames;
    this.memory = memory;
    this.areas = new FreeAreas(frames, memory.ranges());
    this.blocks = new PageBlocks(frames, memory);
    this.reserve = new ZoneReserve(limits, areas);
    this.grouping = new PageGrouping(memory, areas, blocks, reserve);
    memory.ranges().forEach(this::feedEdges);
  }

  /// Feeds in what of a range lies in no aligned block of the highest order, as
  /// `__free_pages_memory` of mm/memblock.c does with all of it: ascending, each time the largest
  /// block that is aligned and fits, at the tail of its list (`__free_pages_core`, FPI_TO_TAIL).
  private void feedEdges(FrameRange range) {
    long frame = range.start();
    while (frame < range.end()) {
      int order = Math.min(Buddy.ORDER_MAX, Long.numberOfTrailingZeros(frame));
      while (frame + (1L << order) > range.end()) {
        order--;
      }
      if (order == Buddy.ORDER_MAX) {
        frame = range.end() & -(1L << Buddy.ORDER_MAX);
      } else {
        areas.addLast(frame, order, blocks.of(frame));
        frame += 1L << order;
      }
    }
  }

  ZoneType type() {
    return type;
  }

  ZoneMemory memory() {
    return memory;
  }

  FreeAreas areas() {
    return areas;
  }

  PageBlocks blocks() {
    return blocks;
  }

  ZoneReserve reserve() {
    return reserve;
  }

  PageGrouping grouping() {
    return grouping;
  }

  long heldPages() {
    return heldPages;
  }

  boolean owns(long frame) {
    return memory.owns(frame);
  }

  /// A block for a request, if the watermarks let it have one.
  ///
  /// @param whole take pages of other types in whole pageblocks only (ALLOC_NOFRAGMENT)
  /// @return first frame of the block, or [FreeList#NONE]
  long allocate(PageRequest request, boolean whole) {
    if (!reserve.allows(request)) {
      return FreeList.NONE;
    }
    boolean highAtomic = request.order() > 0 && request.harder();
    long head = highAtomic ? take(request.order(), MigrateType.HIGH_ATOMIC) : FreeList.NONE;
    if (head == FreeList.NONE) {
      head = take(request.order(), request.type());
    }
    if (head == FreeList.NONE && grouping.fallBack(request, whole)) {
      head = take(request.order(), request.type());
    }
    if (head != FreeList.NONE && highAtomic) {
      grouping.reserveHighAtomic(head);
    }
    return head;
  }

  /// The first block of the smallest order that has one of that type, cut down to `order`: the
  /// upper halves go to the heads of the lists below (all of which are empty then).
  private long take(int order, MigrateType of) {
    for (int from = order; from <= Buddy.ORDER_MAX; from++) {
      long head = areas.first(from, of);
      if (head != FreeList.NONE) {
        areas.remove(head, from);
        for (int half = from - 1; half >= order; half--) {
          areas.addFirst(head + (1L << half), half, of);
        }
        return head;
      }
    }
    return FreeList.NONE;
  }

  /// Puts a block back, merged with its buddies as far as they are free, on the list of its
  /// pageblock's type. Below the order of a pageblock buddies merge whatever list they are on; from
  /// there on the atomic reserve stays apart.
  ///
  /// At the tail if the block that it would merge into has a free buddy itself: it is left alone a
  /// little longer, in the hope that its own buddy comes back and both go up two orders. Else at
  /// the head.
  void give(long head, int order) {
    MigrateType of = blocks.of(head);
    while (order < Buddy.ORDER_MAX
        && isFree(head ^ 1L << order, order)
        && mayMerge(of, head ^ 1L << order, order)) {
      areas.remove(head ^ 1L << order, order);
      head &= ~(1L << order);
      order++;
    }
    if (mergeLikely(head, order)) {
      areas.addLast(head, order, of);
    } else {
      areas.addFirst(head, order, of);
    }
  }

  private boolean mayMerge(MigrateType of, long buddy, int order) {
    if (order < PageBlocks.ORDER) {
      return true;
    }
    MigrateType other = blocks.of(buddy);
    return of == other || (of.isMergeable() && other.isMergeable());
  }

  private boolean mergeLikely(long head, int order) {
    long merged = head & ~(1L << order);
    return order < Buddy.ORDER_MAX - 1 && isFree(merged ^ 1L << (order + 1), order + 1);
  }

  private boolean isFree(long head, int order) {
    return owns(head) && areas.isListed(head) && areas.order(head) == order;
  }

  /// See [Buddy#hold].
  long hold(long pages) {
    long left = pages;
    for (int order = Buddy.ORDER_MAX; order >= 0; order--) {
      for (MigrateType of : MigrateType.ALL) {
        long head = FreeList.NONE;
        while (left >= 1L << order && (head = take(order, of)) != FreeList.NONE) {
          frames.markHead(head, order, Kind.RESERVED);
          left -= 1L << order;
        }
      }
    }
    heldPages += pages - left;
    return pages - left;
  }

  /// The memory without the blocks that nobody has had since boot, ascending.
  List<FrameRange> everUsed() {
    List<FrameRange> used = new ArrayList<>();
    List<FrameRange> never = areas.neverUsed();
    for (FrameRange range : memory.ranges()) {
      long start = range.start();
      for (FrameRange gap : never) {
        if (gap.start() >= start && gap.start() < range.end()) {
          if (gap.start() > start) {
            used.add(FrameRange.between(start, gap.start()));
          }
          start = gap.end();
        }
      }
      if (start < range.end()) {
        used.add(FrameRange.between(start, range.end()));
      }
    }
    return used;
  }

  /// The part of the invariant that costs next to nothing.
  boolean countsAgree() {
    return areas.countsAgree() && areas.freePages() + heldPages <= memory.frames();
  }

  /// The whole invariant; walks every list.
  boolean consistent() {
    List<FrameRange> free = new ArrayList<>(areas.neverUsed());
    long fresh = free.stream().mapToLong(FrameRange::count).sum() >> PageBlocks.ORDER;
    if (!areas.consistent() || !blocks.countsAgree(everUsed(), fresh)) {
      return false;
    }
    for (int order = 0; order <= Buddy.ORDER_MAX; order++) {
      for (long head : areas.listed(order)) {
        long size = 1L << order;
        boolean buddyFree = order < PageBlocks.ORDER && isFree(head ^ size, order);
        if ((head & size - 1) != 0 || buddyFree) {
          return false;
        }
        free.add(new FrameRange(head, size));
      }
    }
    free.sort(Comparator.comparingLong(FrameRange::start));
    for (int i = 0; i < free.size(); i++) {
      FrameRange block = free.get(i);
      boolean apart = i == 0 || free.get(i - 1).end() <= block.start();
      if (!apart || !memory.covers(block)) {
        return false;
      }
    }
    return countsAgree();
  }
}
