package org.numaslab.deploy.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.numaslab.deploy.ExitCode;
import org.numaslab.deploy.Started;

/// Two nodes of three are killed at once. The one that is left is no majority: the cluster is over,
/// and the run ends with a line that says why.
class LostMajorityIT {
  private static final String MACHINE = "--topology=3x1:4M";

  @TempDir Path folder;

  @Test
  void theRunEnds() throws InterruptedException {
    try (Started started = new Started(folder)) {
      List<Started.One> nodes = new ArrayList<>();
      nodes.add(started.numaslab("node-0", "node", "--id=0", MACHINE, "--threads=1"));
      String seed = "--seed-nodes=" + nodes.getFirst().address();
      for (int id = 1; id < 3; id++) {
        nodes.add(
            started.numaslab("node-" + id, "node", "--id=" + id, MACHINE, "--threads=1", seed));
      }
      Started.One coordinator =
          started.numaslab(
              "coordinator",
              "coordinator",
              MACHINE,
              seed,
              "--workload=swarm:100000000ops",
              "--threads=1",
              "--out=" + folder.resolve("run"));
      Swarmed.awaitBegun(folder.resolve("run"), 3);
      nodes.get(1).signal("KILL");
      nodes.get(2).signal("KILL");

      assertThat(coordinator.awaitExit(Duration.ofMinutes(1))).isEqualTo(ExitCode.FAILURE);
      assertThat(coordinator.err())
          .endsWith(
              "the cluster has removed this coordinator: too few nodes could reach each other\n");
    }
  }
}
