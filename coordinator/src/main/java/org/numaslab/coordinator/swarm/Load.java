package org.numaslab.coordinator.swarm;

/// What the tasks of a swarm do.
///
/// @param operations of each task in each life of its member
/// @param thinkNanos between two operations of a task, on average
/// @param keptMax objects that a task keeps
/// @param passedPercent of all releases: the object goes to a task of any cpu instead
/// @param namedPercent of all allocations: of a node by name, half of them of no other
/// @param bulkPercent of all allocations: several objects at once
/// @param zeroPercent of all allocations: cleared
/// @param pagesPercent of all allocations: pages instead of an object
public record Load(
    long operations,
    long thinkNanos,
    int keptMax,
    int passedPercent,
    int namedPercent,
    int bulkPercent,
    int zeroPercent,
    int pagesPercent) {}
