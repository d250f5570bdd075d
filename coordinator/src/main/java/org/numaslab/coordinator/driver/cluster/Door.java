package org.numaslab.coordinator.driver.cluster;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionException;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.actor.ActorSelection;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.Props;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.pattern.Patterns;
import org.numaslab.coordinator.wire.BadFrame;
import org.numaslab.coordinator.wire.Hello;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.topology.EnvironmentFailure;
import org.numaslab.node.topology.NodeId;

/// Where a process knocks before it joins: whoever does not fit is told so, and never becomes a
/// member.
final class Door extends AbstractActor {
  /// What is said at a door.
  sealed interface Message {}

  /// @param hello of the member that wants in, as bytes; of each of its nodes one, of a coordinator
  ///   too
  record Knock(byte[] hello) implements Message {}

  record Welcome() implements Message {}

  /// This process is no member itself so far: nobody can join by it.
  record NotYet() implements Message {}

  record Refused(String why) implements Message {}

  /// The node is there already: another process has it, or a life of it that is over and that
  /// nobody has missed yet.
  record Taken(String why) implements Message {}

  private static final String NAME = "door";
  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Duration LOOK = Duration.ofMillis(200);

  /// From being welcome to being a member. Whoever has not come by then does not come any more.
  private static final Duration COMES_MAX = Duration.ofSeconds(10);

  private record Welcomed(Incarnation member, Address from, long at) {}

  private final ClusterSystem process;
  private final Hello mine;
  private final Map<NodeId, Welcomed> welcomed = new HashMap<>();

  private Door(ClusterSystem process, Hello mine) {
    this.process = process;
    this.mine = mine;
  }

  /// Opens the door of a process.
  static void open(ClusterSystem process, Hello mine) {
    ((ExtendedActorSystem) Adapter.toClassic(process.system()))
        .systemActorOf(Props.create(Door.class, () -> new Door(process, mine)), NAME);
  }

  /// Knocks at the doors of seeds, until one opens.
  ///
  /// @param seeds of other processes, as `host:port`
  /// @param formsWith of how many others it has to hear that they are no members before this
  ///   process forms the cluster, where nobody lets it in; empty: it never does
  /// @param patience with seeds that do not answer
  /// @param missed how long it takes until a life that is over is removed
  /// @return whether one has opened; else it is this process that forms the cluster
  /// @throws EnvironmentFailure when this process does not fit, or nobody is there
  static boolean enter(
      ClusterSystem process,
      Hello mine,
      List<String> seeds,
      OptionalInt formsWith,
      Duration patience,
      Duration missed) {
    long begin = System.nanoTime();
    while (true) {
      boolean isTaken = false;
      int out = 0;
      for (int i = 0; i < seeds.size() && !isTaken; i++) {
        String seed = seeds.get(i);
        switch (knock(process, mine, seed, left(begin, patience)).orElse(null)) {
          case Welcome welcome -> {
            return true;
          }
          case Refused refused -> throw refused(seed, mine, refused.why());
          case Taken taken when isOver(begin, missed) -> throw refused(seed, mine, taken.why());
          case Taken taken -> isTaken = true;
          case NotYet notYet -> out++;
          case Knock other -> {}
          case null -> {}
        }
      }
      if (!isTaken && formsWith.isPresent() && out >= formsWith.getAsInt()) {
        return false;
      }
      if (!isTaken && isOver(begin, patience)) {
        throw new EnvironmentFailure(
            "no seed node answers within %d s: %s"
                .formatted(patience.toSeconds(), String.join(", ", seeds)));
      }
      pause();
    }
  }

  private static boolean isOver(long begin, Duration length) {
    return System.nanoTime() - begin > length.toNanos();
  }

  /// How long the next one may take to answer.
  private static Duration left(long begin, Duration patience) {
    long left = patience.toNanos() - (System.nanoTime() - begin);
    return Duration.ofNanos(Math.clamp(left, LOOK.toNanos(), PATIENCE.toNanos()));
  }

  private static EnvironmentFailure refused(String seed, Hello mine, String why) {
    return new EnvironmentFailure(
        "%s refuses %s: %s"
            .formatted(
                seed,
                mine.member() == null ? "this coordinator" : mine.member(),
                why.replace("\n", "; ")));
  }

  private static void pause() {
    try {
      Thread.sleep(LOOK);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EnvironmentFailure("interrupted", e);
    }
  }

  private static Optional<Message> knock(
      ClusterSystem process, Hello mine, String seed, Duration within) {
    ActorSelection door =
        Adapter.toClassic(process.system())
            .actorSelection("pekko://" + ClusterSettings.NAME + "@" + seed + "/system/" + NAME);
    try {
      Object answer =
          Patterns.ask(door, new Knock(mine.encode()), within).toCompletableFuture().join();
      return answer instanceof Message message ? Optional.of(message) : Optional.empty();
    } catch (CompletionException nobody) {
      return Optional.empty();
    }
  }

  @Override
  public Receive createReceive() {
    return receiveBuilder().match(Knock.class, this::knocked).build();
  }

  private void knocked(Knock knock) {
    try {
      Hello hello = Hello.decode(knock.hello());
      getSender().tell(answer(hello), getSelf());
    } catch (BadFrame bad) {
      process.links().refused(bad);
      getSender().tell(new Refused(String.valueOf(bad.getMessage())), getSelf());
    }
  }

  private Message answer(Hello hello) {
    return hello
        .refusedBy(mine)
        .<Message>map(Refused::new)
        .or(() -> process.isUp() ? Optional.empty() : Optional.of(new NotYet()))
        .or(() -> over(hello))
        .or(() -> taken(hello))
        .orElseGet(Welcome::new);
  }

  /// Lives are told apart by their order.
  private Optional<Message> over(Hello hello) {
    Incarnation member = hello.member();
    OptionalInt last = member == null ? OptionalInt.empty() : process.lastGone(member.node());
    return last.isPresent() && member != null && member.life() <= last.getAsInt()
        ? Optional.of(
            new Refused(
                BadFrame.line(
                    "life of node " + member.node().value(),
                    member.life(),
                    "one after %d, which was removed: set the clock of its host right"
                        .formatted(last.getAsInt()))))
        : Optional.empty();
  }

  private Optional<Message> taken(Hello hello) {
    Incarnation member = hello.member();
    if (member == null) {
      return Optional.empty();
    }
    Address from = getSender().path().address();
    for (Incarnation there : process.members()) {
      if (there.node().equals(member.node())
          && !process.addressOf(there).equals(Optional.of(from))) {
        return Optional.of(taken(member, there + " is there already"));
      }
    }
    Welcomed before = welcomed.get(member.node());
    if (before != null
        && !before.from.equals(from)
        && !process.isGone(before.member)
        && !isOver(before.at, COMES_MAX)) {
      return Optional.of(taken(member, before.member + " is about to come"));
    }
    welcomed.put(member.node(), new Welcomed(member, from, System.nanoTime()));
    return Optional.empty();
  }

  private static Taken taken(Incarnation member, String why) {
    return new Taken(BadFrame.line("node", member, "another one: " + why));
  }
}
