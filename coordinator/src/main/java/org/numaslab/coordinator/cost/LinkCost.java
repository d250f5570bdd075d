package org.numaslab.coordinator.cost;

/// What went between the members of one process and a node of another one.
///
/// @param from node whose CPUs asked
/// @param answered requests whose times are all known
/// @param retried requests that were sent more than once: not among the costs
/// @param clock how far that process's clock is ahead of this one's
public record LinkCost(int from, int to, long answered, long retried, ClockOffset clock) {}
