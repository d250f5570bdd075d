package org.numaslab.deploy.stories;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A healthy node is removed: it has objects of others, and others have objects of it.
class RemovedNodeIT {
  @TempDir Path folder;

  @Test
  void itComesBackAsAnotherAndNothingIsHandedOutTwice() throws IOException {
    Swarmed run =
        Swarmed.clean(
            folder,
            """
            at 1s down node=1 unaware=0s
            at 1s for 10s delay 1% min=1ms max=2ms
            """,
            "--workload=swarm:6000ops");

    JsonNode loss = run.loss();
    assertThat(loss.get("node").asInt()).isEqualTo(1);
    assertThat(loss.get("borrowed").asLong()).isPositive();
    assertThat(run.hasAtEnd(1)).isTrue();
  }
}
