package org.numaslab.coordinator.cost;

import com.fasterxml.jackson.annotation.JsonInclude;
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
/// @param calibration what messages cost by themselves on the same processes; null where nobody
///   measured it
public record CostSplit(
    List<Row> rows,
    List<Kind> kinds,
    List<Link> links,
    long errorNanosP99,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Calibration calibration) {
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
  ///
  /// @param timesRawAsk the whole, median, as a ratio to a raw ask
  public record Kind(
      String kind,
      long count,
      long wholeNanosP50,
      long wholeNanosP99,
      List<PartOfKind> parts,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Double timesRawAsk) {}

  /// @param share of the time of all requests of the kind
  public record PartOfKind(String part, long p50Nanos, double share) {}

  /// All kinds of requests from the CPUs of one node to another one.
  ///
  /// @param answered those that are in the rows
  /// @param retried those that were sent more than once: they are not
  /// @param clockAheadNanos how far the clock of the asked node is ahead; null where no exchange
  ///   said
  /// @param clockBoundNanos by how much that may be wrong
  /// @param timesRawAsk the whole, median, as a ratio to a raw ask
  public record Link(
      int from,
      int to,
      long answered,
      long retried,
      long wholeNanosP50,
      @Nullable Long clockAheadNanos,
      @Nullable Long clockBoundNanos,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Double timesRawAsk) {
    private static Link of(LinkCost link, Histogram whole, @Nullable Calibration calibration) {
      ClockOffset clock = link.clock();
      long median = whole.getValueAtPercentile(50);
      return new Link(
          link.from(),
          link.to(),
          link.answered(),
          link.retried(),
          median,
          clock.wasMeasured() ? clock.nanos() : null,
          clock.wasMeasured() ? clock.boundNanos() : null,
          calibration == null ? null : calibration.timesRawAsk(median));
    }
  }

  /// @param calibration what messages cost by themselves; null where nobody measured it
  public static CostSplit of(CostParts all, @Nullable Calibration calibration) {
    List<Kind> kinds = new ArrayList<>();
    Histogram errors = new Histogram(1);
    all.byKind()
        .forEach((kind, parts) -> {
          kinds.add(kind(kind, parts, calibration));
          errors.add(of(parts, Part.ERROR));
        });
    return new CostSplit(
        all.costs().stream().map(Row::of).toList(),
        List.copyOf(kinds),
        all.links().stream()
            .map(link -> Link.of(link, all.whole(link.from(), link.to()), calibration))
            .toList(),
        errors.getValueAtPercentile(99),
        calibration);
  }

  private static Histogram of(Map<Part, Histogram> parts, Part part) {
    return parts.getOrDefault(part, new Histogram(1));
  }

  private static Kind kind(
      String kind, Map<Part, Histogram> parts, @Nullable Calibration calibration) {
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
    long median = whole.getValueAtPercentile(50);
    return new Kind(
        kind,
        whole.getTotalCount(),
        median,
        whole.getValueAtPercentile(99),
        List.copyOf(of),
        calibration == null ? null : calibration.timesRawAsk(median));
  }

  private static double total(Histogram nanos) {
    return nanos.getTotalCount() == 0 ? 0 : nanos.getMean() * nanos.getTotalCount();
  }
}
