package org.numaslab.coordinator.driver.simulate;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.driver.KernelLog;
import org.numaslab.coordinator.driver.Machine;
import org.numaslab.coordinator.driver.MachineState;
import org.numaslab.coordinator.driver.MessageCounts;
import org.numaslab.coordinator.driver.Natures;
import org.numaslab.coordinator.driver.StuckMachine;
import org.numaslab.coordinator.registry.AttributeWrite.Refused;
import org.numaslab.coordinator.registry.Registry;
import org.numaslab.coordinator.registry.RegistryOutbox;
import org.numaslab.coordinator.registry.TaskRequests;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.cache.CpuOutbox;
import org.numaslab.cpu.client.Program;
import org.numaslab.cpu.client.Turn;
import org.numaslab.cpu.protocol.CpuProtocol;
import org.numaslab.cpu.protocol.CpuReply;
import org.numaslab.cpu.protocol.CpuRequests;
import org.numaslab.cpu.protocol.TaskRequest;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.ObjectConstructor;
import org.numaslab.node.loan.BorderOutbox;
import org.numaslab.node.loan.Borders;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.loan.LoanEvents;
import org.numaslab.node.loan.LoanTimes;
import org.numaslab.node.loan.NodeAnswers;
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

/// A machine in one thread. With instant delivery everything that an operation causes is done
/// before the next one begins; with delayed delivery the seed decides when each message arrives and
/// whose turn it is.
public final class SimulatedMachine implements Machine {
  /// Turns between two grace periods, where pages wait for one.
  private static final int GRACE_PERIOD_TURNS = 4096;

  /// A seed may pick waiting CPUs many times in a row; so often in vain means that nobody can go
  /// on.
  private static final int IDLE_TURNS_PER_CPU_MAX = 1000;

  /// The time at the borders.
  private static final long NOW = 0;

  private final Topology topology;
  private final Memory memory;
  private final Network network;
  private final boolean isInstant;
  private final Schedule schedule;
  private final MessageCounts messages;
  private final KernelLog log = new KernelLog();
  private final MachineState state;
  private final List<NodeState> nodes;
  private final List<Cpu> cpus;
  private final Registry registry;
  private final Program[] programs;
  private final List<Borders> borders = new ArrayList<>();

  private SimulatedMachine(
      Topology topology,
      Memory memory,
      Function<Memory, Natures> nature,
      Network network,
      boolean isInstant,
      Schedule schedule) {
    this.topology = topology;
    this.network = network;
    this.isInstant = isInstant;
    this.schedule = schedule;
    this.memory = memory;
    Natures natures = nature.apply(memory);
    this.messages = new MessageCounts(topology.nodeCount());
    this.programs = new Program[topology.cpuCount()];
    Map<NodeId, NodeAnswers> answers = new HashMap<>();
    MachineState.Begun begun =
        MachineState.begin(
            topology,
            memory,
            natures,
            node -> answers.computeIfAbsent(node, n -> new NodeAnswers(new FromNode(n))),
            FromCpu::new,
            new FromRegistry(),
            log);
    this.state = begun.state();
    this.nodes = state.nodes();
    this.cpus = state.cpus();
    this.registry = begun.registry();
    for (NodeState node : nodes) {
      borders.add(borders(node, Objects.requireNonNull(answers.get(node.id()))));
    }
    for (Borders each : borders) {
      borders.forEach(other -> each.joined(other.me()));
    }
  }

  private Borders borders(NodeState node, NodeAnswers answers) {
    return new Borders(
        new Incarnation(node.id(), 1),
        topology,
        LoanTimes.standard(),
        new FromBorders(),
        LoanEvents.NONE,
        node,
        answers,
        false,
        cache -> node.cache(cache).objects(),
        (cache, of, slabs) -> {}); // they share one table
  }

  /// A member does something at its borders. Time stands still: nothing is ever due later.
  private void at(NodeId member, Consumer<Borders> does) {
    Borders of = borders.get(member.value());
    does.accept(of);
    of.tick(NOW);
  }

  /// Messages arrive at once and in order; nobody but the caller decides what comes next, and
  /// programs run in turn.
  public static SimulatedMachine instant(
      Topology topology, Function<Memory, Natures> nature, long touchedBytesMax) {
    return start(topology, nature, touchedBytesMax, Network.instant(), true, Schedule.inTurn());
  }

  /// Messages arrive at once and in order; programs run one operation at a time.
  ///
  /// @param nextCpu whose operation comes next, given those that still run
  public static SimulatedMachine instant(
      Topology topology,
      Function<Memory, Natures> nature,
      long touchedBytesMax,
      ToIntFunction<BitSet> nextCpu) {
    return start(
        topology, nature, touchedBytesMax, Network.instant(), true, Schedule.exact(nextCpu));
  }

  /// Messages arrive after random times, and CPUs take turns of random lengths.
  public static SimulatedMachine delayed(
      Topology topology,
      Function<Memory, Natures> nature,
      long touchedBytesMax,
      RandomGenerator random) {
    return start(
        topology, nature, touchedBytesMax, Network.delayed(random), false, Schedule.random(random));
  }

  private static SimulatedMachine start(
      Topology topology,
      Function<Memory, Natures> nature,
      long touchedBytesMax,
      Network network,
      boolean isInstant,
      Schedule schedule) {
    Memory memory = Memory.reserve(topology.spanFrames(), touchedBytesMax);
    try {
      return new SimulatedMachine(topology, memory, nature, network, isInstant, schedule);
    } catch (RuntimeException | Error e) {
      memory.close();
      throw e;
    }
  }

  public Cpu cpu(CpuId id) {
    return cpus.get(id.value());
  }

  public NodeState node(NodeId id) {
    return nodes.get(id.value());
  }

  public Registry registry() {
    return registry;
  }

  @Override
  public Topology topology() {
    return topology;
  }

  @Override
  public void ask(TaskRequest request) {
    int from = request.from().value();
    network.send(
        0,
        () ->
            TaskRequests.serve(
                registry, request, reply -> network.send(0, () -> programs[from].answered(reply))));
  }

  /// The schedule gives every cpu turns: nobody sleeps.
  @Override
  public void wake(int cpu) {}

  @Override
  public KernelLog kernelLog() {
    return log;
  }

  @Override
  public MessageCounts messages() {
    return messages;
  }

  @Override
  public MachineState state() {
    return state;
  }

  /// Delivers everything that is under way, and what that causes.
  public void drain() {
    for (Runnable delivery = network.next(); delivery != null; delivery = network.next()) {
      delivery.run();
    }
  }

  /// Allocates and settles.
  ///
  /// @return a physical address or [Cpu#NULL]
  public long alloc(CpuId on, CacheId cache, int wanted, int gfp) {
    Cpu cpu = cpu(on);
    return settle(cpu, cpu.alloc(cache, wanted, gfp));
  }

  public long allocBulk(CpuId on, CacheId cache, int gfp, long[] out, int count) {
    Cpu cpu = cpu(on);
    return settle(cpu, cpu.allocBulk(cache, gfp, out, count));
  }

  public void free(CpuId on, CacheId cache, long object) {
    cpu(on).free(cache, object);
    settle(cpu(on), 0);
  }

  public void freeBulk(CpuId on, CacheId cache, long[] objects) {
    for (int left = objects.length; left > 0; ) {
      left = cpu(on).freeNextRun(cache, objects, left);
      settle(cpu(on), 0);
    }
  }

  private long settle(Cpu cpu, long value) {
    cpu.endTurn();
    drain();
    return value == Cpu.WAIT ? cpu.result() : value;
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
    KmemCache cache = registry.create(request, boot, initOnAlloc, constructor, () -> {});
    drain();
    return cache;
  }

  @Override
  public KmemCache create(
      SharedCache made, boolean initOnAlloc, @Nullable ObjectConstructor constructor) {
    KmemCache cache = registry.create(made, initOnAlloc, constructor, () -> {});
    drain();
    return cache;
  }

  @Override
  public Optional<Refused> write(CacheId cache, String attribute, String text) {
    List<Refused> refused = new ArrayList<>(1);
    registry.write(cache, attribute, text, result -> result.ifPresent(refused::add));
    drain();
    return refused.stream().findFirst();
  }

  @Override
  public int setCpu(CpuId cpu, boolean online) {
    return returned(then -> registry.setCpu(cpu, online, then));
  }

  @Override
  public int setMemory(NodeId node, boolean online) {
    return returned(then -> registry.setMemory(node, online, then));
  }

  private int returned(Consumer<IntConsumer> operation) {
    int[] value = new int[1];
    operation.accept(returned -> value[0] = returned);
    drain();
    return value[0];
  }

  @Override
  public void run(List<? extends Program> byCpu) {
    BitSet running = new BitSet();
    for (int i = 0; i < programs.length; i++) {
      programs[i] = byCpu.get(i);
      running.set(i);
    }
    int idle = 0;
    for (int turns = 1; !running.isEmpty(); turns++) {
      int cpu = schedule.next(running);
      Turn.End end = Turn.run(cpus.get(cpu), programs[cpu], schedule.operations());
      if (end == Turn.End.FINISHED) {
        running.clear(cpu);
      }
      boolean delivered = deliver();
      boolean stuck = end == Turn.End.BLOCKED || end == Turn.End.ANSWER;
      idle = stuck && !delivered ? idle + 1 : 0;
      if (idle > IDLE_TURNS_PER_CPU_MAX * programs.length) {
        Map<Integer, String> waiting = new TreeMap<>();
        running.stream().forEach(at -> waiting.put(at, programs[at].waitsFor()));
        throw new StuckMachine(waiting);
      }
      if (turns % GRACE_PERIOD_TURNS == 0) {
        endGracePeriod();
      }
    }
    drain();
    endGracePeriod();
    drain();
  }

  /// Delivers all that is under way, or with delays the next message.
  private boolean deliver() {
    if (isInstant) {
      boolean any = !network.isEmpty();
      drain();
      return any;
    }
    Runnable delivery = network.next();
    if (delivery != null) {
      delivery.run();
    }
    return delivery != null;
  }

  private void endGracePeriod() {
    if (registry.isIdle() && nodes.stream().anyMatch(node -> node.waitingForGracePeriod() > 0)) {
      registry.gracePeriod(() -> {});
    }
  }

  private void complete(Cpu cpu) {
    Program program = programs[cpu.id().value()];
    if (program != null) {
      program.completed(cpu);
    }
  }

  /// Sends a node's answers.
  private final class FromNode implements NodeOutbox {
    private final NodeId node;

    FromNode(NodeId node) {
      this.node = node;
    }

    @Override
    public void answer(CpuId to, NodeReply reply) {
      network.send(
          topology.distance(node, topology.nodeOf(to)),
          () -> SimulatedMachine.this.deliver(to, reply));
    }

    @Override
    public void answerRegistry(RegistryReply reply) {
      network.send(0, () -> registry.receive(reply));
    }
  }

  /// Does what the borders of a member decide. Nobody is ever lost, and no lease runs out.
  private final class FromBorders implements BorderOutbox {
    @Override
    public void send(Frame frame) {
      network.send(
          topology.distance(frame.from().node(), frame.to().node()),
          () -> at(frame.to().node(), borders -> borders.receive(frame, NOW)));
    }

    @Override
    public void answer(CpuId cpu, NodeReply reply) {
      network.send(0, () -> SimulatedMachine.this.deliver(cpu, reply));
    }

    @Override
    public void granted(CpuId cpu, Incarnation home, long sequence) {
      network.send(
          0,
          () ->
              at(
                  topology.nodeOf(cpu),
                  borders ->
                      SimulatedMachine.this.deliver(
                          cpu, Objects.requireNonNull(borders.take(home, sequence, NOW)))));
    }

    @Override
    public void deliver(Frame.HandOff handOff, Incarnation home) {
      throw new IllegalStateException("tasks of this machine share their objects");
    }

    @Override
    public void handedOff(long token, boolean isTaken) {
      throw new IllegalStateException("tasks of this machine share their objects");
    }

    @Override
    public void giveBack(NodeId home) {
      throw new IllegalStateException("a lease has run out");
    }

    @Override
    public void forget(Incarnation home) {
      throw new IllegalStateException(home + " is gone");
    }

    @Override
    public void end() {
      throw new IllegalStateException("a member was removed");
    }
  }

  private void deliver(CpuId to, NodeReply reply) {
    if (cpu(to).receive(reply)) {
      complete(cpu(to));
    }
  }

  /// Sends a cpu's requests.
  private final class FromCpu implements CpuOutbox {
    private final CpuId cpu;
    private final NodeId home;

    FromCpu(CpuId cpu) {
      this.cpu = cpu;
      this.home = topology.nodeOf(cpu);
    }

    @Override
    public void toNode(NodeId node, NodeProtocol.FromCpu message) {
      messages.add(home.value(), node.value(), message);
      if (node.equals(home)) {
        network.send(topology.distance(home, node), () -> node(node).receive(message));
      } else {
        at(home, borders -> borders.ask(borders.member(node), message, NOW));
      }
    }

    @Override
    public void done(long token) {
      network.send(0, () -> registry.receive(new CpuReply(token, cpu)));
    }
  }

  /// Sends what the registry asks.
  private final class FromRegistry implements RegistryOutbox {
    @Override
    public void toNode(NodeId node, NodeProtocol.FromRegistry message) {
      network.send(0, () -> node(node).receive(message));
    }

    @Override
    public void toCpu(CpuId cpu, CpuProtocol message) {
      network.send(0, () -> CpuRequests.serve(cpu(cpu), message));
    }
  }

  @Override
  public void close() {
    try {
      state.requireNoLeak();
    } finally {
      memory.close();
    }
  }
}
