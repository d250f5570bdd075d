package org.numaslab.coordinator.fault;

/// A fault, from when on and how long.
///
/// @param atNanos virtual time since the begin
/// @param forNanos how long; [#TO_THE_END], or 0 for what has no duration of its own
public record ScheduledFault(long atNanos, long forNanos, Fault fault) {
  /// Until all faults end.
  public static final long TO_THE_END = Long.MAX_VALUE;
}
