package org.numaslab.coordinator.driver.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.EnvironmentFailure;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// Processes that prove who they are, and one that does not.
class TlsTest {
  private static final Topology TWO = Topology.uniform(2, 1, 1L << 20);
  private static final Duration PATIENCE = Duration.ofSeconds(6);

  @TempDir static Path keys;

  @BeforeAll
  static void makesKeys() throws IOException, InterruptedException {
    Files.writeString(keys.resolve("password"), "for-a-test\n");
    keytool(
        "-genkeypair",
        "-alias",
        "node",
        "-keyalg",
        "EC",
        "-dname",
        "CN=localhost",
        "-ext",
        "SAN=dns:localhost,ip:127.0.0.1",
        "-validity",
        "2",
        "-keystore",
        "key.p12");
    keytool("-exportcert", "-alias", "node", "-keystore", "key.p12", "-file", "node.cer");
    keytool(
        "-importcert",
        "-noprompt",
        "-alias",
        "node",
        "-keystore",
        "trust.p12",
        "-file",
        "node.cer");
  }

  private static void keytool(String... words) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    line.addAll(List.of(words));
    line.addAll(List.of("-storetype", "PKCS12", "-storepass", "for-a-test"));
    Process process =
        new ProcessBuilder(line).directory(keys.toFile()).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }

  private static ClusterSystem system(int node, List<String> seeds, @Nullable Tls tls) {
    return new ClusterSystem(
        new ClusterSettings(
            "127.0.0.1",
            0,
            seeds,
            List.of(),
            ClusterSettings.Resolver.MAJORITY,
            1,
            false,
            tls,
            ClusterSettings.Timing.STANDARD),
        List.of(new Incarnation(new NodeId(node), 1)));
  }

  @Test
  void whoHasTheKeysJoinsAndWhoHasNotDoesNot() throws IOException, InterruptedException {
    Tls tls = Tls.in("--tls", keys);
    try (ClusterSystem first = system(0, List.of(), tls)) {
      first.join(TWO, "0.1.0", PATIENCE);
      List<String> seeds = List.of(first.hostPort());
      try (ClusterSystem plain = system(1, seeds, null)) {
        assertThatThrownBy(() -> plain.join(TWO, "0.1.0", PATIENCE))
            .isInstanceOf(EnvironmentFailure.class)
            .hasMessageContaining("no seed node answers");
      }
      // Without TLS a guard counts these; here nobody gets so far.
      Stranger.shout(first, Stranger.framed(Stranger.MESSAGES, -5, Intruder.garbage(1024)));
      Stranger.shout(first, Stranger.framed(Stranger.CONTROL, -5, Intruder.garbage(1024)));
      try (ClusterSystem second = system(1, seeds, tls)) {
        second.join(TWO, "0.1.0", Duration.ofSeconds(30));
        long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (first.members().size() < 2 && System.nanoTime() < until) {
          Thread.sleep(50);
        }
        assertThat(first.members()).hasSize(2);
      }
    }
  }

  @Test
  void aFolderWithoutKeysIsRefused(@TempDir Path empty) {
    assertThatThrownBy(() -> Tls.in("--tls", empty))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("got no key.p12 there");
  }
}
