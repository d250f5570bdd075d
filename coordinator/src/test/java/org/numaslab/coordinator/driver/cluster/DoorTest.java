package org.numaslab.coordinator.driver.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.numaslab.coordinator.driver.cluster.NearSystems.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.topology.EnvironmentFailure;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// Who comes in, of a machine of four nodes.
class DoorTest {
  private static final Topology MACHINE = Topology.uniform(4, 1, 1L << 20);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /// Somebody who is over is missed soon.
  private static final ClusterSettings.Timing FAST =
      new ClusterSettings.Timing(
          Duration.ofMillis(100), Duration.ofSeconds(2), Duration.ofMillis(500));

  private final List<ClusterSystem> systems = new ArrayList<>();

  private ClusterSystem start(int node, int life, int port, String... seeds) {
    ClusterSettings settings =
        new ClusterSettings(
            "127.0.0.1",
            port,
            List.of(seeds),
            List.of(),
            ClusterSettings.Resolver.MAJORITY,
            1,
            null,
            FAST);
    ClusterSystem system =
        new ClusterSystem(settings, List.of(new Incarnation(new NodeId(node), life)));
    systems.add(system);
    return system;
  }

  private static void join(ClusterSystem system, List<String> known) {
    system.join(MACHINE, "1", PATIENCE, known);
  }

  /// Three of the four nodes are there.
  ///
  /// @return the first of them
  private ClusterSystem begin() {
    ClusterSystem first = start(0, 1, 0);
    start(1, 1, 0, first.hostPort());
    start(2, 1, 0, first.hostPort());
    NearSystems.join(systems, MACHINE, "1");
    return first;
  }

  @AfterEach
  void close() {
    NearSystems.end(systems);
  }

  @Test
  void ofTwoProcessesThatBringOneNodeAtTheSameTimeOneComesIn() {
    ClusterSystem first = begin();
    ClusterSystem one = start(3, 1, 0, first.hostPort());
    ClusterSystem other = start(3, 2, 0, first.hostPort());
    List<CompletableFuture<Void>> joins =
        List.of(
            CompletableFuture.runAsync(() -> join(one, List.of())),
            CompletableFuture.runAsync(() -> join(other, List.of())));

    assertThat(joins.stream().filter(DoorTest::isLetIn)).hasSize(1);
    await("members", () -> first.members().size() == 4);
    assertThat(first.members().stream().filter(member -> member.node().value() == 3)).hasSize(1);
  }

  /// The clock of its host was set back.
  @Test
  void aLifeThatIsNotLaterThanOneThatIsOverStaysOut() {
    ClusterSystem first = begin();
    join(start(3, 7, 0, first.hostPort()), List.of());
    await("members", () -> first.members().size() == 4);
    ClusterSystem over = systems.getLast();
    first.down(new NodeId(3));
    await("end", over.ended()::isDone);
    await("members", () -> first.members().size() == 3);

    assertThatThrownBy(() -> join(start(3, 7, 0, first.hostPort()), List.of()))
        .isInstanceOf(EnvironmentFailure.class)
        .hasMessageContaining("life of node 3: got 7, allowed one after 7, which was removed");
    join(start(3, 8, 0, first.hostPort()), List.of());
    await("members", () -> first.members().size() == 4);
  }

  private static boolean isLetIn(CompletableFuture<Void> joins) {
    try {
      joins.join();
      return true;
    } catch (CompletionException refused) {
      assertThat(refused.getCause())
          .isInstanceOf(EnvironmentFailure.class)
          .hasMessageContaining("allowed another one: ");
      return false;
    }
  }

  /// Each has the same seeds, and all of them begin at the same time.
  @Test
  void ofThoseThatAreNoMembersTheFirstSeedFormsTheCluster() {
    int[] ports = {freePort(), freePort()};
    String[] seeds = {"127.0.0.1:" + ports[0], "127.0.0.1:" + ports[1]};
    ClusterSystem one = start(0, 2, ports[0], seeds);
    ClusterSystem other = start(1, 2, ports[1], seeds);
    CompletableFuture.allOf(
            CompletableFuture.runAsync(() -> join(one, List.of(seeds[1]))),
            CompletableFuture.runAsync(() -> join(other, List.of(seeds[0]))))
        .join();

    await("members", () -> one.members().size() == 2 && other.members().size() == 2);
  }

  private static int freePort() {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    } catch (IOException none) {
      throw new UncheckedIOException(none);
    }
  }

  /// Or there would be two, once they hear each other again.
  @Test
  void whoHearsNobodyThatItKnewFormsNoOtherCluster() {
    List<String> known = List.of("127.0.0.1:" + freePort(), "127.0.0.1:" + freePort());
    ClusterSystem alone = start(3, 1, 0);

    assertThatThrownBy(() -> alone.join(MACHINE, "1", Duration.ofSeconds(2), known))
        .isInstanceOf(EnvironmentFailure.class)
        .hasMessageContaining("no seed node answers within 2 s");
  }

  /// It had no seeds.
  @Test
  void whoHasFormedTheClusterAndWasRemovedComesBackIntoTheSame() {
    ClusterSystem first = begin();
    ClusterSystem downs = systems.get(1);
    String at = first.hostPort();
    await("members", () -> first.members().size() == 3 && downs.members().size() == 3);
    downs.down(new NodeId(0));
    await("end", first.ended()::isDone);
    List<String> known = first.known();
    first.close();
    ClusterSystem again = start(0, 2, Integer.parseInt(at.split(":")[1]));
    join(again, known);

    assertThat(again.hostPort()).isEqualTo(at);
    await("members", () -> again.members().size() == 3);
    await("members", () -> systems.get(2).members().contains(again.own().getFirst()));
    assertThat(systems.get(2).members()).hasSize(3);
  }
}
