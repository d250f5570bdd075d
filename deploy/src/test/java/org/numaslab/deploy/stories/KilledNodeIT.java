package org.numaslab.deploy.stories;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.numaslab.coordinator.driver.cluster.ClusterSettings;

/// `kill -9` of a node that lends and borrows.
class KilledNodeIT {
  /// A lease of two seconds, by the slowest clock, and the answers of the survivors.
  private static final Duration LEASE = Duration.ofMillis(2120).plusSeconds(1);

  /// What a machine that is busy with other things may add: six processes share its processors.
  private static final Duration BUSY = Duration.ofSeconds(8);

  @TempDir Path folder;

  @Test
  void theOthersGoOnAndTakeBackWhatItHad() throws IOException {
    Swarmed run =
        Swarmed.clean(
            folder,
            """
            at 1s kill node=1 restart=never
            at 1s for 5s delay 1% min=1ms max=2ms
            """,
            "--workload=swarm:6000ops");

    JsonNode loss = run.loss();
    assertThat(loss.get("node").asInt()).isEqualTo(1);
    assertThat(loss.get("gone").asLong()).as("objects that it had lent").isPositive();
    assertThat(loss.get("borrowed").asLong()).as("objects that it had borrowed").isPositive();
    double died = loss.get("died_millis").asDouble();
    assertThat(died).isPositive();
    Duration detection = ClusterSettings.Timing.STANDARD.detection();
    assertThat(loss.get("removed_millis").asDouble() - died)
        .isBetween(1000.0, (double) detection.plus(BUSY).toMillis());
    assertThat(loss.get("reclaimed_millis").asDouble() - died)
        .isBetween(1000.0, (double) detection.plus(LEASE).plus(BUSY).toMillis());
    assertThat(run.summary())
        .containsPattern(
            "lost +node 1 \\(life \\d+\\): died at \\S+ s, removed at \\S+ s, \\d+ of its objects"
                + " gone, \\d+ that it had reclaimed by \\S+ s, \\S+ s after it died");
    assertThat(run.hasAtEnd(1)).isFalse();
  }

  /// The first of all: the others have it for their seed.
  @Test
  void oneThatIsStartedAgainAtTheSameAddressIsAnother() throws IOException {
    Swarmed run =
        Swarmed.clean(
            folder,
            """
            at 500ms kill node=0 restart=0s
            at 1s for 13s delay 1% min=1ms max=2ms
            """,
            "--workload=swarm:6000ops");

    JsonNode loss = run.loss();
    assertThat(loss.get("node").asInt()).isEqualTo(0);
    assertThat(loss.get("removed_millis").asDouble()).isPositive();
    assertThat(run.hasAtEnd(0)).isTrue();
  }
}
