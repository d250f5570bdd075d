package org.numaslab.coordinator.client.model;


import org.junit.jupiter.api.Test;

/// Random calls on random machines, with an audit after each hundred thousand.
///
/// `-Dnumaslab.calls=10000000` makes so many, `-Dnumaslab.seed=N` begins with that machine. What
/// fails is shrunk and printed with its seed.
class ModelTest {
  private static final long SHRINK_NANOS_MAX = 60_000_000_000L;
  private static final int CALLS_PER_ROUND_MAX = 100_000;
  private static final int ROUNDS = 2;
  private static final int MACHINES_MIN = 12;

  @Test
  void randomCallsComeToWhatANaiveModelSays() {
    long calls = Long.getLong("numaslab.calls", 200_000);
    long seed = Long.getLong("numaslab.seed", 1);
    int perRound = (int) Math.clamp(calls / MACHINES_MIN / ROUNDS, 1, CALLS_PER_ROUND_MAX);
    long start = System.nanoTime();
    for (long made = 0; made < calls; made += (long) ROUNDS * perRound, seed++) {
      Sequence sequence = Sequence.of(RandomMachine.of(seed), ROUNDS, perRound);
      long before = System.nanoTime();
      Throwable wrong = Play.of(sequence, new Api(), null);
      System.out.printf(
          "seed %d: %d calls in %d ms, %s%n",
          seed,
          sequence.calls().length,
          (System.nanoTime() - before) / 1_000_000,
          sequence.machine());
      if (wrong != null) {
        throw new AssertionError(Failures.report(sequence, wrong, Api::new, SHRINK_NANOS_MAX), wrong);
      }
    }
    System.out.printf("%d calls in %d s%n", calls, (System.nanoTime() - start) / 1_000_000_000);
  }
}
