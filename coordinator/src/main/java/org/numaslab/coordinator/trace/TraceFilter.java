package org.numaslab.coordinator.trace;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.numaslab.node.topology.BadInput;

/// Which events of a trace are replayed; the others are counted as [SetAside#FILTERED].
///
/// An object whose allocation is outside is not freed either. One whose free is outside stays live.
///
/// @param fromNanos first time stamp inside, as the trace prints them
/// @param toNanos first time stamp no longer inside
/// @param cpus empty: all
/// @param caches [Glob]s of cache names, empty: all; events whose cache is unknown are then outside
/// @param limit at most so many events that pass the rest
/// @param inferBulk whether allocations that no event tells of are replayed too, see
///   [UntracedAllocations]
public record TraceFilter(
    long fromNanos,
    long toNanos,
    Set<Integer> cpus,
    List<String> caches,
    long limit,
    boolean inferBulk) {
  public static final TraceFilter ALL =
      new TraceFilter(0, Long.MAX_VALUE, Set.of(), List.of(), Long.MAX_VALUE, false);

  public TraceFilter {
    if (fromNanos < 0 || toNanos <= fromNanos) {
      throw new BadInput(
          String.format(
              Locale.ROOT,
              "trace filter: got from %s to %s, allowed: 0 <= from < to",
              seconds(fromNanos),
              seconds(toNanos)));
    }
    if (limit < 1) {
      throw new BadInput("trace filter: got a limit of " + limit + " events, allowed: 1 or more");
    }
    cpus = Set.copyOf(cpus);
    caches = List.copyOf(caches);
  }

  public TraceFilter withTimes(double fromSeconds, double toSeconds) {
    return new TraceFilter(nanos(fromSeconds), nanos(toSeconds), cpus, caches, limit, inferBulk);
  }

  public TraceFilter withCpus(Set<Integer> only) {
    return new TraceFilter(fromNanos, toNanos, only, caches, limit, inferBulk);
  }

  public TraceFilter withCaches(List<String> globs) {
    return new TraceFilter(fromNanos, toNanos, cpus, globs, limit, inferBulk);
  }

  public TraceFilter withLimit(long events) {
    return new TraceFilter(fromNanos, toNanos, cpus, caches, events, inferBulk);
  }

  public TraceFilter withInferredBulk(boolean infer) {
    return new TraceFilter(fromNanos, toNanos, cpus, caches, limit, infer);
  }

  boolean coversTime(long nanos) {
    return nanos >= fromNanos && nanos < toNanos;
  }

  boolean coversCpu(int cpu) {
    return cpus.isEmpty() || cpus.contains(cpu);
  }

  boolean namesCaches() {
    return !caches.isEmpty();
  }

  boolean coversCache(String name) {
    return caches.isEmpty() || caches.stream().anyMatch(glob -> Glob.matches(glob, name));
  }

  private static long nanos(double seconds) {
    if (Double.isNaN(seconds)) {
      throw new BadInput("trace filter: got a time that is no number, allowed: seconds");
    }
    return Math.round(seconds * 1e9); // saturates: infinity is the end of time
  }

  private static String seconds(long nanos) {
    return nanos == Long.MAX_VALUE ? "the end" : nanos / 1e9 + " s";
  }
}
