package org.numaslab.node.buddy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.LongStream;
import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.memory.FrameTable.Kind;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.ZoneType;

/// The free pages of one node in one zone: eleven lists, split and merged.
///
/// Models the part of `struct zone` that `__rmqueue_smallest`, `expand` and `__free_one_page` of
/// mm/page_alloc.c, v6.1, work on.
///
/// Invariant: freePages == sum over orders of (blocks << order); no two free buddies of one order
/// below the highest; free blocks are aligned to their size, lie within one range of the zone and
/// do not overlap.
final class Zone {
  private final ZoneType type;
  private final FrameTable frames;

  /// Ascending, neither overlapping nor touching.
  private final List<FrameRange> memory;

  private final long managedPages;
  private final FreeList[] free = new FreeList[Buddy.ORDER_MAX + 1];
  private final FreshBlocks fresh;
  private long freePages;
  private long heldPages;

  Zone(ZoneType type, FrameTable frames, List<FrameRange> memory) {
    this.type = type;
    this.frames = frames;
    this.memory = List.copyOf(memory);
    for (int order = 0; order <= Buddy.ORDER_MAX; order++) {
      free[order] = new FreeList(frames, order);
    }
    this.fresh = new FreshBlocks(memory);
    this.managedPages = memory.stream().mapToLong(FrameRange::count).sum();
    this.freePages = managedPages;
    memory.forEach(this::feedEdges);
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
        free[order].addLast(frame);
        frame += 1L << order;
      }
    }
  }

  ZoneType type() {
    return type;
  }

  long managedPages() {
    return managedPages;
  }

  long freePages() {
    return freePages;
  }

  long heldPages() {
    return heldPages;
  }

  long blocks(int order) {
    return free[order].blocks() + (order == Buddy.ORDER_MAX ? fresh.blocks() : 0);
  }

  /// Whether the frame is one of this node's in this zone. Asked before an entry is read: the frame
  /// next to a range may be another node's, or beyond the table.
  boolean owns(long frame) {
    for (FrameRange range : memory) {
      if (frame < range.end()) {
        return frame >= range.start();
      }
    }
    return false;
  }

  /// The first block of the smallest order that has one, cut down to `order`: the upper halves go
  /// to the heads of the lists below (all of which are empty then).
  ///
  /// @return first frame of the block, or [FreeList#NONE]
  long take(int order) {
    for (int from = order; from <= Buddy.ORDER_MAX; from++) {
      long head = takeFirst(from);
      if (head != FreeList.NONE) {
        for (int half = from - 1; half >= order; half--) {
          free[half].addFirst(head + (1L << half));
        }
        freePages -= 1L << order;
        return head;
      }
    }
    return FreeList.NONE;
  }

  private long takeFirst(int order) {
    long head = free[order].takeFirst();
    return head == FreeList.NONE && order == Buddy.ORDER_MAX ? fresh.takeFirst() : head;
  }

  /// Puts a block back, merged with its buddies as far as they are free.
  ///
  /// At the tail if the block that it would merge into has a free buddy itself: it is left alone a
  /// little longer, in the hope that its own buddy comes back and both go up two orders. Else at
  /// the head.
  void give(long head, int order) {
    freePages += 1L << order;
    while (order < Buddy.ORDER_MAX && isFree(head ^ 1L << order, order)) {
      free[order].remove(head ^ 1L << order);
      head &= ~(1L << order);
      order++;
    }
    if (mergeLikely(head, order)) {
      free[order].addLast(head);
    } else {
      free[order].addFirst(head);
    }
  }

  private boolean mergeLikely(long head, int order) {
    long merged = head & ~(1L << order);
    return order < Buddy.ORDER_MAX - 1 && isFree(merged ^ 1L << (order + 1), order + 1);
  }

  private boolean isFree(long head, int order) {
    return owns(head) && frames.kind(head) == Kind.FREE_BLOCK && frames.order(head) == order;
  }

  /// See [Buddy#hold].
  long hold(long pages) {
    long left = pages;
    for (int order = Buddy.ORDER_MAX; order >= 0; order--) {
      while (left >= 1L << order) {
        long head = take(order);
        if (head == FreeList.NONE) {
          break;
        }
        frames.markHead(head, order, Kind.RESERVED);
        left -= 1L << order;
      }
    }
    heldPages += pages - left;
    return pages - left;
  }

  /// The memory without the blocks that nobody has had since boot, ascending.
  List<FrameRange> everUsed() {
    List<FrameRange> used = new ArrayList<>();
    List<FrameRange> never = fresh.left();
    for (FrameRange range : memory) {
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

  /// First frames of the free blocks, from the head of the list to its tail.
  long[] heads(int order) {
    long[] given = free[order].heads();
    if (order < Buddy.ORDER_MAX) {
      return given;
    }
    LongStream never =
        fresh.left().stream()
            .flatMapToLong(run ->
                LongStream.iterate(
                    run.start(), head -> head < run.end(), head -> head + (1L << order)));
    return LongStream.concat(Arrays.stream(given), never).toArray();
  }

  /// The part of the invariant that costs next to nothing.
  boolean countsAgree() {
    long pages = 0;
    for (int order = 0; order <= Buddy.ORDER_MAX; order++) {
      pages += blocks(order) << order;
    }
    return pages == freePages && freePages + heldPages <= managedPages;
  }

  /// The whole invariant; walks every list.
  boolean consistent() {
    List<FrameRange> blocks = new ArrayList<>(fresh.left());
    for (int order = 0; order <= Buddy.ORDER_MAX; order++) {
      if (!free[order].consistent()) {
        return false;
      }
      for (long head : free[order].heads()) {
        long size = 1L << order;
        boolean buddyFree = order < Buddy.ORDER_MAX && isFree(head ^ size, order);
        if ((head & size - 1) != 0 || buddyFree) {
          return false;
        }
        blocks.add(new FrameRange(head, size));
      }
    }
    blocks.sort(Comparator.comparingLong(FrameRange::start));
    for (int i = 0; i < blocks.size(); i++) {
      FrameRange block = blocks.get(i);
      boolean apart = i == 0 || blocks.get(i - 1).end() <= block.start();
      if (!apart || memory.stream().noneMatch(range -> covers(range, block))) {
        return false;
      }
    }
    return countsAgree();
  }

  private static boolean covers(FrameRange range, FrameRange block) {
    return range.start() <= block.start() && block.end() <= range.end();
  }
}
