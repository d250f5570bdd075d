package org.numaslab.coordinator.experiment;

import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.fault.Faults;
import org.numaslab.node.slab.SlubDebug;

/// How a trace is replayed.
///
/// @param seed of everything that a machine cannot decide by itself
/// @param initOnAlloc whether each object is cleared when it is allocated, as with init_on_alloc=1
/// @param touchedBytesMax real memory that emulated pages may use
/// @param rounds how often the trace is replayed, one after the other
/// @param cold whether the machine begins empty, without the current slabs that the trace shows its
///   CPUs to have had
/// @param slubDebug what the emulated kernel is booted with in place of what the traced one was;
///   null for the same
/// @param faults that are injected; for one machine
public record ReplaySettings(
    Driver driver,
    Order order,
    long seed,
    RemoteDraw remoteDraw,
    boolean initOnAlloc,
    long touchedBytesMax,
    int rounds,
    boolean cold,
    @Nullable SlubDebug slubDebug,
    Faults faults) {

  /// Without injected faults.
  public ReplaySettings(
      Driver driver,
      Order order,
      long seed,
      RemoteDraw remoteDraw,
      boolean initOnAlloc,
      long touchedBytesMax,
      int rounds,
      boolean cold,
      @Nullable SlubDebug slubDebug) {
    this(
        driver,
        order,
        seed,
        remoteDraw,
        initOnAlloc,
        touchedBytesMax,
        rounds,
        cold,
        slubDebug,
        Faults.none());
  }

  public ReplaySettings withOrder(Order other) {
    return new ReplaySettings(
        driver,
        other,
        seed,
        remoteDraw,
        initOnAlloc,
        touchedBytesMax,
        rounds,
        cold,
        slubDebug,
        faults);
  }

  /// What moves messages and time.
  public enum Driver {
    /// Actors in this JVM, wall clock.
    EMBEDDED,
    /// One thread, everything from the seed.
    SIMULATE
  }

  /// What decides when an operation may begin.
  public enum Order {
    /// Each cpu in its own order; a free after its allocation.
    CAUSAL,
    /// The order of the trace.
    EXACT
  }
}
