package org.numaslab.deploy.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.numaslab.coordinator.driver.cluster.ClusterSettings;
import org.numaslab.coordinator.driver.cluster.ClusterSystem;
import org.numaslab.deploy.CommandCall;
import org.numaslab.deploy.ExitCode;
import org.numaslab.deploy.Started;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.topology.EnvironmentFailure;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// What cannot be done is said in one line; the cluster that is there does not notice, and no
/// process is left.
class RefusedIT {
  private static final String MACHINE = "--topology=3x1:4M";
  private static final String SWARM = "--workload=swarm:100ops";

  @TempDir static Path logs;
  @TempDir Path folder;
  private static Started started;
  private static Started.One first;
  private static String seed;
  private List<Long> before;

  /// Two of three nodes.
  @BeforeAll
  static void start() {
    started = new Started(logs);
    first = started.numaslab("node-0", "node", "--id=0", MACHINE, "--threads=1");
    seed = "--seed-nodes=" + first.address();
    started.numaslab("node-1", "node", "--id=1", MACHINE, "--threads=1", seed).isMember();
  }

  @AfterAll
  static void stop() {
    started.close();
  }

  @BeforeEach
  void look() {
    before = Processes.ours();
  }

  @AfterEach
  void nothingIsLeft() throws InterruptedException {
    assertThat(Processes.left(before, Duration.ofSeconds(5))).isEmpty();
    assertThat(first.isAlive()).isTrue();
  }

  private static void assertRefused(int exitCode, String line, String... arguments) {
    CommandCall call = CommandCall.of(arguments);
    assertThat(call.err()).startsWith("numaslab: error: ").contains(line).hasLineCount(1);
    assertThat(call.exitCode()).isEqualTo(exitCode);
    assertThat(call.out()).doesNotContain("Results", "is a member");
  }

  // ---- addresses

  @Test
  void aPortThatIsInUse() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String bind = "127.0.0.1:" + other.getLocalPort();
      assertRefused(
          ExitCode.FAILURE,
          "--bind " + bind + ": cannot listen there: ",
          "node",
          "--id=2",
          MACHINE,
          seed,
          "--bind=" + bind);
    }
  }

  @Test
  void aPortThatCannotBe() {
    assertRefused(
        ExitCode.BAD_INPUT,
        "--bind: got port 65536, allowed: HOST:PORT with a port of 0..65535",
        "node",
        "--id=2",
        MACHINE,
        seed,
        "--bind=127.0.0.1:65536");
  }

  @Test
  void anAddressThatOthersCanReach() {
    assertRefused(
        ExitCode.BAD_INPUT,
        "--bind: got 0.0.0.0:0, which others can reach, allowed: a loopback address",
        "node",
        "--id=2",
        MACHINE,
        seed,
        "--bind=0.0.0.0:0");
  }

  @Test
  void aSeedThatHasNoAddress() {
    assertRefused(
        ExitCode.FAILURE,
        "--seed-nodes: no-such-host.invalid: no such host",
        "node",
        "--id=2",
        MACHINE,
        "--seed-nodes=no-such-host.invalid:7331");
  }

  @Test
  void aSeedThatDoesNotAnswer() throws IOException {
    String silent;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      silent = "127.0.0.1:" + closed.getLocalPort();
    }
    assertRefused(
        ExitCode.FAILURE,
        "no seed node answers within 2 s: " + silent,
        "node",
        "--id=2",
        MACHINE,
        "--seed-nodes=" + silent,
        "--wait=2");
  }

  // ---- who does not fit

  @Test
  void anotherMachine() {
    assertRefused(
        ExitCode.FAILURE,
        "hash of the topology: got ",
        "node",
        "--id=2",
        "--topology=3x2:4M",
        seed);
  }

  @Test
  void anotherVersion() {
    ClusterSettings settings =
        new ClusterSettings(
            "127.0.0.1",
            0,
            List.of(first.address()),
            List.of(),
            ClusterSettings.Resolver.quorumOf(3),
            1,
            null,
            ClusterSettings.Timing.STANDARD);
    try (ClusterSystem other =
        new ClusterSystem(settings, List.of(new Incarnation(new NodeId(2), 1)))) {
      Topology same = Topology.uniform(3, 1, 4L << 20);
      assertThatThrownBy(() -> other.join(same, "9.9.9", Duration.ofSeconds(20)))
          .isInstanceOf(EnvironmentFailure.class)
          .hasMessageContaining("numaslab version: got 9.9.9, allowed ");
    }
  }

  @Test
  void anotherMachineOfACoordinator() {
    assertRefusedRun(
        "refuses this coordinator: hash of the topology: got ",
        "coordinator",
        "--topology=3x2:4M",
        seed,
        SWARM);
  }

  @Test
  void anotherQuorum() {
    assertRefused(
        ExitCode.FAILURE,
        "quorum: got 0, allowed 2",
        "node",
        "--id=2",
        MACHINE,
        seed,
        "--quorum=0");
  }

  @Test
  void severalNodesWithoutAQuorumOfProcesses() {
    assertRefused(
        ExitCode.BAD_INPUT,
        "--id: got 2 nodes for one process, allowed: with --quorum too",
        "node",
        "--id=1-2",
        MACHINE,
        seed);
  }

  @Test
  void aNodeThatIsNamedTwice() {
    assertRefused(ExitCode.BAD_INPUT, "--id: got node 2 twice", "node", "--id=2,2", MACHINE, seed);
  }

  @Test
  void aNodeThatIsThereAlready() {
    assertRefused(ExitCode.FAILURE, "is there already", "node", "--id=1", MACHINE, seed);
  }

  @Test
  void aNodeThatTheMachineDoesNotHave() {
    assertRefused(
        ExitCode.BAD_INPUT,
        "--id: got node 3, allowed: 0..2, as the topology has them",
        "node",
        "--id=3",
        MACHINE,
        seed);
  }

  // ---- runs

  @Test
  void tooFewNodes() {
    assertRefusedRun(
        "after 3 s only 2 of 3 nodes are there: missing [2]",
        "coordinator",
        MACHINE,
        seed,
        SWARM,
        "--wait=3");
  }

  @Test
  void aRunToGoOnWithThatIsNone() {
    assertRefusedRun(
        "--resume: the nodes are at no run",
        "coordinator",
        MACHINE,
        seed,
        SWARM,
        "--wait=3",
        "--resume");
  }

  private void assertRefusedRun(String line, String... arguments) {
    String[] all = java.util.Arrays.copyOf(arguments, arguments.length + 2);
    all[arguments.length] = "--quiet";
    all[arguments.length + 1] = "--out=" + folder.resolve("run");
    assertRefused(ExitCode.FAILURE, line, all);
  }

  @Test
  void aFaultThatNobodyCanDoToProcesses() throws IOException {
    Path faults = Files.writeString(folder.resolve("f.txt"), "at 1s clock-jump node=1 by=1s\n");
    assertRefused(
        ExitCode.BAD_INPUT,
        "clock-jump",
        "cluster",
        "run",
        "--nodes=3",
        SWARM,
        "--faults=" + faults,
        "--out=" + folder.resolve("run"));
  }

  @Test
  void aClusterThatIsNotUp() {
    assertRefused(
        ExitCode.BAD_INPUT,
        ": got no cluster there, allowed: the folder of numaslab cluster up",
        "run",
        "--attach=" + folder,
        "--out=" + folder.resolve("run"));
  }

  @Test
  void aClusterThatIsDownAlready() {
    String out = "--out=" + folder.resolve("up");
    assertThat(CommandCall.of("cluster", "up", "--nodes=1", out).exitCode()).isZero();
    assertThat(CommandCall.of("cluster", "down", out).exitCode()).isZero();
    assertRefused(
        ExitCode.BAD_INPUT,
        ": got no cluster there, allowed: the folder of numaslab cluster up",
        "cluster",
        "down",
        out);
  }
}
