package org.numaslab.node.buddy;

import java.util.Arrays;
import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.memory.FrameTable.Kind;

/// The free blocks of one order and one migrate type in one zone, linked through the page-frame
/// entries of their first frames: no memory of its own, one entry touched per block.
///
/// Models a list of `free_area` of include/linux/mmzone.h, v6.1, with `add_to_free_list`,
/// `add_to_free_list_tail` and `del_page_from_free_list` of mm/page_alloc.c.
final class FreeList {
  /// Ends a list: frame 0 is never handed out.
  static final long NONE = 0;

  private final FrameTable frames;
  private final int order;

  /// Which list of its order it is: noted in each of its blocks.
  private final int number;

  private long first = NONE;
  private long last = NONE;
  private long blocks;

  FreeList(FrameTable frames, int order, int number) {
    this.frames = frames;
    this.order = order;
    this.number = number;
  }

  long blocks() {
    return blocks;
  }

  /// The first block; [#NONE] when there is none.
  long first() {
    return first;
  }

  void addFirst(long head) {
    enter(head, NONE, first);
    if (first == NONE) {
      last = head;
    } else {
      frames.setPrevious(first, head);
    }
    first = head;
  }

  void addLast(long head) {
    enter(head, last, NONE);
    if (last == NONE) {
      first = head;
    } else {
      frames.setNext(last, head);
    }
    last = head;
  }

  private void enter(long head, long previous, long next) {
    frames.markFree(head, order, number);
    frames.setPrevious(head, previous);
    frames.setNext(head, next);
    blocks++;
  }

  /// Takes a block of this list out; its entry says nothing afterwards.
  void remove(long head) {
    long previous = frames.previous(head);
    long next = frames.next(head);
    if (previous == NONE) {
      first = next;
    } else {
      frames.setNext(previous, next);
    }
    if (next == NONE) {
      last = previous;
    } else {
      frames.setPrevious(next, previous);
    }
    frames.markHead(head, 0, Kind.NONE);
    frames.setPrevious(head, NONE);
    frames.setNext(head, NONE);
    blocks--;
  }

  /// First frames of the blocks, from the head of the list to its tail.
  long[] heads() {
    long[] heads = new long[Math.toIntExact(blocks)];
    int i = 0;
    for (long head = first; head != NONE; head = frames.next(head)) {
      heads[i++] = head;
    }
    return heads;
  }

  /// Invariant: every element is the first frame of a free block of this order, the links agree in
  /// both directions, and there are as many as counted.
  boolean consistent() {
    long previous = NONE;
    long seen = 0;
    for (long head = first; head != NONE; head = frames.next(head)) {
      if (frames.kind(head) != Kind.FREE_BLOCK
          || frames.order(head) != order
          || frames.list(head) != number
          || frames.previous(head) != previous
          || ++seen > blocks) {
        return false;
      }
      previous = head;
    }
    return previous == last && seen == blocks;
  }

  @Override
  public String toString() {
    return "order " + order + ": " + Arrays.toString(heads());
  }
}
