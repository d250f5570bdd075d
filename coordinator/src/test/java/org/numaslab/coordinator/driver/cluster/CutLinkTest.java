package org.numaslab.coordinator.driver.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.numaslab.coordinator.driver.cluster.NearSystems.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.Props;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.topology.EnvironmentFailure;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// Two processes, and what of their messages gets through.
class CutLinkTest {
  private static final NodeId OTHER = new NodeId(1);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private ClusterSystem one;
  private ClusterSystem other;
  private final BlockingQueue<String> heardByOne = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> heardByOther = new LinkedBlockingQueue<>();

  private static final class Hears extends AbstractActor {
    private final BlockingQueue<String> heard;

    private Hears(BlockingQueue<String> heard) {
      this.heard = heard;
    }

    @Override
    public Receive createReceive() {
      return receiveBuilder().match(String.class, heard::add).build();
    }
  }

  private static ClusterSettings settings(int port, List<String> seeds) {
    return new ClusterSettings(
        "127.0.0.1",
        port,
        seeds,
        List.of(),
        ClusterSettings.Resolver.MAJORITY,
        1,
        null,
        ClusterSettings.Timing.STANDARD);
  }

  private static void join(ClusterSystem system, Duration patience) {
    system.join(Topology.uniform(2, 1, 1L << 20), "1", patience);
  }

  private static ClusterSystem start(int node, List<String> seeds, BlockingQueue<String> heard)
      throws InterruptedException {
    ClusterSystem system =
        new ClusterSystem(settings(0, seeds), List.of(new Incarnation(new NodeId(node), 1)));
    join(system, PATIENCE);
    system
        .system()
        .classicSystem()
        .actorOf(Props.create(Hears.class, () -> new Hears(heard)), "ear");
    return system;
  }

  @BeforeEach
  void begin() throws InterruptedException {
    one = start(0, List.of(), heardByOne);
    other = start(1, List.of(one.hostPort()), heardByOther);
    otherIsAMember();
  }

  private void otherIsAMember() {
    Incarnation member = other.own().getFirst();
    await("members", () -> one.members().contains(member));
  }

  @AfterEach
  void close() {
    one.close();
    other.close();
  }

  private static void say(ClusterSystem from, ClusterSystem to, String what) {
    from.system()
        .classicSystem()
        .actorSelection(to.address() + "/user/ear")
        .tell(what, ActorRef.noSender());
  }

  private static String heard(BlockingQueue<String> by) throws InterruptedException {
    return by.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  private void hearsNothingAndIsHeard() throws InterruptedException {
    say(one, other, "lost");
    say(other, one, "meanwhile");
    assertThat(heard(heardByOne)).isEqualTo("meanwhile");
  }

  private void hearsAgain() throws InterruptedException {
    say(one, other, "after");
    assertThat(heard(heardByOther)).isEqualTo("after");
  }

  @Test
  void aLinkIsCutInOneDirection() throws InterruptedException {
    say(one, other, "before");
    assertThat(heard(heardByOther)).isEqualTo("before");

    Runnable mend = one.cutOff(OTHER, false);
    hearsNothingAndIsHeard();
    mend.run();
    hearsAgain();
  }

  @Test
  void aLinkThatIsCutTwiceIsMendedTwice() throws InterruptedException {
    Runnable mend = one.cutOff(OTHER, false);
    one.cutOff(OTHER, false).run();
    hearsNothingAndIsHeard();
    mend.run();
    hearsAgain();
  }

  @Test
  void aLinkIsCutInBothDirections() throws InterruptedException {
    say(other, one, "before");
    assertThat(heard(heardByOne)).isEqualTo("before");

    Runnable mend = one.cutOff(OTHER, true);
    say(one, other, "lost");
    say(other, one, "lost");
    assertThat(heardByOne.poll(500, TimeUnit.MILLISECONDS)).isNull();
    mend.run();
    say(one, other, "after");
    say(other, one, "after");

    assertThat(heard(heardByOther)).isEqualTo("after");
    assertThat(heard(heardByOne)).isEqualTo("after");
  }

  /// It is at the same place: whoever parts them parts places.
  @Test
  void theNextLifeIsCutOffToo() throws Exception {
    int port = (int) other.address().getPort().get();
    one.down(OTHER);
    other.ended().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    other.close();
    Runnable mend = one.cutOff(OTHER, false);
    other = again(port, 2);
    assertThatThrownBy(() -> join(other, Duration.ofSeconds(3)))
        .isInstanceOf(EnvironmentFailure.class)
        .hasMessageContaining("no seed node answers within 3 s");

    other.close();
    mend.run();
    other = again(port, 3);
    join(other, PATIENCE);
    otherIsAMember();
  }

  private ClusterSystem again(int port, int life) {
    return new ClusterSystem(
        settings(port, List.of(one.hostPort())), List.of(new Incarnation(OTHER, life)));
  }
}
