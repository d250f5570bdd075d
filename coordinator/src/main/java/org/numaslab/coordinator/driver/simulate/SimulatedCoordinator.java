package org.numaslab.coordinator.driver.simulate;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.control.ControlFrame;
import org.numaslab.coordinator.control.Coordinator;
import org.numaslab.coordinator.control.RetryTimes;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.registry.Registry;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.loan.LoanTimes;

/// The process with the registry, in virtual time. Nobody needs it to allocate or to free.
///
/// | state | leaves when |
/// |---|---|
/// | UP | it is to be killed, in the middle of what it does -> DOWN |
/// | DOWN | after a while -> UP, as another life that knows nothing |
///
/// Some of those that are killed do not die: they go on, as one from which all others are cut off,
/// until a member tells them that there is another.
///
/// Owner: the cluster.
final class SimulatedCoordinator {
  private static final long MILLIS = 1_000_000;

  /// So many messages more, at most, until one that is to be killed dies.
  private static final int SENDS_TO_DEATH_MAX = 40;

  /// One that has nothing to send dies then.
  private static final long DEATH_NANOS_MAX = 200 * MILLIS;

  private static final int ZOMBIE_PERCENT = 30;

  private final SimulatedCluster cluster;
  private final VirtualTime time;
  private final SplittableRandom random;
  private final long seed;
  private @Nullable Life current;
  private @Nullable Life zombie;
  private Consumer<Registry> whenReady = registry -> {};
  private int lives;
  private long superseded;

  SimulatedCoordinator(SimulatedCluster cluster, long seed, SplittableRandom random) {
    this.cluster = cluster;
    this.time = cluster.time();
    this.seed = seed;
    this.random = random;
  }

  /// One life of it.
  private final class Life {
    final Coordinator coordinator;
    private int sendsToDeath;
    private Runnable death = () -> {};
    private boolean isDead;
    private long timerAt = Long.MAX_VALUE;

    Life(int life) {
      LoanTimes times = cluster.times();
      coordinator =
          new Coordinator(
              cluster.topology(),
              LiveNatures.ofRegistry(seed + life),
              cluster.log(),
              life,
              new RetryTimes(times.retryFirst(), times.retryMax()),
              this::send);
    }

    void begin() {
      coordinator.begin(
          cluster.members(), time.now(), () -> whenReady.accept(coordinator.registry()));
      pump();
    }

    private void send(ControlFrame frame) {
      if (isDead) {
        return;
      }
      if (cluster.hasBooted()) {
        cluster.wires().send(frame, true, cluster::deliver);
      } else {
        time.after(0, () -> cluster.deliver(frame));
      }
      if (sendsToDeath > 0 && --sendsToDeath == 0) {
        isDead = true; // what it would still send in this step is not sent
        time.after(0, death);
      }
    }

    void does(Consumer<Coordinator> what) {
      if (!isDead) {
        what.accept(coordinator);
        if (this == zombie && coordinator.supersededBy() > 0) {
          isDead = true;
          zombie = null;
          superseded++;
        }
        pump();
      }
    }

    private void pump() {
      long due = coordinator.nextDue();
      if (due < timerAt && !isDead) {
        timerAt = Math.max(due, time.now() + 1);
        long timer = timerAt;
        time.at(
            timer,
            () -> {
              if (timerAt == timer) {
                timerAt = Long.MAX_VALUE;
                does(c -> c.tick(time.now()));
              }
            });
      }
    }

    void dies(Runnable then) {
      sendsToDeath = 1 + random.nextInt(SENDS_TO_DEATH_MAX);
      boolean[] once = {false};
      death =
          () -> {
            if (!once[0]) {
              once[0] = true;
              isDead = true;
              then.run();
            }
          };
      time.after(random.nextLong(DEATH_NANOS_MAX), death);
    }
  }

  /// @param ready is run by each life as soon as it knows what exists
  void begin(Consumer<Registry> ready) {
    whenReady = ready;
    start();
  }

  private void start() {
    Life life = new Life(++lives);
    current = life;
    life.begin();
  }

  /// Dies, soon and in the middle of something, and is there again later.
  void kill(long restartNanos) {
    Life killed = current;
    if (killed == null) {
      return;
    }
    if (random.nextInt(100) < ZOMBIE_PERCENT) {
      if (zombie != null) {
        zombie.isDead = true;
      }
      zombie = killed;
      downFor(restartNanos);
    } else {
      killed.dies(() -> {
        if (current == killed) {
          downFor(restartNanos);
        }
      });
    }
  }

  private void downFor(long restartNanos) {
    current = null;
    time.after(
        restartNanos,
        () -> {
          if (current == null) {
            start();
          }
        });
  }

  /// Starts something at the registry; nothing happens while that is down or does not know what
  /// exists.
  void ask(Consumer<Registry> operation) {
    Life life = current;
    if (life != null && life.coordinator.isReady()) {
      life.does(c -> c.ask(operation, time.now()));
    }
  }

  /// The registry, null while it is down or does not know what exists.
  @Nullable Registry registry() {
    Life life = current;
    return life == null || !life.coordinator.isReady() ? null : life.coordinator.registry();
  }

  /// What a member sends to it.
  void sendBack(ControlFrame frame) {
    if (cluster.hasBooted()) {
      cluster.wires().send(frame, false, this::receive);
    } else {
      time.after(0, () -> receive(frame));
    }
  }

  private void receive(ControlFrame frame) {
    for (Life life : lives()) {
      if (life.coordinator.life() == frame.life()) {
        life.does(c -> c.receive(frame, time.now()));
      }
    }
  }

  private List<Life> lives() {
    List<Life> lives = new ArrayList<>(2);
    if (current != null) {
      lives.add(current);
    }
    if (zombie != null && zombie != current) {
      lives.add(zombie);
    }
    return lives;
  }

  void joined(Incarnation member) {
    lives().forEach(life -> life.does(c -> c.joined(member, time.now())));
  }

  void removed(Incarnation member) {
    lives().forEach(life -> life.does(c -> c.removed(member, time.now())));
  }

  long starts() {
    return lives;
  }

  /// How many lives were told by a member that there is another.
  long superseded() {
    return superseded;
  }

  boolean isIdle() {
    Registry registry = registry();
    return registry != null && registry.isIdle();
  }

  /// For people.
  String waitsFor() {
    Life life = current;
    return life == null
        ? "the coordinator is down"
        : !life.coordinator.isReady()
            ? "the coordinator learns what exists"
            : life.coordinator.registry().isIdle() ? "" : "the registry waits";
  }
}
