package org.numaslab.coordinator.report;

import java.util.List;
import org.numaslab.coordinator.fault.Faults;

/// What was made to fail at one injection point.
///
/// @param calls that it decided about
/// @param failures among them
public record FaultFigures(String name, long calls, long failures) {
  static List<FaultFigures> of(Faults faults) {
    return faults
        .attrs()
        .map(attr -> new FaultFigures(attr.name(), attr.calls(), attr.failures()))
        .toList();
  }

  /// The same point in two processes.
  FaultFigures plus(FaultFigures other) {
    return new FaultFigures(name, calls + other.calls, failures + other.failures);
  }
}
