package org.numaslab.node.slab;

/// What a task asks a cpu for, as far as caches with STORE_USER keep it.
///
/// @param by who, where and when
/// @param bytes that a kmalloc was asked for, 0 for an object of the cache's size
public record Call(Track by, int bytes) {
  /// A call of which only the cpu is known.
  public static Call on(int cpu) {
    return new Call(Track.of(-1, cpu, 0, 0), 0);
  }
}
