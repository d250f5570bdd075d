package org.numaslab.node.cache;

import org.numaslab.node.memory.Memory;

/// A cache's constructor. Runs at the slab's home, once for each object when its slab is made, in
/// the order of the new free list; never at alloc or free.
@FunctionalInterface
public interface ObjectConstructor {
  /// @param memory of the slab's home: what it may write to
  /// @param object its physical address
  void construct(Memory memory, long object);
}
