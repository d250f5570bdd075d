package org.numaslab.coordinator.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.numaslab.coordinator.fault.FaultSchedule;
import org.numaslab.coordinator.fault.RandomFaults;

class SwarmTest {
  private static final long WATCHED = Long.getLong("numaslab.watched", -1);

  @Test
  void withoutFaultsNothingIsLost() {
    check(
        Long.getLong("numaslab.seed", 1),
        Integer.getInteger("numaslab.seeds", 20),
        (r, t, l) -> FaultSchedule.none());
  }

  @Test
  void withFaultsNothingIsLost() {
    check(
        Long.getLong("numaslab.seed", 1),
        Integer.getInteger("numaslab.seeds", 20),
        RandomFaults::mix);
  }

  private static void check(long first, int seeds, Plan.Faults faults) {
    long begin = System.nanoTime();
    long operations = 0;
    long messages = 0;
    for (long seed = first; seed < first + seeds; seed++) {
      SwarmRun.Result result = SwarmRun.of(Plan.random(seed, 10_000, faults), event -> {});
      operations += result.progress().operations;
      messages += result.messages();
      if (!result.isClean()) {
        System.out.println("seed " + seed + " " + result.plan().faults().faults());
        System.out.println(result.rejections() + " " + result.hits() + result.progress().lost);
        result.violations().stream().limit(5).forEach(System.out::println);
      }
      assertThat(result.violations()).as("seed " + seed).isEmpty();
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    System.out.printf(
        "%d operations, %d messages, %.0f operations/s%n",
        operations, messages, operations / seconds);
  }
}
