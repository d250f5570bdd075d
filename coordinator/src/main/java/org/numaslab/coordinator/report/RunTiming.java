package org.numaslab.coordinator.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.numaslab.coordinator.experiment.Experiment;
import org.numaslab.coordinator.experiment.ReplayTally;
import org.numaslab.cpu.cache.AllocPath;

/// Every figure of a run that a clock said, but those of requests to other processes (in
/// [ClusterFigures]); timing.json is this record. All *measured*.
///
/// @param readSeconds all that is read, and the machine made
/// @param decodeSeconds of them: the trace from text to operations, once, by one thread that has
///   just started; 0 without a trace
/// @param decodedEvents kmem events in the text
/// @param operations allocations and frees that were replayed
/// @param operationsAfterFirstRound of them: those after every cpu had been through the trace once;
///   0 without `--repeat`
/// @param latencies of the allocations that waited for a node; empty where the driver has no clock
/// @param lost the members that were lost while it went on
public record RunTiming(
    double readSeconds,
    double decodeSeconds,
    long decodedEvents,
    double decodedEventsPerSecond,
    double replaySeconds,
    double auditSeconds,
    long operations,
    double operationsPerSecond,
    long operationsAfterFirstRound,
    double operationsAfterFirstRoundPerSecond,
    List<Latency> latencies,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<LossTiming> lost) {

  /// How many events were decoded in which wall time.
  public record Decoding(long events, long nanos) {
    public static final Decoding NONE = new Decoding(0, 0);
  }

  /// From asking a node to having the object.
  public record Latency(
      String path, long waited, long p50Nanos, long p90Nanos, long p99Nanos, long maxNanos) {
    static Latency of(AllocPath path, Histogram histogram) {
      return new Latency(
          PathFigures.name(path),
          histogram.getTotalCount(),
          histogram.getValueAtPercentile(50),
          histogram.getValueAtPercentile(90),
          histogram.getValueAtPercentile(99),
          histogram.getMaxValue());
    }
  }

  public static RunTiming of(long readNanos, Decoding decoding, WholeRun run, long auditNanos) {
    List<Latency> latencies = new ArrayList<>();
    ReplayTally tally = run.tally();
    for (AllocPath path : AllocPath.values()) {
      if (tally.latency(path).getMaxValue() > 0) {
        latencies.add(Latency.of(path, tally.latency(path)));
      }
    }
    Experiment.Part later = run.later();
    return new RunTiming(
        readNanos / 1e9,
        decoding.nanos() / 1e9,
        decoding.events(),
        perSecond(decoding.events(), decoding.nanos()),
        run.elapsedNanos() / 1e9,
        auditNanos / 1e9,
        run.operations(),
        perSecond(run.operations(), run.elapsedNanos()),
        later.operations(),
        perSecond(later.operations(), later.nanos()),
        List.copyOf(latencies),
        run.lost().stream().map(member -> LossTiming.of(member, run)).toList());
  }

  private static double perSecond(long count, long nanos) {
    return nanos == 0 ? 0 : Math.round(count * 1e9 / nanos);
  }
}
