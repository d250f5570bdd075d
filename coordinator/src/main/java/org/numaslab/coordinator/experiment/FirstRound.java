package org.numaslab.coordinator.experiment;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/// When the last cpu came through the first round of a trace: until then code is compiled, pages
/// are touched and lists are filled.
///
/// Each cpu's program says once that it is past it; any thread may ask.
final class FirstRound {
  private final AtomicInteger left;
  private final LongSupplier clock;
  private final LongSupplier done;
  private volatile long doneNanos;
  private volatile long doneOperations;

  /// @param cpus that have operations
  /// @param clock nanoseconds
  /// @param done operations of all CPUs so far
  FirstRound(int cpus, LongSupplier clock, LongSupplier done) {
    this.left = new AtomicInteger(cpus);
    this.clock = clock;
    this.done = done;
  }

  void passed() {
    if (left.decrementAndGet() == 0) {
      doneNanos = clock.getAsLong();
      doneOperations = done.getAsLong();
    }
  }

  boolean isOver() {
    return left.get() <= 0;
  }

  /// On the clock, when the last cpu passed.
  long nanos() {
    return doneNanos;
  }

  /// Operations of all CPUs by then.
  long operations() {
    return doneOperations;
  }
}
