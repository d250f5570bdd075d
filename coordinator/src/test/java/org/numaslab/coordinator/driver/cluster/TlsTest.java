package org.numaslab.coordinator.driver.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.numaslab.coordinator.driver.cluster.NearSystems.await;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.BinaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.EnvironmentFailure;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// Processes that prove who they are, and others that cannot.
class TlsTest {
  private static final Topology TWO = Topology.uniform(2, 1, 1L << 20);
  private static final String HERE = "127.0.0.1";
  private static final String ELSEWHERE = "127.0.0.2";

  /// With whom shall come in.
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /// With whom shall not: one knock at the door.
  private static final Duration SHORT = Duration.ofSeconds(1);

  private static final String NOT_HERE = "No subject alternative names matching IP address " + HERE;

  private static Tls ours;
  private static Tls elsewheres;
  private static Tls foreign;

  private PekkoWarnings warnings;

  @BeforeAll
  static void makesKeys(@TempDir Path folder)
      throws IOException, InterruptedException, GeneralSecurityException {
    Authority our = new Authority(folder.resolve("our"));
    Authority other = new Authority(folder.resolve("other"));
    ours = our.keysOf(HERE, our);
    elsewheres = our.keysOf(ELSEWHERE, our);
    foreign = other.keysOf(HERE, our); // it believes us: we are to refuse it
  }

  @BeforeEach
  void listens() {
    warnings = PekkoWarnings.collect();
  }

  @AfterEach
  void listensNoMore() {
    warnings.close();
  }

  private static ClusterSystem system(
      int node, String host, List<String> seeds, @Nullable Tls tls) {
    return new ClusterSystem(
        new ClusterSettings(
            host,
            0,
            seeds,
            List.of(),
            ClusterSettings.Resolver.MAJORITY,
            1,
            tls,
            ClusterSettings.Timing.STANDARD),
        List.of(new Incarnation(new NodeId(node), 1)));
  }

  @Test
  void whoHasTheKeysJoinsAndWhoHasNotDoesNot() throws IOException, InterruptedException {
    try (ClusterSystem first = system(0, HERE, List.of(), ours)) {
      first.join(TWO, "0.1.0", PATIENCE);
      try (ClusterSystem plain = system(1, HERE, List.of(first.hostPort()), null)) {
        doesNotComeIn(first, plain);
      }
      // Without TLS a guard counts these; here nobody gets so far.
      Stranger.shout(first, Stranger.framed(Stranger.MESSAGES, -5, Intruder.garbage(1024)));
      Stranger.shout(first, Stranger.framed(Stranger.CONTROL, -5, Intruder.garbage(1024)));
      comesIn(first, HERE, ours);
    }
  }

  @Test
  void oldTlsIsRefused() throws IOException, GeneralSecurityException {
    try (ClusterSystem first = system(0, HERE, List.of(), ours);
        SSLSocket old =
            (SSLSocket)
                SSLContext.getDefault()
                    .getSocketFactory()
                    .createSocket(HERE, first.address().getPort().orElseThrow())) {
      old.setEnabledProtocols(new String[] {"TLSv1.2"});

      assertThatThrownBy(old::startHandshake).hasMessageContaining("alert: protocol_version");
    }
  }

  // ---- another authority, which calls itself as ours does

  @Test
  void whoHasAKeyOfAnotherAuthorityIsRefused() throws InterruptedException {
    areKeptApart(
        ours, foreign, (first, second) -> first, "Received fatal alert: certificate_unknown");
  }

  @Test
  void aSeedWithAKeyOfAnotherAuthorityIsNotJoined() throws InterruptedException {
    areKeptApart(foreign, ours, (first, second) -> first, "signature check failed");
  }

  // ---- keys of another host

  @Test
  void whoHasTheKeysOfAnotherHostComesInFromThereOnly() throws InterruptedException {
    areKeptApart(ours, elsewheres, (first, second) -> second, NOT_HERE);
    try (ClusterSystem first = system(0, HERE, List.of(), ours)) {
      first.join(TWO, "0.1.0", PATIENCE);
      comesIn(first, ELSEWHERE, elsewheres);
    }
  }

  @Test
  void aSeedWithTheKeysOfAnotherHostIsNotJoined() throws InterruptedException {
    areKeptApart(elsewheres, ours, (first, second) -> first, NOT_HERE);
  }

  private static void comesIn(ClusterSystem first, String host, Tls keys)
      throws InterruptedException {
    try (ClusterSystem second = system(1, host, List.of(first.hostPort()), keys)) {
      second.join(TWO, "0.1.0", PATIENCE);
      await("members", () -> first.members().size() == 2);
    }
  }

  private static void doesNotComeIn(ClusterSystem first, ClusterSystem second) {
    assertThatThrownBy(() -> second.join(TWO, "0.1.0", SHORT))
        .isInstanceOf(EnvironmentFailure.class)
        .hasMessageContaining("no seed node answers");
    assertThat(first.members()).isEqualTo(Set.copyOf(first.own()));
    assertThat(second.members()).isEmpty();
  }

  /// @param to the one of the two to which no connection comes about
  private void areKeptApart(Tls seed, Tls comer, BinaryOperator<ClusterSystem> to, String why)
      throws InterruptedException {
    try (ClusterSystem first = system(0, HERE, List.of(), seed);
        ClusterSystem second = system(1, HERE, List.of(first.hostPort()), comer)) {
      first.join(TWO, "0.1.0", PATIENCE);
      doesNotComeIn(first, second);
      String connection = "outbound connection to [" + to.apply(first, second).address() + "]";
      await(
          why,
          () ->
              warnings.all().stream()
                  .anyMatch(line -> line.contains(connection) && line.contains(why)));
    }
  }

  @Test
  void aFolderWithoutKeysIsRefused(@TempDir Path empty) {
    assertThatThrownBy(() -> Tls.in("--tls", empty))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("got no key.p12 there");
  }
}
