package org.numaslab.node.cache;

import org.numaslab.node.memory.FrameTable;

/// A doubly linked list of slabs through their entries in the frame table.
///
/// Owner: the node of the slabs. A slab is on at most one list.
final class SlabList {
  private static final long NONE = 0;

  private final FrameTable frames;
  private long head;
  private long tail;
  private int size;

  SlabList(FrameTable frames) {
    this.frames = frames;
  }

  int size() {
    return size;
  }

  /// The first slab, 0 when the list is empty.
  long head() {
    return head;
  }

  long after(long slab) {
    return frames.next(slab);
  }

  void addHead(long slab) {
    link(NONE, slab, head);
  }

  void addTail(long slab) {
    link(tail, slab, NONE);
  }

  private void link(long before, long slab, long after) {
    frames.setPrevious(slab, before);
    frames.setNext(slab, after);
    if (before == NONE) {
      head = slab;
    } else {
      frames.setNext(before, slab);
    }
    if (after == NONE) {
      tail = slab;
    } else {
      frames.setPrevious(after, slab);
    }
    size++;
  }

  void remove(long slab) {
    long before = frames.previous(slab);
    long after = frames.next(slab);
    if (before == NONE) {
      head = after;
    } else {
      frames.setNext(before, after);
    }
    if (after == NONE) {
      tail = before;
    } else {
      frames.setPrevious(after, before);
    }
    frames.setNext(slab, NONE);
    frames.setPrevious(slab, NONE);
    size--;
  }

  /// Its slabs, first to last.
  long[] toArray() {
    long[] slabs = new long[size];
    long slab = head;
    for (int i = 0; i < size; i++) {
      slabs[i] = slab;
      slab = frames.next(slab);
    }
    return slabs;
  }

  /// Puts the same slabs in another order.
  void arrange(long[] slabs) {
    head = NONE;
    tail = NONE;
    size = 0;
    for (long slab : slabs) {
      addTail(slab);
    }
  }
}
