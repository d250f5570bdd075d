package org.numaslab.deploy.bench;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.numaslab.coordinator.driver.embedded.EmbeddedMachine;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.cache.KmemCacheCpu;
import org.numaslab.cpu.client.Program;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.Stat;
import org.numaslab.node.topology.NodeId;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// Slabs of one object that a cpu takes off its node's partial list and lets go of again, through
/// the actors of the embedded driver. Beside it messages of two actors on the same dispatcher, one
/// under way at a time.
@State(Scope.Thread)
public class NodeSlowPath {
  /// Slabs taken, and round trips.
  static final int OPERATIONS = 4096;

  private static final int OBJECT_BYTES = 32768;
  private static final int OBJECTS = 64;

  private final EmbeddedMachine machine = ActorMachine.start(1, 1);
  private final Takes takes = new Takes(keepingItsSlabs());
  private final ActorSystem<Void> actors;
  private final ActorRef<Ball> server;

  /// Where a ball goes back to, and who waits for the last one.
  private record Ball(ActorRef<Ball> back, int left, CompletableFuture<Boolean> played) {}

  public NodeSlowPath() {
    CompletableFuture<ActorRef<Ball>> started = new CompletableFuture<>();
    Behavior<Void> court =
        Behaviors.setup(context -> {
          ActorRef<Ball> other = context.spawn(player(), "other");
          started.complete(context.spawn(server(other), "server"));
          return Behaviors.empty();
        });
    actors = ActorSystem.create(court, "court", EmbeddedMachine.config());
    server = started.join();
  }

  /// Not the page allocator's work: slabs stay on the node's list also when they are empty.
  private CacheId keepingItsSlabs() {
    CacheId cache = ActorMachine.create(machine, OBJECT_BYTES).id();
    machine
        .write(cache, "min_partial", Integer.toString(OBJECTS))
        .ifPresent(refused -> {
          throw new IllegalStateException("min_partial: " + refused);
        });
    return cache;
  }

  private static Behavior<Ball> player() {
    return Behaviors.setup(context ->
        Behaviors.receiveMessage(ball -> {
          ball.back().tell(new Ball(context.getSelf(), ball.left(), ball.played()));
          return Behaviors.same();
        }));
  }

  private static Behavior<Ball> server(ActorRef<Ball> other) {
    return Behaviors.setup(context ->
        Behaviors.receiveMessage(ball -> {
          if (ball.left() == 0) {
            ball.played().complete(true);
          } else {
            other.tell(new Ball(context.getSelf(), ball.left() - 1, ball.played()));
          }
          return Behaviors.same();
        }));
  }

  @Benchmark
  public long ours() {
    machine.run(List.of(takes));
    return takes.taken;
  }

  @Benchmark
  public boolean limit() {
    CompletableFuture<Boolean> played = new CompletableFuture<>();
    server.tell(new Ball(server, OPERATIONS, played));
    return played.join();
  }

  @TearDown
  public void close() {
    machine.close();
    actors.terminate();
    actors.getWhenTerminated().toCompletableFuture().join();
  }

  /// Fills itself with objects and empties itself, until enough slabs were taken.
  private static final class Takes implements Program {
    private final CacheId cache;
    private final long[] held = new long[OBJECTS];
    private int count;
    private boolean fills = true;
    private long taken;

    Takes(CacheId cache) {
      this.cache = cache;
    }

    @Override
    public Step step(Cpu cpu) {
      if (!fills) {
        cpu.free(cache, held[--count]);
        fills = count == 0;
        return Step.DONE;
      }
      KmemCacheCpu own = cpu.cache(cache);
      long now = own.stat(Stat.ALLOC_FROM_PARTIAL) + own.stat(Stat.CPU_PARTIAL_NODE);
      if (now - taken >= OPERATIONS) {
        taken = now;
        return Step.FINISHED;
      }
      long object = cpu.alloc(cache, NodeId.NONE, Gfp.KERNEL);
      if (object == Cpu.WAIT) {
        return Step.WAITS;
      }
      hold(object);
      return Step.DONE;
    }

    @Override
    public void completed(Cpu cpu) {
      hold(cpu.result());
    }

    private void hold(long object) {
      held[count++] = object;
      fills = count < held.length;
    }
  }
}
