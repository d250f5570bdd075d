package org.numaslab.coordinator.driver.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.numaslab.node.memory.Memory;

/// Whatever the order of messages and turns: no object is handed out twice, none is lost, none
/// changes while somebody holds it.
///
/// `-Dnumaslab.seed=N` runs one seed.
@Tag("long")
class ObjectsAreConservedTest {
  private static final int SEEDS = 300;

  @Test
  void withDelayedMessages() {
    forSeeds(true);
  }

  @Test
  void withInstantMessages() {
    forSeeds(false);
  }

  private static void forSeeds(boolean delayed) {
    Long one = Long.getLong("numaslab.seed");
    long failed =
        (one == null ? LongStream.rangeClosed(1, SEEDS) : LongStream.of(one))
            .parallel()
            .map(seed -> failed(seed, delayed))
            .sum();
    if (one == null) {
      assertThat(failed)
          .as("allocations that found no memory: exhausted nodes are among them")
          .isPositive();
    }
    assertThat(Memory.openCount()).isZero();
  }

  /// How many allocations of one world failed.
  private static int failed(long seed, boolean delayed) {
    try (RandomWorld world = new RandomWorld(seed, delayed)) {
      world.run();
      world.check();
      int failed = world.failed();
      world.freeAll();
      world.check();
      assertThat(world.liveCount()).isZero();
      return failed;
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(
          "-Dnumaslab.seed=" + seed + (delayed ? " delayed: " : ": ") + e.getMessage(), e);
    }
  }
}
