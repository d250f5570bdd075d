package org.numaslab.node.slab;

import org.numaslab.node.memory.Memory;

/// Who allocated an object last, or freed it, as STORE_USER keeps it behind the object.
///
/// ```text
/// track   0          8        12       16       20       24        32
///         +----------+--------+--------+--------+--------+---------+
///         | caller   | stack  | cpu    | pid    |        | when    |
///         +----------+--------+--------+--------+--------+---------+
/// ```
///
/// `caller` 0: never. Emulated callers have no address: the direct map's first byte stands for all
/// of them. Models `struct track` of mm/slub.c, v6.1.
final class Track {
  private static final int CALLER = 0;
  private static final int STACK = CALLER + 8;
  private static final int PID = STACK + 8;
  private static final int WHEN = PID + 8;
  private static final int CPU_SHIFT = 32;
  private static final long EMULATED_CALLER = 0xffffffff81000000L;

  private Track() {}

  static void set(Memory memory, long track, int cpu) {
    memory.store(track + CALLER, EMULATED_CALLER);
    memory.store(track + STACK, (long) cpu << CPU_SHIFT | 1);
    memory.store(track + PID, 0);
    memory.store(track + WHEN, 0);
  }

  static void clear(Memory memory, long track) {
    memory.fill(track, CacheGeometry.TRACK_BYTES, (byte) 0);
  }

  static boolean isSet(Memory memory, long track) {
    return memory.load(track + CALLER) != 0;
  }

  static int cpu(Memory memory, long track) {
    return (int) (memory.load(track + STACK) >>> CPU_SHIFT);
  }
}
