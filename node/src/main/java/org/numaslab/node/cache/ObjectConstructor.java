package org.numaslab.node.cache;

/// A cache's constructor. Runs at the slab's home, once for each object when its slab is made, in
/// the order of the new free list; never at alloc or free.
@FunctionalInterface
public interface ObjectConstructor {
  /// @param object its physical address
  void construct(long object);
}
