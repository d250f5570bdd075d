package org.numaslab.deploy.stories;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A node leaves while it lends and borrows.
class GracefulLeaveIT {
  @TempDir Path folder;

  @Test
  void itGivesBackWhatItHasBeforeItGoes() throws IOException {
    Swarmed run =
        Swarmed.clean(
            folder,
            """
            at 1s leave node=1 rejoin=never
            at 1s for 5s delay 1% min=1ms max=2ms
            """,
            "--workload=swarm:6000ops");

    JsonNode loss = run.loss();
    assertThat(loss.get("node").asInt()).isEqualTo(1);
    assertThat(loss.get("borrowed").asLong()).as("nothing is left to be reclaimed").isZero();
    assertThat(run.hasAtEnd(1)).isFalse();
  }
}
