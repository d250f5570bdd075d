package org.numaslab.node.slab;

import org.numaslab.node.memory.Memory;

/// Who allocated an object last, or freed it, as STORE_USER keeps it behind the object.
///
/// ```text
/// track   0          8        12       16       20       24        32
///         +----------+--------+--------+--------+--------+---------+
///         | address  | stack  | cpu    | pid    |        | when    |
///         +----------+--------+--------+--------+--------+---------+
/// ```
///
/// Models `struct track` of mm/slub.c, v6.1. Stacks are not kept.
///
/// @param address of the call in the kernel's text, 0: nobody did
/// @param pid of the task
/// @param when in jiffies
public record Track(long address, int cpu, int pid, long when) {
  /// Where the text of an x86-64 kernel begins. Emulated callers have no addresses: it stands for a
  /// caller that is not known, and the n-th byte behind it for the n-th known one.
  private static final long TEXT_START = 0xffffffff81000000L;

  private static final int ADDRESS = 0;
  private static final int STACK = ADDRESS + 8;
  private static final int PID = STACK + 8;
  private static final int WHEN = PID + 8;
  private static final int CPU_SHIFT = 32;
  private static final long PID_MASK = 0xffffffffL;

  /// @param callSite number of a known caller from 0, -1 for an unknown one
  public static Track of(int callSite, int cpu, int pid, long when) {
    return new Track(TEXT_START + 1 + callSite, cpu, pid, when);
  }

  /// Who allocated a live object.
  public static Track ofAllocation(Memory memory, CacheGeometry geometry, long object) {
    return read(memory, object + geometry.tracksOffset());
  }

  /// Who freed it before that.
  public static Track ofFree(Memory memory, CacheGeometry geometry, long object) {
    return read(memory, object + geometry.tracksOffset() + CacheGeometry.TRACK_BYTES);
  }

  public boolean isSet() {
    return address != 0;
  }

  /// The number of the caller, -1 for one that is not known.
  public int callSite() {
    return (int) (address - TEXT_START - 1);
  }

  private static Track read(Memory memory, long at) {
    return new Track(
        memory.load(at + ADDRESS),
        (int) (memory.load(at + STACK) >>> CPU_SHIFT),
        (int) memory.load(at + PID),
        memory.load(at + WHEN));
  }

  void write(Memory memory, long at) {
    memory.store(at + ADDRESS, address);
    memory.store(at + STACK, (long) cpu << CPU_SHIFT | 1);
    memory.store(at + PID, pid & PID_MASK);
    memory.store(at + WHEN, when);
  }

  static void clear(Memory memory, long at) {
    memory.fill(at, CacheGeometry.TRACK_BYTES, (byte) 0);
  }
}
