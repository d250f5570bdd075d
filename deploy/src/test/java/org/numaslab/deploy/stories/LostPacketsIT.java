package org.numaslab.deploy.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.numaslab.deploy.ExitCode;
import org.numaslab.deploy.Started;

/// A real network between processes loses every packet for a while: nodes 0 and 1 and the
/// coordinator are on one side, node 2 on the other.
class LostPacketsIT {
  private static final String MACHINE = "--topology=3x1:4M";
  private static final Duration END_MAX = Duration.ofMinutes(2);

  @TempDir Path folder;
  private TwoNetworks networks;
  private Started started;
  private Started.One apart;
  private Started.One coordinator;

  @BeforeEach
  void start() throws InterruptedException {
    Optional<String> missing = TwoNetworks.missing();
    missing.ifPresent(why -> System.out.println("LostPacketsIT is skipped: " + why));
    assumeTrue(missing.isEmpty(), () -> missing.orElse(""));
    networks = new TwoNetworks();
    started = new Started(folder);
    Started.One first = node(0, networks.inA(), TwoNetworks.ADDRESS_A, "--quorum=2");
    String seed = "--seed-nodes=" + first.address();
    node(1, networks.inA(), TwoNetworks.ADDRESS_A, seed);
    apart = node(2, networks.inB(), TwoNetworks.ADDRESS_B, seed);
    coordinator =
        started.numaslab(
            "coordinator",
            networks.inA(),
            "coordinator",
            MACHINE,
            seed,
            "--bind=" + TwoNetworks.ADDRESS_A + ":0",
            "--insecure",
            "--threads=1",
            "--workload=swarm:80000ops",
            "--out=" + folder.resolve("run"));
    Swarmed.awaitBegun(folder.resolve("run"), 3);
  }

  @AfterEach
  void stop() {
    if (started != null) {
      started.close();
    }
    if (networks != null) {
      networks.close();
    }
  }

  private Started.One node(int id, List<String> where, String address, String option) {
    return started.numaslab(
        "node-" + id,
        where,
        "node",
        "--id=" + id,
        MACHINE,
        "--bind=" + address + ":0",
        "--insecure",
        "--threads=1",
        option);
  }

  @Test
  void threeSecondsAreForgiven() throws InterruptedException {
    networks.cut();
    Thread.sleep(3000);
    networks.heal();

    assertThat(coordinator.awaitExit(END_MAX)).as(coordinator.err()).isEqualTo(ExitCode.OK);
    Swarmed run = Swarmed.of(folder.resolve("run"));
    assertThat(run.losses()).isEmpty();
    assertThat(run.hasAtEnd(2)).isTrue();
  }

  @Test
  void whoIsNotHeardForLongIsRemovedAndComesBackWhenItCan() throws InterruptedException {
    networks.cut();

    assertThat(coordinator.awaitExit(END_MAX)).as(coordinator.err()).isEqualTo(ExitCode.OK);
    Swarmed run = Swarmed.of(folder.resolve("run"));
    assertThat(run.loss().get("node").asInt()).isEqualTo(2);
    assertThat(run.hasAtEnd(2)).isFalse();

    apart.awaitOut("was removed by the others, and joins again", 1);
    networks.heal();
    apart.awaitOut("is a member", 2);
  }
}
