package org.numaslab.coordinator.experiment;

/// What the tasks of one process, or of several, gave to tasks of other processes, and what they
/// lost with them.
///
/// @param handedObjects that tasks of other members have taken
/// @param handOffs messages that carried them, and what else tasks told each other
/// @param refusedHandOffs those that were refused, and tried again
/// @param lostAllocations that CPUs of a lost process would have made: their frees had nothing to
///   free
/// @param lostObjects that lay in memory that was lost, or were on their way to a lost process
/// @param keptObjects that CPUs of a lost process would have freed
public record Crossings(
    long handedObjects,
    long handOffs,
    long refusedHandOffs,
    long lostAllocations,
    long lostObjects,
    long keptObjects) {
  public static final Crossings NONE = new Crossings(0, 0, 0, 0, 0, 0);

  static Crossings of(HandOffCounts counts) {
    return new Crossings(
        counts.handed(),
        counts.messages(),
        counts.refused(),
        counts.lostAllocations(),
        counts.lost(),
        counts.kept());
  }

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
