package org.numaslab.deploy.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Everything happens to messages that may: some are lost, doubled, late or overtaken, and links
/// are cut one way and both ways, for a shorter time than it takes until somebody is missed.
class UnreliableLinksIT {
  @TempDir Path folder;

  @Test
  void nothingIsLostOrHandedOutTwiceAndNobodyIsMissed() throws IOException {
    Swarmed run =
        Swarmed.clean(
            folder,
            """
            at 0s for end loss 10%
            at 0s for end duplicate 10%
            at 0s for end delay 5% min=1ms max=20ms
            at 0s for end reorder 10% max=5ms
            at 1s for 1s cut from=0 to=1
            at 3s for 1s bridge node=2
            at 5s for 1s partition 0|1,2
            """,
            "--workload=swarm:6000ops");

    assertThat(run.losses()).isEmpty();
    assertThat(run.result().get("rejections").get("DONE_BEFORE").asLong()).isPositive();
    for (String kind : List.of("LOSS", "DUPLICATE", "DELAY", "REORDER", "CUT")) {
      assertThat(run.result().get("hits").path(kind).asLong()).as(kind).isPositive();
    }
    assertThat(run.summary()).containsPattern("messages that they hit: [\\d,]+ cut, [\\d,]+ loss");
  }
}
