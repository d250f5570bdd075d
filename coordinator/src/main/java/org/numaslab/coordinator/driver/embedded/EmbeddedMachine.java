package org.numaslab.coordinator.driver.embedded;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.actor.RegistryActor;
import org.numaslab.coordinator.driver.KernelLog;
import org.numaslab.coordinator.driver.Machine;
import org.numaslab.coordinator.driver.MachineState;
import org.numaslab.coordinator.driver.MessageCounts;
import org.numaslab.coordinator.driver.Natures;
import org.numaslab.coordinator.registry.AttributeWrite.Refused;
import org.numaslab.coordinator.registry.Registry;
import org.numaslab.coordinator.registry.RegistryOutbox;
import org.numaslab.coordinator.registry.TaskRequests;
import org.numaslab.cpu.actor.CpuActor;
import org.numaslab.cpu.actor.CpuActor.Standing;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.cache.CpuOutbox;
import org.numaslab.cpu.client.Program;
import org.numaslab.cpu.protocol.CpuProtocol;
import org.numaslab.cpu.protocol.CpuReply;
import org.numaslab.cpu.protocol.TaskRequest;
import org.numaslab.node.actor.NodeActor;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.ObjectConstructor;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.protocol.NodeOutbox;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.protocol.NodeState;
import org.numaslab.node.protocol.RegistryReply;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SharedCache;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// A machine of actors in one JVM, driven by the wall clock.
///
/// The calling thread starts operations and waits for them; it looks at the state machines only
/// while nothing is under way.
public final class EmbeddedMachine implements Machine {
  /// One dispatcher for all actors. A cpu's message is a turn of hundreds of operations: few of
  /// them in a row, or the nodes would wait.
  @SuppressWarnings("InlineFormatString")
  private static final String CONFIG =
      """
      pekko {
        log-dead-letters = off
        jvm-exit-on-fatal-error = off
        jvm-shutdown-hooks = off
        coordinated-shutdown.run-by-jvm-shutdown-hook = off
        actor.default-dispatcher {
          type = Dispatcher
          executor = fork-join-executor
          fork-join-executor { parallelism-min = %1$d, parallelism-max = %1$d }
          throughput = 8
        }
        actor.internal-dispatcher = pekko.actor.default-dispatcher
      }
      """;

  private static final Duration GRACE_PERIOD = Duration.ofMillis(100);
  private static final Duration SHUTDOWN_MAX = Duration.ofSeconds(20);

  private final Topology topology;
  private final Memory memory;
  private final MessageCounts messages;
  private final KernelLog log = new KernelLog();
  private final long bootNanos = System.nanoTime();
  private final MachineState state;
  private final List<NodeState> nodes;
  private final List<Cpu> cpus;
  private final Registry registry;
  private final List<ActorRef<NodeProtocol>> nodeActors = new ArrayList<>();
  private final List<ActorRef<CpuActor.Message>> cpuActors = new ArrayList<>();
  private final CompletableFuture<ActorRef<RegistryActor.Message>> registryActor =
      new CompletableFuture<>();
  private final CompletableFuture<Object> failure = new CompletableFuture<>();
  private final ActorSystem<Void> system;

  private EmbeddedMachine(
      Topology topology, Memory memory, Function<Memory, Natures> nature, int operations) {
    this.topology = topology;
    this.memory = memory;
    this.messages = new MessageCounts(topology.nodeCount());
    Natures natures = nature.apply(memory);
    MachineState.Begun begun =
        MachineState.begin(
            topology,
            memory,
            natures,
            node -> new FromNode(),
            FromCpu::new,
            new FromRegistry(),
            log);
    this.state = begun.state();
    this.nodes = state.nodes();
    this.cpus = state.cpus();
    this.registry = begun.registry();
    this.system = ActorSystem.create(guardian(operations), "numaslab", config());
    registryActor.join();
  }

  /// Starts a machine.
  ///
  /// @param nature given the machine's memory
  /// @param operations per turn of a cpu
  public static EmbeddedMachine start(
      Topology topology, Function<Memory, Natures> nature, long touchedBytesMax, int operations) {
    Memory memory = Memory.reserve(topology.spanFrames(), touchedBytesMax);
    try {
      return new EmbeddedMachine(topology, memory, nature, operations);
    } catch (RuntimeException | Error e) {
      memory.close();
      throw e;
    }
  }

  /// What the actors run on.
  public static Config config() {
    int cores = Math.max(2, Runtime.getRuntime().availableProcessors());
    return ConfigFactory.parseString(CONFIG.formatted(cores))
        .withFallback(ConfigFactory.defaultReference())
        .resolve();
  }

  private Behavior<Void> guardian(int operations) {
    return Behaviors.setup(context -> {
      for (NodeState node : nodes) {
        nodeActors.add(
            context.spawn(
                NodeActor.create(node, failure::completeExceptionally),
                "node-" + node.id().value()));
      }
      for (Cpu cpu : cpus) {
        cpuActors.add(
            context.spawn(
                CpuActor.create(cpu, operations, failure::completeExceptionally),
                "cpu-" + cpu.id().value()));
      }
      registryActor.complete(
          context.spawn(
              RegistryActor.create(registry, failure::completeExceptionally), "registry"));
      return Behaviors.empty();
    });
  }

  @Override
  public void boots(GeometryOptions boot, boolean initOnAlloc) {
    registry.boots(boot, initOnAlloc);
  }

  @Override
  public KmemCache create(
      CacheRequest request,
      GeometryOptions boot,
      boolean initOnAlloc,
      @Nullable ObjectConstructor constructor) {
    return create((r, then) -> r.create(request, boot, initOnAlloc, constructor, then));
  }

  @Override
  public KmemCache create(
      SharedCache made, boolean initOnAlloc, @Nullable ObjectConstructor constructor) {
    return create((r, then) -> r.create(made, initOnAlloc, constructor, then));
  }

  private KmemCache create(BiFunction<Registry, Runnable, KmemCache> how) {
    CompletableFuture<KmemCache> created = new CompletableFuture<>();
    KmemCache[] cache = new KmemCache[1];
    ask(r -> cache[0] = how.apply(r, () -> created.complete(cache[0])));
    return await(created);
  }

  @Override
  public Optional<Refused> write(CacheId cache, String attribute, String text) {
    CompletableFuture<Optional<Refused>> written = new CompletableFuture<>();
    ask(r -> r.write(cache, attribute, text, written::complete));
    return await(written);
  }

  @Override
  public int setCpu(CpuId cpu, boolean online) {
    CompletableFuture<Integer> returned = new CompletableFuture<>();
    ask(r -> r.setCpu(cpu, online, returned::complete));
    return await(returned);
  }

  @Override
  public int setMemory(NodeId node, boolean online) {
    CompletableFuture<Integer> returned = new CompletableFuture<>();
    ask(r -> r.setMemory(node, online, returned::complete));
    return await(returned);
  }

  @Override
  public void run(List<? extends Program> byCpu) {
    CompletableFuture<Void> finished = new CompletableFuture<>();
    AtomicInteger running = new AtomicInteger(byCpu.size());
    Runnable atEnd =
        () -> {
          if (running.decrementAndGet() == 0) {
            finished.complete(null);
          }
        };
    // From an actor: a busy fork-join worker looks at what comes from outside only when it has
    // nothing of its own left.
    ask(r -> {
      for (int i = 0; i < byCpu.size(); i++) {
        cpuActors.get(i).tell(new CpuActor.Start(byCpu.get(i), atEnd));
      }
    });
    StallCheck stall = new StallCheck();
    while (!isDoneWithin(finished, GRACE_PERIOD)) {
      // Not waited for: a reader may keep it from ending.
      ask(r -> startGracePeriod(r, () -> {}));
      stall.refuse(standings());
    }
    endGracePeriod();
  }

  /// How each cpu's program stands, asked behind all that was asked of the registry before.
  private List<Standing> standings() {
    List<CompletableFuture<Standing>> answers =
        cpus.stream().map(cpu -> new CompletableFuture<Standing>()).toList();
    ask(r -> {
      for (int i = 0; i < answers.size(); i++) {
        cpuActors.get(i).tell(new CpuActor.Report(answers.get(i)::complete));
      }
    });
    return answers.stream().map(this::await).toList();
  }

  private void endGracePeriod() {
    CompletableFuture<Boolean> ended = new CompletableFuture<>();
    ask(r -> startGracePeriod(r, () -> ended.complete(true)));
    await(ended);
  }

  private static void startGracePeriod(Registry registry, Runnable then) {
    if (registry.caches().stream().anyMatch(KmemCache::isTypesafeByRcu)) {
      registry.gracePeriod(then);
    } else {
      then.run();
    }
  }

  private void ask(Consumer<Registry> operation) {
    registryActor.join().tell(new RegistryActor.Do(operation));
  }

  private boolean isDoneWithin(CompletableFuture<?> wanted, Duration limit) {
    try {
      // The failure first: where both are there already, it counts.
      CompletableFuture.anyOf(failure, wanted).get(limit.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw rethrown(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the machine runs", e);
    }
  }

  private <T> T await(CompletableFuture<T> wanted) {
    while (!isDoneWithin(wanted, SHUTDOWN_MAX)) {
      // A busy real machine may take its time; a failure ends the wait.
    }
    return wanted.join();
  }

  private static RuntimeException rethrown(ExecutionException e) {
    Throwable cause = e.getCause();
    if (cause instanceof RuntimeException runtime) {
      return runtime;
    }
    if (cause instanceof Error error) {
      throw error;
    }
    return new IllegalStateException(cause);
  }

  @Override
  public Topology topology() {
    return topology;
  }

  @Override
  public void ask(TaskRequest request) {
    ActorRef<CpuActor.Message> from = cpuActors.get(request.from().value());
    ask(r -> TaskRequests.serve(r, request, reply -> from.tell(new CpuActor.Told(reply))));
  }

  @Override
  public void wake(int cpu) {
    cpuActors.get(cpu).tell(CpuActor.WAKE);
  }

  @Override
  public MachineState state() {
    return state;
  }

  @Override
  public long uptimeNanos() {
    return System.nanoTime() - bootNanos;
  }

  @Override
  public KernelLog kernelLog() {
    return log;
  }

  @Override
  public MessageCounts messages() {
    return messages;
  }

  @Override
  public void close() {
    system.terminate();
    boolean interrupted = Thread.interrupted();
    long deadline = System.nanoTime() + SHUTDOWN_MAX.toNanos();
    while (true) {
      try {
        system
            .getWhenTerminated()
            .toCompletableFuture()
            .get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        break;
      } catch (ExecutionException | TimeoutException e) {
        throw new IllegalStateException("the actors did not stop", e);
      } catch (InterruptedException e) {
        // Memory that an actor may still touch must not become another machine's.
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    try {
      state.requireNoLeak();
    } finally {
      memory.close();
    }
  }

  /// Sends a node's answers.
  private final class FromNode implements NodeOutbox {
    @Override
    public void answer(CpuId to, NodeReply reply) {
      cpuActors.get(to.value()).tell(new CpuActor.Answer(reply));
    }

    @Override
    public void answerRegistry(RegistryReply reply) {
      registryActor.join().tell(new RegistryActor.NodeAnswer(reply));
    }
  }

  /// Sends a cpu's requests.
  private final class FromCpu implements CpuOutbox {
    private final CpuId cpu;
    private final int home;

    FromCpu(CpuId cpu) {
      this.cpu = cpu;
      this.home = topology.nodeOf(cpu).value();
    }

    @Override
    public void toNode(NodeId node, NodeProtocol.FromCpu message) {
      messages.add(home, node.value(), message);
      nodeActors.get(node.value()).tell(message);
    }

    @Override
    public void done(long token) {
      registryActor.join().tell(new RegistryActor.CpuAnswer(new CpuReply(token, cpu)));
    }
  }

  /// Sends what the registry asks.
  private final class FromRegistry implements RegistryOutbox {
    @Override
    public void toNode(NodeId node, NodeProtocol.FromRegistry message) {
      nodeActors.get(node.value()).tell(message);
    }

    @Override
    public void toCpu(CpuId cpu, CpuProtocol message) {
      cpuActors.get(cpu.value()).tell(new CpuActor.Asked(message));
    }
  }
}
