package org.numaslab.coordinator.driver.cluster;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.driver.KernelLog;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.Machine;
import org.numaslab.coordinator.driver.MachineState;
import org.numaslab.coordinator.driver.MemberHost;
import org.numaslab.coordinator.driver.MemberTask;
import org.numaslab.coordinator.driver.MessageCounts;
import org.numaslab.coordinator.registry.AttributeWrite.Refused;
import org.numaslab.coordinator.registry.CacheRecord;
import org.numaslab.coordinator.registry.CacheView;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.client.Program;
import org.numaslab.cpu.protocol.TaskRequest;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.ObjectConstructor;
import org.numaslab.node.protocol.NodeState;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SharedCache;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.EnvironmentFailure;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// One process's part of a machine, as a machine: its topology is the whole one, its state what is
/// here.
///
/// Programs run on the CPUs that are here. What has run to its end here still serves the others:
/// close it when all are at their ends.
///
/// Caches are made, and files are written, by the registry, which is in the coordinator's process:
/// here is known what it has told.
///
/// The calling thread starts programs and waits for them.
public final class ClusterPart implements Machine {
  private final ClusterMachine here;
  private final Map<NodeId, ClusterMember> members =
      new TreeMap<>(Comparator.comparingInt(NodeId::value));
  private final MachineState state;
  private final long bootNanos = System.nanoTime();

  /// @param here is closed with it
  public ClusterPart(ClusterMachine here) {
    this.here = here;
    here.members().forEach(member -> members.put(member.me().node(), member));
    List<NodeState> nodes = new ArrayList<>();
    List<Cpu> cpus = new ArrayList<>();
    for (ClusterMember member : members.values()) {
      member.look(at -> {
        nodes.add(at.node());
        cpus.addAll(at.cpus());
      });
    }
    cpus.sort(Comparator.comparingInt(cpu -> cpu.id().value()));
    this.state =
        new MachineState(
            topology(), here.part().memory(), List.copyOf(nodes), List.copyOf(cpus), new Told());
  }

  /// What draws for it.
  public LiveNatures natures() {
    return here.part().natures();
  }

  /// The member that a cpu is of.
  public MemberHost hostOf(CpuId cpu) {
    return member(cpu).host();
  }

  private ClusterMember member(CpuId cpu) {
    return Objects.requireNonNull(members.get(topology().nodeOf(cpu)), () -> cpu + " is elsewhere");
  }

  /// Whether a cpu is here.
  public boolean has(CpuId cpu) {
    return members.containsKey(topology().nodeOf(cpu));
  }

  // ---- what the registry tells

  /// Whether the registry has told all members that are here what exists, and so many caches.
  public boolean isTold(int caches) {
    return members.values().stream()
        .allMatch(member -> member.hasBegun() && member.known().size() >= caches);
  }

  /// What the registry has told last.
  private final class Told implements CacheView {
    private List<CacheRecord> all() {
      return members.values().iterator().next().known();
    }

    @Override
    public List<KmemCache> caches() {
      return all().stream().map(CacheRecord::cache).toList();
    }

    @Override
    public KmemCache cache(CacheId id) {
      return all().get(id.value()).cache();
    }

    @Override
    public SharedCache shared(CacheId id) {
      return all().get(id.value()).shared();
    }

    @Override
    public boolean isOnline(CpuId cpu) {
      return ClusterPart.this.isOnline(cpu);
    }
  }

  private static IllegalStateException elsewhere() {
    return new IllegalStateException("the registry is in the coordinator's process");
  }

  @Override
  public void boots(GeometryOptions boot, boolean initOnAlloc) {
    throw elsewhere();
  }

  @Override
  public KmemCache create(
      CacheRequest request,
      GeometryOptions boot,
      boolean initOnAlloc,
      @Nullable ObjectConstructor constructor) {
    throw elsewhere();
  }

  @Override
  public KmemCache create(
      SharedCache made, boolean initOnAlloc, @Nullable ObjectConstructor constructor) {
    throw elsewhere();
  }

  @Override
  public Optional<Refused> write(CacheId cache, String attribute, String text) {
    throw elsewhere();
  }

  @Override
  public int setCpu(CpuId cpu, boolean online) {
    throw elsewhere();
  }

  @Override
  public int setMemory(NodeId node, boolean online) {
    throw elsewhere();
  }

  // ---- programs

  /// Says what will run, before anybody else runs: from then on others may pass objects on to it.
  ///
  /// @param byCpu as [#run] takes them
  public void expect(List<? extends MemberTask> byCpu) {
    for (int i = 0; i < byCpu.size(); i++) {
      CpuId cpu = state.cpus().get(i).id();
      member(cpu).expect(cpu, byCpu.get(i));
    }
  }

  /// Programs that wait for others wait for as long as those are there.
  @Override
  public void run(List<? extends Program> byCpu) {
    CompletableFuture<Void> finished = new CompletableFuture<>();
    AtomicInteger running = new AtomicInteger(byCpu.size());
    for (int i = 0; i < byCpu.size(); i++) {
      CpuId cpu = state.cpus().get(i).id();
      AtomicBoolean isRunning = new AtomicBoolean(true);
      Runnable atEnd =
          () -> {
            if (isRunning.getAndSet(false) && running.decrementAndGet() == 0) {
              finished.complete(null);
            }
          };
      member(cpu).start(cpu, byCpu.get(i), atEnd);
    }
    if (byCpu.isEmpty()) {
      finished.complete(null);
    }
    await(finished);
  }

  /// A busy real machine may take its time; a failure ends the wait.
  ///
  /// @throws EnvironmentFailure when this process is no member any more
  private void await(CompletableFuture<?> wanted) {
    ClusterSystem process = here.process();
    try {
      CompletableFuture.anyOf(here.failure(), process.ended(), wanted).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the machine runs", e);
    }
    Throwable failure = here.failure().getNow(null);
    switch (failure) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(failure);
    }
    if (process.ended().isDone() && !wanted.isDone()) {
      throw new EnvironmentFailure("this process is no member of the cluster any more");
    }
    wanted.join();
  }

  // ---- for its tasks

  @Override
  public Topology topology() {
    return here.part().topology();
  }

  @Override
  public void ask(TaskRequest request) {
    throw elsewhere();
  }

  @Override
  public void wake(int cpu) {
    CpuId id = new CpuId(cpu);
    member(id).host().wake(id);
  }

  @Override
  public boolean isOnline(CpuId cpu) {
    return !has(cpu) || state.cpu(cpu).isOnline();
  }

  @Override
  public long uptimeNanos() {
    return System.nanoTime() - bootNanos;
  }

  // ---- state

  /// What is here. Borders may still be at work: what has to be seen at one moment is looked at by
  /// [#atRest].
  @Override
  public MachineState state() {
    return state;
  }

  @Override
  public void atRest(Consumer<MachineState> at) {
    atRest(List.copyOf(members.values()), at);
  }

  private void atRest(List<ClusterMember> open, Consumer<MachineState> at) {
    if (open.isEmpty()) {
      at.accept(state);
    } else {
      // Only here one gate is passed within another, in the order of the nodes.
      open.getFirst().look(member -> atRest(open.subList(1, open.size()), at));
    }
  }

  /// Whether nothing is open at its borders and no cpu waits.
  public boolean isQuiet() {
    return members.values().stream().allMatch(ClusterMember::isQuiet);
  }

  @Override
  public MessageCounts messages() {
    return here.part().messages();
  }

  @Override
  public KernelLog kernelLog() {
    return here.part().log();
  }

  @Override
  public void close() {
    here.close();
  }
}
