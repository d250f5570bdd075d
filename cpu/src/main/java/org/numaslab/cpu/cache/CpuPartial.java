package org.numaslab.cpu.cache;

import java.util.Arrays;
import org.numaslab.node.protocol.SlabGrant;

/// A cpu's partial list: slabs that are frozen for it, own and lent, the last one first. The
/// `slabs` counter that the kernel keeps in each element is its height in this stack.
///
/// Owner: the cpu. Models `struct kmem_cache_cpu.partial`, v6.1.
final class CpuPartial {
  private SlabGrant[] stack = new SlabGrant[4];
  private int size;

  int size() {
    return size;
  }

  void push(SlabGrant slab) {
    if (size == stack.length) {
      stack = Arrays.copyOf(stack, 2 * size);
    }
    stack[size++] = slab;
  }

  /// The head, taken off.
  SlabGrant pop() {
    return stack[--size];
  }

  /// All of them, head first; the list is empty then.
  SlabGrant[] drain() {
    SlabGrant[] slabs = toArray();
    size = 0;
    return slabs;
  }

  SlabGrant[] toArray() {
    SlabGrant[] slabs = new SlabGrant[size];
    for (int i = 0; i < size; i++) {
      slabs[i] = stack[size - 1 - i];
    }
    return slabs;
  }
}
