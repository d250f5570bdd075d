package org.numaslab.coordinator.experiment;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.IntConsumer;

/// Where the objects of a replay are between their allocation and their free: the tasks' own
/// memory. An address goes from the allocating to the freeing cpu through its slot.
///
/// ```text
/// slot   63      48 47                                0
///        +---------+----------------------------------+
///        | cpu + 1 | address, 0: empty, 1: got NULL,  |      cpu that waits for the slot to become full or empty
///        |         | 2: lost with a member            |
///        +---------+----------------------------------+
/// ```
///
/// Writers: the cpu that allocates into a slot, then the one that frees it. One of them may wait
/// for the other, and is woken. Allocates nothing.
public final class SlotTable {
  static final long EMPTY = 0;
  static final long FAILED = 1;

  /// What there was is lost, or will never be there. The greatest that is no address.
  static final long LOST = 2;

  private static final int WAITER_SHIFT = 48;
  private static final long ADDRESS_MASK = (1L << WAITER_SHIFT) - 1;
  private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(long[].class);

  private final long[] slots;
  private final IntConsumer wake;

  /// @param wake gives a cpu that waits another turn
  SlotTable(int size, IntConsumer wake) {
    this.slots = new long[size];
    this.wake = wake;
  }

  /// The object in a slot; where it is EMPTY `cpu` is woken when that changes.
  long awaitFull(int slot, int cpu) {
    while (true) {
      long word = (long) ELEMENT.getAcquire(slots, slot);
      long value = word & ADDRESS_MASK;
      if (value != EMPTY || (boolean) ELEMENT.compareAndSet(slots, slot, word, waiter(cpu))) {
        return value;
      }
    }
  }

  /// Whether a slot is empty; where it is not, `cpu` is woken when that changes.
  boolean awaitEmpty(int slot, int cpu) {
    while (true) {
      long word = (long) ELEMENT.getAcquire(slots, slot);
      if ((word & ADDRESS_MASK) == EMPTY) {
        return true;
      }
      long waiting = (word & ADDRESS_MASK) | waiter(cpu);
      if ((boolean) ELEMENT.compareAndSet(slots, slot, word, waiting)) {
        return false;
      }
    }
  }

  private static long waiter(int cpu) {
    return (long) (cpu + 1) << WAITER_SHIFT;
  }

  /// Puts an object, FAILED, LOST or EMPTY into a slot and wakes who waits for it.
  void put(int slot, long value) {
    long before = (long) ELEMENT.getAndSet(slots, slot, value);
    if (before >>> WAITER_SHIFT != 0) {
      wake.accept((int) (before >>> WAITER_SHIFT) - 1);
    }
  }

  /// What is in a slot: an object, FAILED, LOST or EMPTY.
  long get(int slot) {
    return (long) ELEMENT.getAcquire(slots, slot) & ADDRESS_MASK;
  }

  /// The object in a slot, 0 for none. For reports, after the run.
  public long object(int slot) {
    long value = get(slot);
    return value > LOST ? value : 0;
  }
}
