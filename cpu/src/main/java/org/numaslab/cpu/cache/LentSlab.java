package org.numaslab.cpu.cache;

import java.util.Arrays;

/// The free list of the current slab when it is on loan from another node: indexes, since the pages
/// are at home.
///
/// Owner: the borrowing cpu. One per [KmemCacheCpu], reused; grows to the objects of a slab and
/// allocates nothing then.
final class LentSlab {
  private int[] stack = {};
  private int size;

  /// Takes over a list given first to last.
  void load(int[] indexes) {
    ensure(indexes.length);
    for (int i = 0; i < indexes.length; i++) {
      stack[i] = indexes[indexes.length - 1 - i];
    }
    size = indexes.length;
  }

  private void ensure(int needed) {
    if (stack.length < needed) {
      stack = Arrays.copyOf(stack, Math.max(needed, 2 * stack.length));
    }
  }

  void push(int index) {
    ensure(size + 1);
    stack[size++] = index;
  }

  /// The first index, taken off.
  int pop() {
    return stack[--size];
  }

  boolean isEmpty() {
    return size == 0;
  }

  /// The list first to last; it is empty then.
  int[] unload() {
    int[] indexes = indexes();
    size = 0;
    return indexes;
  }

  int[] indexes() {
    int[] indexes = new int[size];
    for (int i = 0; i < size; i++) {
      indexes[i] = stack[size - 1 - i];
    }
    return indexes;
  }
}
