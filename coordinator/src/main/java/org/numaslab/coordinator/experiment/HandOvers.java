package org.numaslab.coordinator.experiment;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.IntConsumer;
import java.util.function.LongPredicate;

/// Objects on their way from a task that allocated them to a task on another cpu that frees them:
/// the tasks' own memory.
///
/// ```text
/// place   63       44 43                0
///         +----------+------------------+
///         | cache    | address / 8      |      0: empty
///         +----------+------------------+
/// ```
///
/// Writers: any cpu puts, the cpu that it is for takes. Allocates nothing.
final class HandOvers {
  static final long NONE = 0;

  /// Places for each cpu: so few that what waits there is soon taken.
  private static final int PLACES = 16;

  private static final int ADDRESS_SHIFT = 3;
  private static final int CACHE_SHIFT = 44;

  private final AtomicLongArray places;

  HandOvers(int cpus) {
    places = new AtomicLongArray(cpus * PLACES);
  }

  /// Hands an object over.
  ///
  /// @param draw any number: says which place
  /// @return false when that place is taken
  boolean give(int toCpu, int draw, int cache, long object) {
    long value = (long) cache << CACHE_SHIFT | object >>> ADDRESS_SHIFT;
    return places.compareAndSet(place(toCpu, draw), NONE, value);
  }

  /// Takes what is in one of a cpu's places, [#NONE] if nothing.
  long take(int cpu, int draw) {
    int place = place(cpu, draw);
    return places.get(place) == NONE ? NONE : places.getAndSet(place, NONE);
  }

  /// Empties those of a cpu's places whose objects are lost. While it does not run.
  void dropIf(int cpu, LongPredicate isLost, IntConsumer lost) {
    for (int i = 0; i < PLACES; i++) {
      long value = places.get(place(cpu, i));
      if (value != NONE
          && isLost.test(object(value))
          && places.compareAndSet(place(cpu, i), value, NONE)) {
        lost.accept(cache(value));
      }
    }
  }

  private static int place(int cpu, int draw) {
    return cpu * PLACES + (draw & PLACES - 1);
  }

  static int cache(long value) {
    return (int) (value >>> CACHE_SHIFT);
  }

  static long object(long value) {
    return (value & (1L << CACHE_SHIFT) - 1) << ADDRESS_SHIFT;
  }

  /// What nobody has taken.
  void hold(Experiment.Held held) {
    for (int i = 0; i < places.length(); i++) {
      if (places.get(i) != NONE) {
        held.add(cache(places.get(i)), object(places.get(i)));
      }
    }
  }
}
