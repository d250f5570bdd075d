package org.numaslab.coordinator.fault;

import java.util.List;

/// What goes wrong in a run, and when.
///
/// @param faults by time
/// @param injected failslab and fail_page_alloc
public record FaultSchedule(List<ScheduledFault> faults, Faults injected) {
  public FaultSchedule {
    faults = List.copyOf(faults);
  }

  /// The same for processes: so many times slower, as their leases are so many times longer, and
  /// whoever is removed hears of it at once.
  public FaultSchedule onProcesses(int times) {
    return new FaultSchedule(
        faults.stream().map(each -> each.onProcesses(times)).toList(), injected);
  }

  /// When all has happened, in nanoseconds since the begin: the last fault is over, or has begun
  /// where it goes on to the end.
  public long overNanos() {
    return faults.stream()
        .mapToLong(each -> {
          long over = Overlaps.overNanos(each);
          return over == ScheduledFault.TO_THE_END ? each.atNanos() : over;
        })
        .max()
        .orElse(0);
  }

  /// Nothing goes wrong.
  public static FaultSchedule none() {
    return new FaultSchedule(List.of(), Faults.none());
  }
}
