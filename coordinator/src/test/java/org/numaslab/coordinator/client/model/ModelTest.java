package org.numaslab.coordinator.client.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.numaslab.coordinator.client.model.RandomMachine.Driver;
import org.numaslab.node.topology.NodeId;

/// Random calls on random machines, with an audit after each hundred thousand.
///
/// `-Dnumaslab.calls=10000000` makes so many, `-Dnumaslab.seed=N` begins with that machine. What
/// fails is shrunk and printed with its seed.
@Tag("long")
class ModelTest {
  private static final long SHRINK_NANOS_MAX = 60_000_000_000L;
  private static final int CALLS_PER_ROUND_MAX = 100_000;
  private static final int ROUNDS = 2;
  private static final int MACHINES_MIN = 12;
  private static final int CALLS_WITH_BUG = 6000;
  private static final int REPORT_LINES_MAX = 40;

  @Test
  void randomCallsComeToWhatANaiveModelSays() {
    long calls = Long.getLong("numaslab.calls", 200_000);
    long seed = Long.getLong("numaslab.seed", 1);
    int perRound = Math.clamp(calls / MACHINES_MIN / ROUNDS, 1, CALLS_PER_ROUND_MAX);
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
        throw new AssertionError(
            Failures.report(sequence, wrong, Api::new, SHRINK_NANOS_MAX), wrong);
      }
    }
    System.out.printf("%d calls in %d s%n", calls, (System.nanoTime() - start) / 1_000_000_000);
  }

  @ParameterizedTest
  @EnumSource
  void aBugOfTheMachineIsFoundAndTheSequenceShrunk(Bug bug) {
    RandomMachine machine =
        LongStream.iterate(1, seed -> seed + 1)
            .mapToObj(RandomMachine::of)
            .filter(m -> m.driver() == Driver.DELAYED && m.topology().cpuCount() > 1)
            .filter(m -> !m.boot().debug().any() && !m.initOnAlloc())
            .filter(m -> m.topology().fallbackOrder(new NodeId(0)).size() > 1)
            .findFirst()
            .orElseThrow();
    Sequence sequence = Sequence.of(machine, 1, CALLS_WITH_BUG);
    assertThat(Play.of(sequence, new Api(), null)).isNull();

    Throwable wrong = Play.of(sequence, bug.planted(), null);
    if (wrong == null) {
      throw new AssertionError(bug + " was not found");
    }
    assertThat(wrong).hasMessageContaining(bug.told());
    String report = Failures.report(sequence, wrong, bug::planted, SHRINK_NANOS_MAX);

    assertThat(report).startsWith("-Dnumaslab.seed=" + machine.seed()).contains("task ");
    assertThat(report.lines().count()).as(report).isLessThan(REPORT_LINES_MAX);
  }
}
