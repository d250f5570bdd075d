package org.numaslab.node.buddy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.memory.FrameTable.Kind;
import org.numaslab.node.topology.FrameRange;

/// The free blocks of a zone: a list for each order and migrate type. Models `free_area` of
/// include/linux/mmzone.h, v6.1.
///
/// The list of movable blocks of the highest order has three parts: what came to its head, the
/// blocks that nobody has had since boot ([FreshBlocks]), and what came to its tail meanwhile.
///
/// Invariant: freePages == sum over lists of (blocks << order).
final class FreeAreas {
  private static final int BEHIND = MigrateType.ALL.size();

  private final FrameTable frames;

  /// By order, then by type; of the highest order the movable ones behind the fresh, too.
  private final FreeList[][] lists = new FreeList[Buddy.ORDER_MAX + 1][];

  private final FreshBlocks fresh;
  private long freePages;

  FreeAreas(FrameTable frames, List<FrameRange> memory) {
    this.frames = frames;
    for (int order = 0; order <= Buddy.ORDER_MAX; order++) {
      lists[order] = new FreeList[order == Buddy.ORDER_MAX ? BEHIND + 1 : BEHIND];
      for (int number = 0; number < lists[order].length; number++) {
        lists[order][number] = new FreeList(frames, order, number);
      }
    }
    this.fresh = new FreshBlocks(memory);
    this.freePages = fresh.blocks() << Buddy.ORDER_MAX;
  }

  long freePages() {
    return freePages;
  }

  /// Blocks of an order, of all types.
  long blocks(int order) {
    long blocks = order == Buddy.ORDER_MAX ? fresh.blocks() : 0;
    for (FreeList list : lists[order]) {
      blocks += list.blocks();
    }
    return blocks;
  }

  long blocks(int order, MigrateType type) {
    long blocks = lists[order][type.ordinal()].blocks();
    return hasFresh(order, type) ? blocks + fresh.blocks() + lists[order][BEHIND].blocks() : blocks;
  }

  private static boolean hasFresh(int order, MigrateType type) {
    return order == Buddy.ORDER_MAX && type == MigrateType.MOVABLE;
  }

  /// The first block of a list; [FreeList#NONE] when there is none.
  long first(int order, MigrateType type) {
    long head = lists[order][type.ordinal()].first();
    if (head == FreeList.NONE && hasFresh(order, type)) {
      return fresh.blocks() > 0 ? fresh.first() : lists[order][BEHIND].first();
    }
    return head;
  }

  /// Takes a free block out of whichever list of its order it is on. Of the fresh ones that is the
  /// first.
  void remove(long head, int order) {
    if (order == Buddy.ORDER_MAX && head == fresh.first()) {
      fresh.removeFirst();
    } else {
      lists[order][frames.list(head)].remove(head);
    }
    freePages -= 1L << order;
  }

  void addFirst(long head, int order, MigrateType type) {
    lists[order][type.ordinal()].addFirst(head);
    freePages += 1L << order;
  }

  void addLast(long head, int order, MigrateType type) {
    boolean behind =
        hasFresh(order, type) && (fresh.blocks() > 0 || lists[order][BEHIND].blocks() > 0);
    lists[order][behind ? BEHIND : type.ordinal()].addLast(head);
    freePages += 1L << order;
  }

  /// Puts a free block at the tail of another type's list (`move_to_free_list`).
  void move(long head, int order, MigrateType type) {
    remove(head, order);
    addLast(head, order, type);
  }

  /// Whether an entry of this zone says that a block begins there which is free and has been used
  /// before.
  boolean isListed(long head) {
    return frames.kind(head) == Kind.FREE_BLOCK;
  }

  /// The order of a listed block.
  int order(long head) {
    return frames.order(head);
  }

  /// The blocks that nobody has had since boot, as runs of frames.
  List<FrameRange> neverUsed() {
    return fresh.left();
  }

  /// First frames of the free blocks of a list, from its head to its tail.
  long[] heads(int order, MigrateType type) {
    long[] given = lists[order][type.ordinal()].heads();
    if (!hasFresh(order, type)) {
      return given;
    }
    LongStream never =
        fresh.left().stream()
            .flatMapToLong(run ->
                LongStream.iterate(
                    run.start(), head -> head < run.end(), head -> head + (1L << order)));
    return LongStream.concat(
            LongStream.concat(Arrays.stream(given), never),
            Arrays.stream(lists[order][BEHIND].heads()))
        .toArray();
  }

  /// First frames of all listed blocks of an order; the fresh ones are not listed.
  long[] listed(int order) {
    return Arrays.stream(lists[order]).flatMapToLong(list -> Arrays.stream(list.heads())).toArray();
  }

  /// The part of the invariant that costs next to nothing.
  boolean countsAgree() {
    long pages = 0;
    for (int order = 0; order <= Buddy.ORDER_MAX; order++) {
      pages += blocks(order) << order;
    }
    return pages == freePages;
  }

  boolean consistent() {
    return countsAgree()
        && Arrays.stream(lists).flatMap(Arrays::stream).allMatch(FreeList::consistent);
  }
}
