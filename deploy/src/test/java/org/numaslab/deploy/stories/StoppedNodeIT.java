package org.numaslab.deploy.stories;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// SIGSTOP and SIGCONT: a node that is there, but does nothing for a while.
class StoppedNodeIT {
  @TempDir Path folder;

  /// Leases are of two seconds; who is not heard for five is lost.
  @Test
  void lessThanDetectionTakesIsForgivenWithAndWithoutALease() throws IOException {
    Swarmed run =
        Swarmed.clean(
            folder,
            """
            at 1s for 1s pause node=1
            at 3s for 2500ms pause node=2
            """,
            "--workload=swarm:6000ops");

    assertThat(run.losses()).isEmpty();
    assertThat(run.hasAtEnd(1) && run.hasAtEnd(2)).isTrue();
  }

  @Test
  void moreThanThatIsALossAndItComesBackWithNothing() throws IOException {
    Swarmed run =
        Swarmed.clean(
            folder,
            """
            at 1s for 11s pause node=1
            at 12s for 8s delay 1% min=1ms max=2ms
            """,
            "--workload=swarm:6000ops");

    JsonNode loss = run.loss();
    assertThat(loss.get("node").asInt()).isEqualTo(1);
    assertThat(loss.get("borrowed").asLong()).isPositive();
    assertThat(run.hasAtEnd(1)).isTrue();
  }
}
