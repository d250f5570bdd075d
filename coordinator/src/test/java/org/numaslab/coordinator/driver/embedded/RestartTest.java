package org.numaslab.coordinator.driver.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.driver.simulate.SimulatedMachine;
import org.numaslab.cpu.actor.CpuActor;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.client.Program;
import org.numaslab.node.actor.NodeActor;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.Watermark;
import org.numaslab.node.protocol.Caller;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeState;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.Call;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// An actor that failed starts again around the state that it had: no free list is lost.
@Timeout(60)
class RestartTest {
  private static final Topology TOPOLOGY = Topology.uniform(1, 1, 64 * 4096);
  private static final CpuId CPU = new CpuId(0);

  private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();

  /// The state machines of a machine at rest, to be put into actors.
  private static SimulatedMachine machine() {
    return SimulatedMachine.instant(
        TOPOLOGY,
        memory -> new LiveNatures(TOPOLOGY, memory, 1, RemoteDraw.WON),
        TOPOLOGY.spanFrames() * 4096);
  }

  private static CacheId cache(SimulatedMachine machine) {
    CacheRequest request = new CacheRequest("objects", 1024, 8, 0, false);
    return machine
        .create("objects", CacheGeometry.of(request, GeometryOptions.forCpus(1)), false, null)
        .id();
  }

  private static <T> ActorSystem<T> system(Behavior<T> behavior) {
    return ActorSystem.create(
        behavior,
        "restart",
        ConfigFactory.parseString("pekko.log-dead-letters = off, pekko.jvm-shutdown-hooks = off")
            .withFallback(ConfigFactory.defaultReference())
            .resolve());
  }

  private static void end(ActorSystem<?> system) throws Exception {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private Throwable failure() throws InterruptedException, TimeoutException {
    Throwable failure = failures.poll(20, TimeUnit.SECONDS);
    if (failure == null) {
      throw new TimeoutException("no failure was told");
    }
    return failure;
  }

  @Test
  void aNodeThatFailedHasTheSameSlabs() throws Exception {
    try (SimulatedMachine machine = machine()) {
      CacheId cache = cache(machine);
      machine.alloc(CPU, cache, -1, Gfp.KERNEL);
      NodeState state = machine.node(new NodeId(0));
      int slabs = state.cache(cache).nrSlabs();
      Caller caller = new Caller(CPU, 1);
      ActorSystem<NodeProtocol> node = system(NodeActor.create(state, failures::add));

      NodeProtocol.FreedRun stranger =
          new NodeProtocol.FreedRun(cache, new long[] {60 * 4096}, Call.on(0));
      node.tell(new NodeProtocol.Free(caller, 1001, new NodeProtocol.FreedRun[] {stranger}));
      assertThat(failure()).hasMessageContaining("no object of objects");
      node.tell(
          new NodeProtocol.NewSlab(caller, 1002, cache, 0, Gfp.KERNEL, Watermark.LOW, Call.on(0)));
      node.tell(new NodeProtocol.Free(caller, 1003, new NodeProtocol.FreedRun[] {stranger}));
      assertThat(failure()).hasMessageContaining("no object of objects");
      end(node);

      assertThat(state.cache(cache).nrSlabs()).isEqualTo(slabs + 1);
    }
  }

  @Test
  void aCpuThatFailedHasTheSameFreeListAndItsProgramGoesOn() throws Exception {
    try (SimulatedMachine machine = machine()) {
      CacheId cache = cache(machine);
      machine.alloc(CPU, cache, -1, Gfp.KERNEL);
      Cpu cpu = machine.cpu(CPU);
      int free = cpu.cache(cache).view().free().length;
      CountDownLatch finished = new CountDownLatch(1);
      Program failsOnce =
          new Program() {
            private int steps;

            @Override
            public Step step(Cpu on) {
              if (steps++ == 1) {
                throw new IllegalStateException("planted");
              }
              return steps == 4
                  ? Step.FINISHED
                  : on.alloc(cache, -1, Gfp.KERNEL) > 0 ? Step.DONE : Step.WAITS;
            }

            @Override
            public void completed(Cpu on) {
              throw new AssertionError("nothing waits here");
            }
          };
      ActorSystem<CpuActor.Message> actor = system(CpuActor.create(cpu, 16, failures::add));

      actor.tell(new CpuActor.Start(failsOnce, finished::countDown));
      assertThat(failure()).hasMessage("planted");
      actor.tell(CpuActor.WAKE);
      assertThat(finished.await(20, TimeUnit.SECONDS)).isTrue();
      end(actor);

      assertThat(cpu.cache(cache).view().free()).hasSize(free - 2);
    }
  }
}
