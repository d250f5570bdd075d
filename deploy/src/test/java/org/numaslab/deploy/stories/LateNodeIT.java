package org.numaslab.deploy.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.numaslab.deploy.ExitCode;
import org.numaslab.deploy.Started;

/// Four hosts are switched on one after the other, and one of them takes its time.
class LateNodeIT {
  private static final String MACHINE = "--topology=4x1:4M";

  @TempDir Path folder;

  @Test
  void theRunBeginsWhenAllAreThere() throws InterruptedException {
    try (Started started = new Started(folder)) {
      String seed = node(started, 0, "").address();
      node(started, 1, seed);
      node(started, 2, seed);
      Started.One coordinator =
          started.numaslab(
              "coordinator",
              "coordinator",
              MACHINE,
              "--seed-nodes=" + seed,
              "--workload=swarm:2000ops",
              "--threads=1",
              "--out=" + folder.resolve("run"));
      coordinator.awaitSaid("3 of 4 nodes are there");
      Thread.sleep(1000);
      assertThat(coordinator.isAlive()).isTrue();
      assertThat(coordinator.err()).doesNotContain("4 of 4");

      node(started, 3, seed);

      assertThat(coordinator.awaitExit(Duration.ofSeconds(90)))
          .as(coordinator.err())
          .isEqualTo(ExitCode.OK);
      Swarmed run = Swarmed.of(folder.resolve("run"));
      assertThat(run.losses()).isEmpty();
      assertThat(run.hasAtEnd(3)).isTrue();
    }
  }

  private static Started.One node(Started started, int id, String seed) {
    return started.numaslab(
        "node-" + id,
        "node",
        "--id=" + id,
        MACHINE,
        "--threads=1",
        seed.isEmpty() ? "--with-parent" : "--seed-nodes=" + seed);
  }
}
