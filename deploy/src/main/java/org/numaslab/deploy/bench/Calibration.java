package org.numaslab.deploy.bench;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.numaslab.coordinator.driver.embedded.EmbeddedMachine;
import org.numaslab.coordinator.driver.simulate.CostModel;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.topology.EnvironmentFailure;

/// What the things of a cost model take on this machine: medians of a few short loops, good for a
/// model and no replacement for the benchmarks.
///
/// | cost | measured |
/// |---|---|
/// | fast | half a pair of alloc and free on the fast path |
/// | service | half of what a node's part in taking a slab and giving it back adds to a cpu's own |
/// | mailbox | half a round trip between two actors |
/// | wire | half a round trip of 128 bytes through a TCP connection on this host |
public final class Calibration {
  private static final int ROUNDS = 7;
  private static final int PAIRS = 200_000;
  private static final int TELLS = 20_000;
  private static final int PINGS = 2_000;
  private static final int SLABS = 2_000;
  private static final int FRAME_BYTES = 128;
  private static final int LARGE_BYTES = 32768;

  private interface Round {
    /// @return nanoseconds per thing
    double run() throws IOException;
  }

  private Calibration() {}

  /// @param like gives what is not measured
  public static CostModel measure(CostModel like) {
    try (DirectMachine machine = new DirectMachine()) {
      CacheId small = machine.create(DirectMachine.kmalloc(64));
      CacheId large = machine.create(DirectMachine.kmalloc(LARGE_BYTES));
      machine.cpu().free(small, machine.alloc(small));
      long fast = median(() -> pairs(machine, small) / 2);
      long service = median(() -> slabs(machine, large) / 2);
      return new CostModel(
          Math.max(1, fast),
          like.slow(),
          median(Calibration::tells),
          Math.max(1, service),
          median(Calibration::pings),
          like.perDistance(),
          like.jitterPercent());
    } catch (IOException refused) {
      throw new EnvironmentFailure("--calibrate: no connection on this host", refused);
    }
  }

  private static long median(Round round) throws IOException {
    double[] rounds = new double[ROUNDS];
    for (int i = 0; i < ROUNDS; i++) {
      rounds[i] = round.run();
    }
    Arrays.sort(rounds);
    return Math.round(rounds[ROUNDS / 2]);
  }

  private static double pairs(DirectMachine machine, CacheId cache) {
    long begin = System.nanoTime();
    for (int i = 0; i < PAIRS; i++) {
      machine.cpu().free(cache, machine.alloc(cache));
    }
    return (double) (System.nanoTime() - begin) / PAIRS;
  }

  /// More objects than a cpu keeps slabs: nearly each is a slab taken from the node or given back.
  private static double slabs(DirectMachine machine, CacheId cache) {
    long[] held = new long[SLABS];
    long begin = System.nanoTime();
    for (int i = 0; i < SLABS; i++) {
      held[i] = machine.alloc(cache);
    }
    for (long object : held) {
      machine.cpu().free(cache, object);
      machine.deliver();
    }
    return (double) (System.nanoTime() - begin) / SLABS;
  }

  private record Ball(ActorRef<Ball> back, int left, CompletableFuture<Boolean> played) {}

  private static Behavior<Ball> player() {
    return Behaviors.setup(context ->
        Behaviors.receiveMessage(ball -> {
          if (ball.left() == 0) {
            ball.played().complete(true);
          } else {
            ball.back().tell(new Ball(context.getSelf(), ball.left() - 1, ball.played()));
          }
          return Behaviors.same();
        }));
  }

  private static double tells() {
    CompletableFuture<Boolean> played = new CompletableFuture<>();
    Behavior<Void> court =
        Behaviors.setup(context -> {
          ActorRef<Ball> one = context.spawn(player(), "one");
          ActorRef<Ball> other = context.spawn(player(), "other");
          one.tell(new Ball(other, TELLS, played));
          return Behaviors.empty();
        });
    long begin = System.nanoTime();
    ActorSystem<Void> actors = ActorSystem.create(court, "court", EmbeddedMachine.config());
    try {
      played.join();
      return (double) (System.nanoTime() - begin) / TELLS;
    } finally {
      actors.terminate();
      actors.getWhenTerminated().toCompletableFuture().join();
    }
  }

  private static double pings() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread echo = Thread.ofPlatform().daemon().start(() -> echo(server));
      try (Socket socket = new Socket(server.getInetAddress(), server.getLocalPort())) {
        socket.setTcpNoDelay(true);
        DataOutputStream to = new DataOutputStream(socket.getOutputStream());
        DataInputStream from = new DataInputStream(socket.getInputStream());
        byte[] frame = new byte[FRAME_BYTES];
        long begin = System.nanoTime();
        for (int i = 0; i < PINGS; i++) {
          to.write(frame);
          from.readFully(frame);
        }
        return (double) (System.nanoTime() - begin) / PINGS / 2;
      } finally {
        echo.interrupt();
      }
    }
  }

  private static void echo(ServerSocket server) {
    try (Socket socket = server.accept()) {
      socket.setTcpNoDelay(true);
      DataInputStream from = new DataInputStream(socket.getInputStream());
      byte[] frame = new byte[FRAME_BYTES];
      for (int i = 0; i < PINGS; i++) {
        from.readFully(frame);
        socket.getOutputStream().write(frame);
      }
    } catch (IOException over) {
      // the other side says so
    }
  }
}
