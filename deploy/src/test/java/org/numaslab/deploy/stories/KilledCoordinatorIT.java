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

/// The coordinator is on the way of no allocation.
class KilledCoordinatorIT {
  private static final String MACHINE = "--topology=3x1:4M";

  @TempDir Path folder;

  @Test
  void anotherOneGoesOnWithTheRun() throws InterruptedException {
    try (Started started = new Started(folder)) {
      String seed = started.numaslab("node-0", "node", "--id=0", MACHINE, "--threads=1").address();
      for (int id = 1; id < 3; id++) {
        started.numaslab(
            "node-" + id, "node", "--id=" + id, MACHINE, "--threads=1", "--seed-nodes=" + seed);
      }
      List<String> words =
          new ArrayList<>(
              List.of(
                  "coordinator",
                  MACHINE,
                  "--seed-nodes=" + seed,
                  "--workload=swarm:60000ops",
                  "--threads=1",
                  "--out=" + folder.resolve("run")));
      Started.One first = started.numaslab("first", words.toArray(String[]::new));
      Swarmed.awaitBegun(folder.resolve("run"), 3);
      first.signal("KILL");
      assertThat(first.awaitExit(Duration.ofSeconds(10))).isNotEqualTo(ExitCode.OK);

      words.add("--resume");
      Started.One second = started.numaslab("second", words.toArray(String[]::new));

      assertThat(second.awaitExit(Duration.ofMinutes(2))).as(second.err()).isEqualTo(ExitCode.OK);
      Swarmed run = Swarmed.of(folder.resolve("run"));
      assertThat(run.losses()).isEmpty();
      assertThat(run.number("operations")).isGreaterThanOrEqualTo(60_000);
    }
  }
}
