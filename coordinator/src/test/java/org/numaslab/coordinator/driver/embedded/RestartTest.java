package org.numaslab.coordinator.driver.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
import org.numaslab.cpu.cache.CpuOutbox;
import org.numaslab.cpu.client.Program;
import org.numaslab.node.actor.NodeActor;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.buddy.Watermark;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.PartialCounts;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.protocol.Caller;
import org.numaslab.node.protocol.NodeOutbox;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.protocol.NodeState;
import org.numaslab.node.protocol.RegistryReply;
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
  private static final CacheId CACHE = new CacheId(0);

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

  private static void end(ActorSystem<?> system) {
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
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
          new NodeProtocol.FreedRun(cache, new long[] {60 * 4096}, Call.on(0), true);
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

  /// A cpu whose shell can fail, and its node, which answers at once.
  private final class Failing implements AutoCloseable {
    final Memory memory = Memory.reserve(TOPOLOGY.spanFrames(), TOPOLOGY.spanFrames() * 4096);
    final Set<Integer> failingSends = new HashSet<>();
    final Cpu cpu;
    final ActorSystem<CpuActor.Message> actor;
    private int sends;

    Failing() {
      LiveNatures natures = new LiveNatures(TOPOLOGY, memory, 1, RemoteDraw.WON);
      PartialCounts counts = new PartialCounts(1);
      NodeState node =
          new NodeState(
              new NodeId(0),
              memory,
              natures.ofNode(new NodeId(0)),
              counts,
              id -> true,
              new NodeOutbox() {
                @Override
                public void answer(CpuId to, NodeReply reply) {
                  actor.tell(new CpuActor.Answer(reply));
                }

                @Override
                public void answerRegistry(RegistryReply reply) {}
              },
              message -> {});
      cpu =
          new Cpu(
              CPU,
              1,
              TOPOLOGY,
              memory,
              counts,
              natures.ofCpu(CPU),
              new CpuOutbox() {
                @Override
                public void toNode(NodeId to, NodeProtocol.FromCpu message) {
                  if (failingSends.contains(++sends)) {
                    throw new IllegalStateException("planted");
                  }
                  node.receive(message);
                }

                @Override
                public void done(long token) {}
              });
      CacheGeometry geometry =
          CacheGeometry.of(
              new CacheRequest("objects", 1024, 8, 0, false), GeometryOptions.forCpus(1));
      counts.add(CACHE);
      KmemCache cache =
          KmemCache.created(CACHE, "objects", geometry, natures.ofNode(new NodeId(0)), false, null);
      node.receive(new NodeProtocol.Describe(0, cache));
      cpu.describe(cache);
      actor = system(CpuActor.create(cpu, 16, failures::add));
    }

    @Override
    public void close() {
      end(actor);
      memory.close();
    }
  }

  /// Allocates so many objects, and goes on with the next one where an operation is cut.
  private static final class Allocates implements Program {
    final Set<Long> objects = new HashSet<>();
    private int left;

    Allocates(int objects) {
      this.left = objects;
    }

    @Override
    public Step step(Cpu on) {
      if (left-- == 0) {
        return Step.FINISHED;
      }
      long object = on.alloc(CACHE, -1, Gfp.KERNEL);
      if (object == Cpu.WAIT) {
        return Step.WAITS;
      }
      objects.add(object);
      return Step.DONE;
    }

    @Override
    public void completed(Cpu on) {
      objects.add(on.result());
    }

    @Override
    public boolean goesOnAfterCut() {
      return true;
    }
  }

  @Test
  void aCpuThatCannotSendStartsAgainAndItsProgramGoesOn() throws Exception {
    try (Failing failing = new Failing()) {
      failing.failingSends.addAll(List.of(1, 3));
      Allocates program = new Allocates(20);
      CountDownLatch finished = new CountDownLatch(1);
      failing.actor.tell(new CpuActor.Start(program, finished::countDown));
      assertThat(finished.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(failures).isEmpty();
      assertThat(program.objects).as("two were cut").hasSize(18);
    }
  }

  @Test
  void aCpuThatCannotSendAgainAndAgainGoesOffLine() throws Exception {
    try (Failing failing = new Failing()) {
      failing.failingSends.addAll(List.of(1, 3, 5, 7));
      failing.actor.tell(new CpuActor.Start(new Allocates(80), () -> {}));
      assertThat(failure()).hasMessage("planted");
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
