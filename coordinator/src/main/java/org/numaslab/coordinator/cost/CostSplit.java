package org.numaslab.coordinator.cost;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// Where the time of requests to nodes of other processes went. *Measured.*
///
/// @param rows by kind, nodes and part
/// @param kinds the same over all nodes
/// @param errorNanosP99 by how much the parts of a request do not add up to its whole time, of 100
///   requests all but one
public record CostSplit(List<Row> rows, List<Kind> kinds, List<Link> links, long errorNanosP99) {
  /// Of shares.
  private static final double DIGITS = 1e6;

  /// Requests of one kind between two nodes, in one part of their time.
  ///
  /// @param kind of request, as in messages, or hand_off
  /// @param from node of the cpu
  /// @param to node that was asked
  /// @param part name of a [Part]
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
    private static Row of(Cost cost) {
      Histogram nanos = cost.nanos();
      return new Row(
          cost.kind(),
          cost.from(),
          cost.to(),
          cost.part().toString(),
          nanos.getTotalCount(),
          nanos.getValueAtPercentile(50),
          nanos.getValueAtPercentile(90),
          nanos.getValueAtPercentile(99),
          nanos.getMaxValue(),
          Math.round(nanos.getMean()));
    }
  }

  /// Requests of one kind between any nodes.
  public record Kind(
      String kind, long count, long wholeNanosP50, long wholeNanosP99, List<PartOfKind> parts) {}

  /// @param share of the time of all requests of the kind
  public record PartOfKind(String part, long p50Nanos, double share) {}

  /// All kinds of requests from the CPUs of one node to another one.
  ///
  /// @param answered those that are in the rows
  /// @param retried those that were sent more than once: they are not
  /// @param clockAheadNanos how far the clock of the asked node is ahead; null where no exchange
  ///   said
  /// @param clockBoundNanos by how much that may be wrong
  public record Link(
      int from,
      int to,
      long answered,
      long retried,
      long wholeNanosP50,
      @Nullable Long clockAheadNanos,
      @Nullable Long clockBoundNanos) {
    private static Link of(LinkCost link, Histogram whole) {
      ClockOffset clock = link.clock();
      return new Link(
          link.from(),
          link.to(),
          link.answered(),
          link.retried(),
          whole.getValueAtPercentile(50),
          clock.wasMeasured() ? clock.nanos() : null,
          clock.wasMeasured() ? clock.boundNanos() : null);
    }
  }

  public static CostSplit of(CostParts all) {
    List<Kind> kinds = new ArrayList<>();
    Histogram errors = new Histogram(1);
    all.byKind()
        .forEach((kind, parts) -> {
          kinds.add(kind(kind, parts));
          errors.add(of(parts, Part.ERROR));
        });
    return new CostSplit(
        all.costs().stream().map(Row::of).toList(),
        List.copyOf(kinds),
        all.links().stream().map(link -> Link.of(link, all.whole(link.from(), link.to()))).toList(),
        errors.getValueAtPercentile(99));
  }

  private static Histogram of(Map<Part, Histogram> parts, Part part) {
    return parts.getOrDefault(part, new Histogram(1));
  }

  private static Kind kind(String kind, Map<Part, Histogram> parts) {
    double sum = 0;
    for (Part part : Part.addends()) {
      sum += total(of(parts, part));
    }
    List<PartOfKind> of = new ArrayList<>();
    for (Part part : Part.addends()) {
      Histogram nanos = of(parts, part);
      double share = sum == 0 ? 0 : Math.round(DIGITS * total(nanos) / sum) / DIGITS;
      of.add(new PartOfKind(part.toString(), nanos.getValueAtPercentile(50), share));
    }
    Histogram whole = of(parts, Part.WHOLE);
    return new Kind(
        kind,
        whole.getTotalCount(),
        whole.getValueAtPercentile(50),
        whole.getValueAtPercentile(99),
        List.copyOf(of));
  }

  private static double total(Histogram nanos) {
    return nanos.getTotalCount() == 0 ? 0 : nanos.getMean() * nanos.getTotalCount();
  }
}
