package org.numaslab.coordinator.conform;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.numaslab.coordinator.topologies.Line;

/// Counts while a table is compared, row by row, and becomes its [GeometryReport].
final class GeometryTally {
  private final String file;
  private final String kind;
  private int rows;
  private int rowsCompared;
  private int rowsMerged;
  private int rowsDifferent;
  private long valuesCompared;
  private long differences;
  private boolean rowDiffers;
  private String subject = "";
  private final Map<String, Integer> rowsNotCompared = new LinkedHashMap<>();
  private final Map<String, Long> notCompared = new LinkedHashMap<>();
  private final List<GeometryDifference> first = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  GeometryTally(String file, String kind) {
    this.file = file;
    this.kind = kind;
  }

  /// Begins a row that is compared: the [#compare]s that follow belong to it.
  void row(String rowSubject) {
    rows++;
    rowsCompared++;
    rowDiffers = false;
    subject = rowSubject;
  }

  void compare(Line line, String column, String kernel, String computed) {
    valuesCompared++;
    if (kernel.equals(computed)) {
      return;
    }
    differences++;
    if (!rowDiffers) {
      rowDiffers = true;
      rowsDifferent++;
    }
    if (first.size() < GeometryReport.FIRST_MAX) {
      first.add(new GeometryDifference(line.where(), subject, column, kernel, computed));
    }
  }

  void mergedRow() {
    rows++;
    rowsMerged++;
  }

  void rowNotCompared(String reason) {
    rows++;
    rowsNotCompared.merge(reason, 1, Integer::sum);
  }

  void notCompared(String reason) {
    notCompared.merge(reason, 1L, Long::sum);
  }

  void note(String note) {
    notes.add(note);
  }

  GeometryReport report() {
    return new GeometryReport(
        file,
        kind,
        rows,
        rowsCompared,
        rowsMerged,
        Collections.unmodifiableMap(rowsNotCompared),
        valuesCompared,
        Collections.unmodifiableMap(notCompared),
        rowsDifferent,
        differences,
        List.copyOf(first),
        List.copyOf(notes));
  }
}
