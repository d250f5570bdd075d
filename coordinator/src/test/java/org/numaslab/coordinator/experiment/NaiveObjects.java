package org.numaslab.coordinator.experiment;

import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.memory.ObjectAddress;

/// What the tasks of a machine know: which objects they hold, and what they wrote there. Any
/// thread; what it is told of one object comes from one thread after the other.
final class NaiveObjects {
  private record Held(int cache, int bytes, byte tag) {}

  private final Memory memory;
  private final NavigableMap<Long, Held> live = new ConcurrentSkipListMap<>();

  NaiveObjects(Memory memory) {
    this.memory = memory;
  }

  /// An object was handed out: nobody holds any byte of it, and it is clear where that was asked.
  void allocated(KmemCache cache, long object, int gfp) {
    int bytes = cache.geometry().objectSize();
    byte tag = (byte) ((object * 31) >> 3 | 1);
    Held before = live.putIfAbsent(object, new Held(cache.id().value(), bytes, tag));
    Map.Entry<Long, Held> below = live.lowerEntry(object);
    Long above = live.higherKey(object);
    check(before == null, "handed out twice", cache, object);
    check(
        below == null || below.getKey() + below.getValue().bytes <= object,
        "overlaps the object below",
        cache,
        object);
    check(above == null || object + bytes <= above, "overlaps the object above", cache, object);
    if (cache.clears(gfp)) {
      checkAll(cache, object, bytes, (byte) 0, "is not clear");
    }
    memory.fill(object, bytes, tag);
  }

  /// An object is about to be freed: it holds what was written.
  void freed(KmemCache cache, long object) {
    Held held = live.remove(object);
    check(held != null && held.cache == cache.id().value(), "freed but not held", cache, object);
    if (held != null) {
      checkAll(cache, object, held.bytes, held.tag, "was written by somebody else");
    }
  }

  private void checkAll(KmemCache cache, long object, int bytes, byte value, String what) {
    byte[] content = memory.copyOut(object, bytes);
    for (int i = 0; i < bytes; i++) {
      check(content[i] == value, what + " at offset " + i + " (" + content[i] + ")", cache, object);
    }
  }

  long[] live(int cache) {
    return live.entrySet().stream()
        .filter(entry -> entry.getValue().cache == cache)
        .mapToLong(Map.Entry::getKey)
        .toArray();
  }

  private static void check(boolean holds, String what, KmemCache cache, long object) {
    if (!holds) {
      throw new AssertionError(
          "object " + ObjectAddress.print(object) + " of " + cache.name() + " " + what);
    }
  }
}
