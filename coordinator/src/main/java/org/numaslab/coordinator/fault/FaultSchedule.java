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

  /// The same so many times slower: for leases that are so many times longer.
  public FaultSchedule slower(int times) {
    return new FaultSchedule(faults.stream().map(each -> each.slower(times)).toList(), injected);
  }

  /// When the last fault that ends by itself is over, in nanoseconds since the begin.
  public long overNanos() {
    return faults.stream()
        .filter(each -> each.forNanos() != ScheduledFault.TO_THE_END)
        .mapToLong(Overlaps::overNanos)
        .max()
        .orElse(0);
  }

  /// Nothing goes wrong.
  public static FaultSchedule none() {
    return new FaultSchedule(List.of(), Faults.none());
  }
}
