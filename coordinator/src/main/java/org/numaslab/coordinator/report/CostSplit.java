package org.numaslab.coordinator.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.report.BorderPart.Cost;

/// Where the time of requests to nodes of other processes went. *Measured.*
public record CostSplit(List<Row> rows) {
  /// Requests of one kind between two nodes, in one place.
  ///
  /// @param kind of request, as in messages
  /// @param from node of the cpu
  /// @param to node that was asked
  /// @param part of the way, as in the cpu, in a mailbox, serialization, wire, at the home
  public record Row(
      String kind,
      int from,
      int to,
      String part,
      long count,
      long p50Nanos,
      long p90Nanos,
      long p99Nanos,
      long maxNanos,
      double meanNanos) {
    private static Row of(Key key, Histogram nanos) {
      return new Row(
          key.kind,
          key.from,
          key.to,
          key.part,
          nanos.getTotalCount(),
          nanos.getValueAtPercentile(50),
          nanos.getValueAtPercentile(90),
          nanos.getValueAtPercentile(99),
          nanos.getMaxValue(),
          Math.round(nanos.getMean()));
    }
  }

  private record Key(String kind, int from, int to, String part) {}

  /// In the order in which the parts have them; null where nobody measured any.
  static @Nullable CostSplit of(WholeRun run) {
    Map<Key, Histogram> sums = new LinkedHashMap<>();
    for (RunPart part : run.parts()) {
      for (Cost cost : part.borders().costs()) {
        sums.computeIfAbsent(
                new Key(cost.kind(), cost.from(), cost.to(), cost.part()),
                k -> new Histogram(cost.nanos().getNumberOfSignificantValueDigits()))
            .add(cost.nanos());
      }
    }
    List<Row> rows = new ArrayList<>();
    sums.forEach((key, nanos) -> rows.add(Row.of(key, nanos)));
    return rows.isEmpty() ? null : new CostSplit(List.copyOf(rows));
  }
}
