package org.numaslab.cpu.cache;

import java.util.Arrays;
import java.util.function.Predicate;
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

  /// Those that match, head first; they are not in the list any more.
  SlabGrant[] drainIf(Predicate<SlabGrant> matches) {
    SlabGrant[] drained = Arrays.stream(toArray()).filter(matches).toArray(SlabGrant[]::new);
    if (drained.length > 0) {
      int kept = 0;
      for (int i = 0; i < size; i++) {
        if (!matches.test(stack[i])) {
          stack[kept++] = stack[i];
        }
      }
      size = kept;
    }
    return drained;
  }

  SlabGrant[] toArray() {
    SlabGrant[] slabs = new SlabGrant[size];
    for (int i = 0; i < size; i++) {
      slabs[i] = stack[size - 1 - i];
    }
    return slabs;
  }
}
