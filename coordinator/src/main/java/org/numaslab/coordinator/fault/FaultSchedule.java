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

  /// Nothing goes wrong.
  public static FaultSchedule none() {
    return new FaultSchedule(List.of(), Faults.none());
  }
}
