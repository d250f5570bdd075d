package org.numaslab.deploy.bench;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.numaslab.deploy.bench.BenchResult.RowResult;
import org.numaslab.deploy.bench.BenchResult.Side;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/// Runs rows: a fork of ours, a fork of its limit, and so on.
public final class Bench {
  /// Beyond this two threads do not have a core each.
  public static final double LOAD_PER_CORE_MAX = 0.5;

  private static final String OURS = "ours";
  private static final String LIMIT = "limit";
  private static final String[] JVM = {
    "-Xms256m",
    "-Xmx512m",
    "-XX:+UseParallelGC",
    // The thread that is measured waits for the compiler: on a loaded machine it would else be
    // measured before its code is compiled.
    "-Xbatch",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
    "-Dnumaslab.home=" + System.getProperty("numaslab.home", "deploy")
  };

  /// How long it is measured.
  ///
  /// @param forks of each side
  /// @param warmup iterations
  /// @param iterations measured
  /// @param millis of an iteration
  public record Extent(int forks, int warmup, int iterations, int millis) {
    /// The method: five forks, so that a median means something.
    public static final Extent FULL = new Extent(5, 4, 4, 500);

    public static final Extent SHORT = new Extent(3, 3, 2, 300);

    String method() {
      return ("JMH SampleTime: %d alternating forks of each side, %d + %d iterations of %d ms (decode,"
              + " prepare: longer warm-up);"
              + " per fork the median over samples, then the median over forks; -prof gc; %s")
          .formatted(forks, warmup, iterations, millis, String.join(" ", JVM));
    }
  }

  /// What one fork gave, per invocation.
  private record Fork(double nanos, double bytes) {}

  private final Extent extent;
  private final double loadPerCore;

  public Bench(Extent extent) {
    this(
        extent,
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()
            / Runtime.getRuntime().availableProcessors());
  }

  Bench(Extent extent, double loadPerCore) {
    this.extent = extent;
    this.loadPerCore = loadPerCore;
    // Another run on the same machine spoils this one no more than any other load.
    System.setProperty("jmh.ignoreLock", "true");
  }

  public double loadPerCore() {
    return loadPerCore;
  }

  /// Whether a row cannot be measured now.
  public boolean skips(Row row) {
    return row.needsTwoCores()
        && (loadPerCore > LOAD_PER_CORE_MAX || Runtime.getRuntime().availableProcessors() < 2);
  }

  /// @param progress is told of each row, and of the fork, from 1
  public BenchResult run(
      String version, String command, List<Row> rows, BiConsumer<Row, Integer> progress) {
    Map<Row, List<Fork>> ours = new EnumMap<>(Row.class);
    Map<Row, List<Fork>> limits = new EnumMap<>(Row.class);
    for (int fork = 1; fork <= extent.forks(); fork++) {
      for (Row row : rows) {
        if (!skips(row)) {
          progress.accept(row, fork);
          ours.computeIfAbsent(row, r -> new ArrayList<>()).add(fork(row, OURS));
          limits.computeIfAbsent(row, r -> new ArrayList<>()).add(fork(row, LIMIT));
        }
      }
    }
    List<RowResult> results = new ArrayList<>();
    for (Row row : rows) {
      List<Fork> measured = ours.get(row);
      List<Fork> beside = limits.get(row);
      if (measured == null || beside == null) {
        results.add(RowResult.skipped(row));
      } else {
        long operations = row.operations().getAsLong();
        results.add(
            RowResult.of(
                row,
                side(row.ours(), measured, operations),
                side(row.limit(), beside, operations)));
      }
    }
    return new BenchResult(
        version,
        command,
        Runtime.version().toString(),
        Processor.name(),
        Runtime.getRuntime().availableProcessors(),
        loadPerCore,
        extent.method(),
        extent.forks(),
        results);
  }

  private static Side side(String what, List<Fork> forks, long operations) {
    List<Double> nanos = forks.stream().map(fork -> fork.nanos() / operations).toList();
    List<Double> bytes = forks.stream().map(fork -> fork.bytes() / operations).toList();
    return new Side(what, median(nanos), nanos, median(bytes));
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  private Fork fork(Row row, String side) {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(row.method(side))
            .mode(Mode.SampleTime)
            .timeUnit(TimeUnit.NANOSECONDS)
            .forks(1)
            .warmupIterations(extent.warmup() * row.warmups())
            .warmupTime(TimeValue.milliseconds(extent.millis()))
            .measurementIterations(extent.iterations())
            .measurementTime(TimeValue.milliseconds(extent.millis()))
            .jvmArgs(JVM)
            .addProfiler(GCProfiler.class)
            .shouldFailOnError(true);
    String batch = row.batch();
    if (batch != null) {
      options.param("batch", batch);
    }
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8)) {
      Collection<RunResult> results =
          new Runner(
                  options.build(), OutputFormatFactory.createFormatInstance(out, VerboseMode.EXTRA))
              .run();
      RunResult result = results.iterator().next();
      Result<?> allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
      return new Fork(
          result.getPrimaryResult().getStatistics().getPercentile(50),
          allocated == null ? 0 : allocated.getScore());
    } catch (RunnerException failed) {
      throw new IllegalStateException(
          "benchmark " + row.label() + ", " + side + ": " + said.toString(StandardCharsets.UTF_8),
          failed);
    }
  }
}
