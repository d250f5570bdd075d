package org.numaslab.coordinator.experiment;

/// What the tasks of one process, or of several, gave to tasks of other processes, and what they
/// lost with them.
///
/// @param handedObjects given to tasks of other processes
/// @param handOffs messages that carried them
/// @param refusedHandOffs those that were refused, and tried again
/// @param lostAllocations that CPUs of a lost process would have made: their frees had nothing to
///   free
/// @param lostObjects that tasks had when the memory that they lay in was lost
/// @param keptObjects that CPUs of a lost process would have freed
public record Crossings(
    long handedObjects,
    long handOffs,
    long refusedHandOffs,
    long lostAllocations,
    long lostObjects,
    long keptObjects) {
  public static final Crossings NONE = new Crossings(0, 0, 0, 0, 0, 0);

  public Crossings plus(Crossings other) {
    return new Crossings(
        handedObjects + other.handedObjects,
        handOffs + other.handOffs,
        refusedHandOffs + other.refusedHandOffs,
        lostAllocations + other.lostAllocations,
        lostObjects + other.lostObjects,
        keptObjects + other.keptObjects);
  }
}
