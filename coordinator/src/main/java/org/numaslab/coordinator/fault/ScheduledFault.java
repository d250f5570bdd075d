package org.numaslab.coordinator.fault;

/// A fault, from when on and how long.
///
/// @param atNanos virtual time since the begin
/// @param forNanos how long; [#TO_THE_END], or 0 for what has no duration of its own
public record ScheduledFault(long atNanos, long forNanos, Fault fault) {
  /// Until all faults end.
  public static final long TO_THE_END = Long.MAX_VALUE;

  ScheduledFault onProcesses(int times) {
    Fault slow =
        switch (fault) {
          case Fault.Kill f -> new Fault.Kill(f.node(), slower(f.restartNanos(), times));
          case Fault.Leave f -> new Fault.Leave(f.node(), slower(f.rejoinNanos(), times));
          case Fault.Down f -> new Fault.Down(f.node(), 0);
          case Fault.Churn f -> new Fault.Churn(times * f.everyNanos());
          case Fault.CoordinatorKill f ->
              new Fault.CoordinatorKill(slower(f.restartNanos(), times));
          default -> fault;
        };
    return new ScheduledFault(
        times * atNanos, forNanos == TO_THE_END ? TO_THE_END : times * forNanos, slow);
  }

  private static long slower(long nanos, int times) {
    return nanos == Fault.NEVER ? Fault.NEVER : times * nanos;
  }
}
