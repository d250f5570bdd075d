package org.numaslab.coordinator.conform;

import java.util.List;
import java.util.Map;

/// What became of one recorded table.
///
/// Invariant: `rows == rowsCompared + rowsMerged + sum of rowsNotCompared`; each row is accounted
/// for.
///
/// `first` has the first [#FIRST_MAX] of all `differences`; `notCompared` counts values, by the
/// reason; `notes` say what was taken from where.
public record GeometryReport(
    String file,
    String kind,
    int rows,
    int rowsCompared,
    int rowsMerged,
    Map<String, Integer> rowsNotCompared,
    long valuesCompared,
    Map<String, Long> notCompared,
    int rowsDifferent,
    long differences,
    List<GeometryDifference> first,
    List<String> notes) {
  /// Differences kept with both values; a table that differs everywhere need not be repeated.
  public static final int FIRST_MAX = 1000;

  public boolean equal() {
    return differences == 0;
  }
}
