package org.numaslab.coordinator.swarm;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.fault.FaultKind;
import org.numaslab.node.loan.Rejection;

/// Many runs, each from a seed of its own, and what they came to together.
public final class Swarm {
  /// So many runs are given out ahead of the one that is waited for: a failure ends the rest soon.
  private static final int AHEAD_PER_THREAD = 8;

  private static final long FACTOR = 0x9e3779b97f4a7c15L;

  /// What the runs came to.
  public static final class Totals {
    public long runs;
    public long operations;
    public long allocations;
    public long remote;
    public long failed;
    public long handOffs;
    public long refused;
    public long lost;
    public long reclaimed;
    public long events;

    /// Of the history, or of several, one after the other.
    public long hash;

    public long messages;
    public long encoded;
    public long bytes;
    public long censusesClosed;
    public long censusesVoided;
    public long restarts;
    public long quarantined;
    public long oopses;
    public long virtualNanos;

    /// Of them until the last operation began.
    public long loadNanos;

    public final Map<FaultKind, Long> hits = new EnumMap<>(FaultKind.class);
    public final Map<String, Long> injected = new TreeMap<>();
    public final Map<String, Long> chores = new TreeMap<>();
    public final Map<Rejection, Long> rejections = new EnumMap<>(Rejection.class);

    /// The failing run with the lowest seed, null when there is none.
    public SwarmRun.@Nullable Result failure;

    public void add(SwarmRun.Result result) {
      runs++;
      Progress progress = result.progress();
      operations += progress.operations;
      allocations += progress.allocations;
      remote += progress.remote;
      failed += progress.failed;
      handOffs += progress.handOffs;
      refused += progress.refused;
      lost += progress.lost;
      reclaimed += result.reclaimed();
      follow(result.hash());
      events += result.events();
      messages += result.messages();
      encoded += result.encoded();
      bytes += result.bytes();
      censusesClosed += result.censusesClosed();
      censusesVoided += result.censusesVoided();
      restarts += result.failures().restarts;
      quarantined += result.failures().quarantined;
      oopses += result.failures().oopses;
      virtualNanos += result.virtualNanos();
      loadNanos += progress.lastNanos;
      result.hits().forEach((kind, count) -> hits.merge(kind, count, Long::sum));
      result.injected().forEach((point, count) -> injected.merge(point, count, Long::sum));
      result.chores().forEach((what, count) -> chores.merge(what, count, Long::sum));
      result.rejections().forEach((why, count) -> rejections.merge(why, count, Long::sum));
      if (!result.isClean() && failure == null) {
        failure = result;
      }
    }

    private void follow(long next) {
      hash = events == 0 ? next : (Long.rotateLeft(hash, 1) ^ next) * FACTOR;
    }

    /// Adds what other runs came to.
    public void add(Totals other) {
      runs += other.runs;
      operations += other.operations;
      allocations += other.allocations;
      remote += other.remote;
      failed += other.failed;
      handOffs += other.handOffs;
      refused += other.refused;
      lost += other.lost;
      reclaimed += other.reclaimed;
      follow(other.hash);
      events += other.events;
      messages += other.messages;
      encoded += other.encoded;
      bytes += other.bytes;
      censusesClosed += other.censusesClosed;
      censusesVoided += other.censusesVoided;
      restarts += other.restarts;
      quarantined += other.quarantined;
      oopses += other.oopses;
      virtualNanos += other.virtualNanos;
      loadNanos += other.loadNanos;
      other.hits.forEach((kind, count) -> hits.merge(kind, count, Long::sum));
      other.injected.forEach((point, count) -> injected.merge(point, count, Long::sum));
      other.chores.forEach((what, count) -> chores.merge(what, count, Long::sum));
      other.rejections.forEach((why, count) -> rejections.merge(why, count, Long::sum));
      if (failure == null) {
        failure = other.failure;
      }
    }
  }

  private Swarm() {}

  /// Runs seeds one after the other, several at a time, until one fails.
  ///
  /// @param operations of each run, about
  /// @param threads at a time
  /// @param done is told how many runs are over
  public static Totals run(
      long firstSeed,
      long seeds,
      long operations,
      Plan.Faults faults,
      int threads,
      LongConsumer done) {
    Totals totals = new Totals();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<SwarmRun.Result>> ahead = new ArrayList<>();
      long next = firstSeed;
      for (long seed = firstSeed; seed < firstSeed + seeds && totals.failure == null; seed++) {
        while (next < firstSeed + seeds && ahead.size() < threads * AHEAD_PER_THREAD) {
          long given = next++;
          ahead.add(
              pool.submit(() -> SwarmRun.of(Plan.random(given, operations, faults), event -> {})));
        }
        totals.add(resultOf(ahead.removeFirst()));
        done.accept(totals.runs);
      }
      ahead.forEach(run -> run.cancel(false));
    }
    return totals;
  }

  private static SwarmRun.Result resultOf(Future<SwarmRun.Result> run) {
    try {
      return run.get();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("stopped", stopped);
    } catch (java.util.concurrent.ExecutionException failed) {
      if (failed.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(failed.getCause());
    }
  }
}
