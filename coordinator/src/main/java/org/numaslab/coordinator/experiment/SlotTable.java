package org.numaslab.coordinator.experiment;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// Where the objects of a replay are between their allocation and their free: the tasks' own memory. An address goes from the allocating to the freeing
/// cpu through its slot.
///
/// Writers: the cpu that allocates into a slot, then the one that frees it; each waits for the other's release.
public final class SlotTable {
  /// Nothing was allocated yet, or it was freed.
  static final long EMPTY = 0;

  /// The allocation gave NULL.
  static final long FAILED = -1;

  private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] slots;

  SlotTable(int size) {
    this.slots = new long[size];
  }

  long get(int slot) {
    return (long) ELEMENT.getAcquire(slots, slot);
  }

  void set(int slot, long value) {
    ELEMENT.setRelease(slots, slot, value);
  }

  /// The object in a slot, 0 for none. For reports, after the run.
  public long object(int slot) {
    long value = get(slot);
    return value == FAILED ? 0 : value;
  }
}
