package org.numaslab.coordinator.client.model;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.LongPredicate;

/// Calls of tasks on a random machine. What a call does follows from the seed and its own place
/// alone: any part of a sequence is one, too.
///
/// ```text
/// call  round 16 | task 8 | index 40        task t runs on cpu t, anew in each round
/// ```
///
/// @param calls in the order of rounds and indexes
record Sequence(RandomMachine machine, long[] calls) {
  private static final int TASK_SHIFT = 40;
  private static final int ROUND_SHIFT = 48;

  static Sequence of(RandomMachine machine, int rounds, int callsPerRound) {
    int tasks = machine.topology().cpuCount();
    long[] calls = new long[rounds * callsPerRound];
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < callsPerRound; i++) {
        calls[round * callsPerRound + i] =
            (long) round << ROUND_SHIFT | (long) (i % tasks) << TASK_SHIFT | i / tasks;
      }
    }
    return new Sequence(machine, calls);
  }

  static int round(long call) {
    return (int) (call >>> ROUND_SHIFT);
  }

  static int task(long call) {
    return (int) (call >>> TASK_SHIFT & 0xff);
  }

  int rounds() {
    return calls.length == 0 ? 0 : round(calls[calls.length - 1]) + 1;
  }

  long[] of(int round, int task) {
    return Arrays.stream(calls).filter(c -> round(c) == round && task(c) == task).toArray();
  }

  /// What the call draws from.
  SplittableRandom draws(long call) {
    return new SplittableRandom(new SplittableRandom(machine.seed() ^ call).nextLong());
  }

  Sequence keeping(LongPredicate kept) {
    return new Sequence(machine, Arrays.stream(calls).filter(kept).toArray());
  }

  Sequence prefix(int length) {
    return new Sequence(machine, Arrays.copyOf(calls, length));
  }

  Sequence without(int from, int to) {
    long[] rest = Arrays.copyOf(calls, calls.length - (to - from));
    System.arraycopy(calls, to, rest, from, calls.length - to);
    return new Sequence(machine, rest);
  }
}
