package org.numaslab.coordinator.client.model;

import java.util.function.Predicate;

/// Makes a sequence that fails as short as it finds: its shortest prefix, fewer tasks, then fewer
/// calls, ever smaller pieces at a time.
final class Shrinker {
  private final Predicate<Sequence> fails;
  private final long deadline;

  /// @param fails plays a sequence
  Shrinker(Predicate<Sequence> fails, long nanosMax) {
    this.fails = fails;
    this.deadline = System.nanoTime() + nanosMax;
  }

  private boolean fails(Sequence candidate) {
    return System.nanoTime() < deadline && fails.test(candidate);
  }

  Sequence shrink(Sequence failing) {
    return withFewerCalls(withFewerTasks(shortestPrefix(failing)));
  }

  /// By bisection, since most failures stay once they are there.
  private Sequence shortestPrefix(Sequence failing) {
    int passes = 0;
    int length = failing.calls().length;
    Sequence shortest = failing;
    while (length - passes > 1) {
      int middle = (passes + length) >>> 1;
      Sequence candidate = failing.prefix(middle);
      if (fails(candidate)) {
        shortest = candidate;
        length = middle;
      } else {
        passes = middle;
      }
    }
    return shortest;
  }

  private Sequence withFewerTasks(Sequence failing) {
    Sequence fewest = failing;
    for (int t = 0; t < failing.machine().topology().cpuCount(); t++) {
      int task = t;
      Sequence candidate = fewest.keeping(call -> Sequence.task(call) != task);
      if (candidate.calls().length < fewest.calls().length && fails(candidate)) {
        fewest = candidate;
      }
    }
    return fewest;
  }

  private Sequence withFewerCalls(Sequence failing) {
    Sequence fewest = failing;
    for (int piece = (failing.calls().length + 1) / 2; piece > 0; piece /= 2) {
      for (int from = 0; from < fewest.calls().length; ) {
        int to = Math.min(from + piece, fewest.calls().length);
        Sequence candidate = fewest.without(from, to);
        if (fails(candidate)) {
          fewest = candidate;
        } else {
          from = to;
        }
      }
    }
    return fewest;
  }
}
