package org.numaslab.coordinator.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.numaslab.coordinator.fault.FaultSchedule;
import org.numaslab.coordinator.fault.RandomFaults;

/// Small clusters with random loads: `-Dnumaslab.seed=` says which is the first,
/// `-Dnumaslab.seeds=` how many there are.
@Tag("long")
class SwarmTest {
  private static final long OPERATIONS = 10_000;
  private static final int STRICT_SEEDS = 12;
  private static final long STRICT_OPERATIONS = 1000;

  @Test
  void withoutFaultsNothingIsLost() {
    check((random, topology, length) -> FaultSchedule.none());
  }

  @Test
  void withFaultsNothingIsLost() {
    check(RandomFaults::mix);
  }

  /// Looks at the member of a step after each step.
  @Test
  void whatMembersHaveAddsUpAfterEachStep() {
    long first = Long.getLong("numaslab.seed", 1);
    LongStream.range(first, first + STRICT_SEEDS)
        .parallel()
        .forEach(seed -> {
          Plan plan = Plan.random(seed, STRICT_OPERATIONS, RandomFaults::mix);
          SwarmRun.Result result = SwarmRun.of(plan, event -> {}, 1);
          assertThat(result.violations()).as("-Dnumaslab.seed=%d", seed).isEmpty();
        });
  }

  private static void check(Plan.Faults faults) {
    long first = Long.getLong("numaslab.seed", 1);
    int seeds = Integer.getInteger("numaslab.seeds", 100);
    long operations =
        LongStream.range(first, first + seeds)
            .parallel()
            .map(seed -> {
              SwarmRun.Result result =
                  SwarmRun.of(Plan.random(seed, OPERATIONS, faults), event -> {});
              assertThat(result.violations()).as("-Dnumaslab.seed=%d", seed).isEmpty();
              return result.progress().operations;
            })
            .sum();
    assertThat(operations).isGreaterThan(seeds * OPERATIONS / 4);
  }
}
