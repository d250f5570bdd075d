package org.numaslab.coordinator.conform;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.ObjectConstructor;
import org.numaslab.node.memory.Memory;

/// A cache that a script works on, with the slots in which the script keeps objects.
final class ScriptedCache {
  /// What the recorder's constructor leaves at the begin of an object.
  private static final long MARK = 0x5abc0123deadc0deL;

  final CacheId id;
  final String name;
  final Map<Integer, Long> slots = new TreeMap<>();
  final Constructor constructor;

  /// Objects that were allocated and not freed since.
  final Set<Long> live = new HashSet<>();

  /// Whether slots keep pointers to objects that were freed.
  boolean keepsFreed;

  /// Whether a shrink left the order of equally full slabs open.
  boolean shrunk;

  ScriptedCache(CacheId id, String name, Constructor constructor) {
    this.id = id;
    this.name = name;
    this.constructor = constructor;
  }

  /// Marks objects and remembers them.
  static final class Constructor implements ObjectConstructor {
    private final Memory memory;
    private final boolean fits;
    private final List<Long> objects = new ArrayList<>();

    Constructor(Memory memory, int objectSize) {
      this.memory = memory;
      this.fits = objectSize >= Long.BYTES;
    }

    @Override
    public void construct(Memory home, long object) {
      objects.add(object);
      if (fits) {
        memory.store(object, MARK);
      }
    }

    boolean hasMark(long object) {
      return !fits || memory.load(object) == MARK;
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
