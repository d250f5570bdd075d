package org.numaslab.deploy.bench;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a run of benchmarks measured: result.json.
///
/// @param command repeats the run
/// @param loadPerCore before the start
/// @param forks of each side
public record BenchResult(
    String version,
    String command,
    String java,
    String processor,
    int cores,
    double loadPerCore,
    String method,
    int forks,
    List<RowResult> rows) {

  public boolean allMet() {
    return rows.stream().noneMatch(row -> row.verdict() == Verdict.MISSED);
  }

  /// Whether a goal was reached.
  public enum Verdict {
    MET,
    MISSED,
    /// There is no goal.
    NONE,
    /// Not measured: two threads, and no two idle cores.
    SKIPPED
  }

  /// One side of a row.
  ///
  /// @param nanos per operation, the median over the forks
  /// @param forkNanos of each fork, the median over its samples, in the order in which they ran
  /// @param bytes per operation on the Java heap, the median over the forks
  public record Side(String what, double nanos, List<Double> forkNanos, double bytes) {}

  /// @param ratio ours / limit; where the goal is `atLeast`, limit / ours
  public record RowResult(
      String row,
      @Nullable Side ours,
      @Nullable Side limit,
      @Nullable Double ratio,
      @Nullable Double atMost,
      @Nullable Double atLeast,
      boolean noGarbage,
      Verdict verdict) {

    /// A counted byte or two per thousands of operations are JMH's own.
    static final double GARBAGE_MAX_BYTES = 0.05;

    static RowResult skipped(Row row) {
      Row.Goal goal = row.goal();
      return new RowResult(
          row.label(),
          null,
          null,
          null,
          goal.atMost(),
          goal.atLeast(),
          goal.noGarbage(),
          Verdict.SKIPPED);
    }

    static RowResult of(Row row, Side ours, Side limit) {
      Row.Goal goal = row.goal();
      Double most = goal.atMost();
      Double least = goal.atLeast();
      double ratio = least == null ? ours.nanos / limit.nanos : limit.nanos / ours.nanos;
      boolean met =
          (most == null || ratio <= most)
              && (least == null || ratio >= least)
              && (!goal.noGarbage() || ours.bytes < GARBAGE_MAX_BYTES);
      Verdict verdict =
          most == null && least == null ? Verdict.NONE : met ? Verdict.MET : Verdict.MISSED;
      return new RowResult(row.label(), ours, limit, ratio, most, least, goal.noGarbage(), verdict);
    }
  }
}
