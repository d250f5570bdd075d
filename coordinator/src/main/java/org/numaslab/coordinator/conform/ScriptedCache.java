package org.numaslab.coordinator.conform;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.ObjectConstructor;
import org.numaslab.node.memory.Memory;

/// A cache that a script works on, with the slots in which the script keeps objects.
final class ScriptedCache {
  /// Constructor calls that a recording lists at most; a longer list is left out.
  static final int CTOR_LISTED_MAX = 512;

  final CacheId id;
  final String name;
  final Map<Integer, Long> slots = new TreeMap<>();
  final Constructor constructor;
  boolean shrunk;

  ScriptedCache(CacheId id, String name, Constructor constructor) {
    this.id = id;
    this.name = name;
    this.constructor = constructor;
  }

  /// Counts the constructor's calls and remembers their objects.
  static final class Constructor implements ObjectConstructor {
    private final List<Long> objects = new ArrayList<>();
    private long calls;

    @Override
    public void construct(long object) {
      calls++;
      objects.add(object);
    }

    long calls() {
      return calls;
    }

    /// Objects constructed since the last call, in order.
    List<Long> take() {
      List<Long> taken = List.copyOf(objects);
      objects.clear();
      return taken;
    }
  }

  /// The slot's object as the script frees it, 0 when there is none.
  long object(int slot) {
    return slots.getOrDefault(slot, 0L);
  }

  static long frameOf(long object) {
    return object >>> Memory.PAGE_SHIFT;
  }
}
