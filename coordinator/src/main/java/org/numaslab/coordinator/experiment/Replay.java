package org.numaslab.coordinator.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.driver.cluster.ClusterPart;
import org.numaslab.coordinator.experiment.ReplaySettings.Order;
import org.numaslab.coordinator.registry.RunCaches;
import org.numaslab.coordinator.topologies.KernelDirectory;
import org.numaslab.coordinator.topologies.RecordedCache;
import org.numaslab.coordinator.trace.Trace;
import org.numaslab.coordinator.trace.TraceCache;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.client.Program;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.SharedCache;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.Topology;

/// A trace on a machine.
public final class Replay extends Experiment {
  private static final String DEFRAG_RATIO = "remote_node_defrag_ratio";

  private final Topology topology;
  private final Trace trace;
  private final ReplaySettings settings;
  private final List<ReplayProgram> programs = new ArrayList<>();
  private final SlotTable slots;
  private final @Nullable SlotRoutes routes;
  private final FirstRound firstRound;
  private final @Nullable TraceOrder order;
  private final CacheModels models;
  private final @Nullable WarmStart warm;

  /// Builds the machine and its caches.
  ///
  /// @param kernel the traced kernel's folder, null when there is none
  public Replay(
      Topology topology, @Nullable KernelDirectory kernel, Trace trace, ReplaySettings settings) {
    this(null, topology, kernel, trace, settings);
  }

  /// Builds this process's part: the caches of all, the programs of its CPUs. The order is causal.
  ///
  /// @param part is closed with it; made of the same settings as this
  public Replay(
      ClusterPart part, @Nullable KernelDirectory kernel, Trace trace, ReplaySettings settings) {
    this(part, part.topology(), kernel, trace, settings.withOrder(Order.CAUSAL));
  }

  private Replay(
      @Nullable ClusterPart part,
      Topology topology,
      @Nullable KernelDirectory kernel,
      Trace trace,
      ReplaySettings settings) {
    trace.requireCpus(topology.cpuCount());
    TraceOrder exact =
        settings.order() == Order.EXACT
            ? new TraceOrder(trace, total(topology, trace, settings))
            : null;
    super(part, topology, kernel == null ? List.of() : kernel.zones(), settings, exact);
    this.routes = part == null ? null : new SlotRoutes(trace, topology);
    this.order = exact;
    if (exact != null) {
      exact.wakeBy(machine()::wake);
    }
    this.topology = topology;
    this.trace = trace;
    this.settings = settings;
    this.models = new CacheModels(kernel, topology.cpuCount(), settings.slubDebug());
    this.slots = new SlotTable(trace.slotCount(), machine()::wake);
    this.firstRound = new FirstRound(busyCpus(), System::nanoTime, this::done);
    try {
      addCaches(caches(models, trace, settings));
      prepare(part, kernel);
      this.warm =
          kernel == null || settings.cold()
              ? null
              : new WarmStart(trace, kernel, caches(), topology.cpuCount());
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /// What the machine had before counts for nothing: counters and messages begin with the trace.
  @Override
  void warmUp() {
    if (warm != null) {
      List<Program> programs = warm.programs();
      machine().run(cpus().map(cpu -> programs.get(cpu.value())).toList());
      machine()
          .atRest(state ->
              state.cpus().forEach(cpu -> caches().forEach(c -> cpu.cache(c.id()).clearStats())));
      machine().messages().clear();
    }
  }

  /// The caches that a replay of this trace has.
  public static RunCaches caches(
      Topology topology, @Nullable KernelDirectory kernel, Trace trace, ReplaySettings settings) {
    return caches(
        new CacheModels(kernel, topology.cpuCount(), settings.slubDebug()), trace, settings);
  }

  private static RunCaches caches(CacheModels models, Trace trace, ReplaySettings settings) {
    List<SharedCache> made = new ArrayList<>();
    List<RunCaches.Write> recorded = new ArrayList<>();
    for (TraceCache traced : trace.caches()) {
      int number = made.size();
      made.add(models.shared(traced));
      models
          .recorded(traced)
          .map(RecordedCache::remoteNodeDefragRatio)
          .filter(percent -> percent != KmemCache.REMOTE_NODE_DEFRAG_RATIO_DEFAULT / 10)
          .map(percent -> new RunCaches.Write(number, DEFRAG_RATIO, percent.toString()))
          .ifPresent(recorded::add);
    }
    return new RunCaches(made, settings.initOnAlloc(), settings.seed(), recorded, List.of());
  }

  private void prepare(@Nullable ClusterPart part, @Nullable KernelDirectory kernel) {
    CacheId[] ids = caches().stream().map(KmemCache::id).toArray(CacheId[]::new);
    short[] homes = recordedHomes(kernel);
    SlotRoutes known = routes;
    cpus()
        .forEach(cpu -> {
          ReplayProgram.Parts parts =
              new ReplayProgram.Parts(
                  trace.operations(cpu.value()),
                  trace.cursor(cpu.value(), settings.rounds()),
                  ids,
                  slots,
                  homes,
                  topology,
                  new ReplayTally(topology.nodeCount(), ids.length),
                  clock(),
                  order,
                  calls(),
                  trace::bytesRequested,
                  firstRound);
          programs.add(
              part == null || known == null
                  ? new ReplayProgram(topology.nodeOf(cpu).value(), parts)
                  : new MemberReplay(part.hostOf(cpu), cpu, known, settings.rounds(), parts));
        });
  }

  /// The CPUs that are here.
  private Stream<CpuId> cpus() {
    return machine().state().cpus().stream().map(Cpu::id);
  }

  /// CPUs that do something in a round.
  private int busyCpus() {
    return (int) cpus().filter(cpu -> trace.operations(cpu.value()).roundSize() > 0).count();
  }

  /// A little less than was done: what CPUs have done is known to their last 256 operations.
  @Override
  public Part afterFirstRound() {
    if (!hasClock() || settings.rounds() == 1 || !firstRound.isOver()) {
      return Part.NONE;
    }
    long late = (long) programs.size() * CountedProgram.PUBLISHED_EACH;
    long operations = done() - firstRound.operations() - late;
    return operations <= 0 ? Part.NONE : new Part(operations, endNanos() - firstRound.nanos());
  }

  private short[] recordedHomes(@Nullable KernelDirectory kernel) {
    short[] homes = new short[trace.slotCount()];
    for (int slot = 0; slot < homes.length; slot++) {
      if (trace.isInferred(slot)) {
        homes[slot] = ReplayTally.INFERRED;
      } else if (kernel == null) {
        homes[slot] = ReplayTally.NOT_KNOWN;
      } else {
        homes[slot] = (short) kernel.nodeIndexOfPointer(trace.recordedPointer(slot));
      }
    }
    return homes;
  }

  @Override
  List<ReplayProgram> programs() {
    return programs;
  }

  @Override
  public long total() {
    return cpus().mapToLong(cpu -> trace.operations(cpu.value(), settings.rounds())).sum();
  }

  private static long total(Topology topology, Trace trace, ReplaySettings settings) {
    long total = 0;
    for (int cpu = 0; cpu < topology.cpuCount(); cpu++) {
      total += trace.operations(cpu, settings.rounds());
    }
    return total;
  }

  @Override
  void hold(Held held) {
    programs.forEach(program -> program.hold(held));
  }

  /// What the traced kernel's folder says of a cache, by the trace's cache index.
  @Override
  public Optional<RecordedCache> recorded(int cache) {
    return models.recorded(trace.caches().get(cache));
  }

  public SlotTable slots() {
    return slots;
  }

  /// What had to be assumed of the caches, and of what the machine had before.
  @Override
  public String callSite(int number) {
    return trace.callSite(number);
  }

  @Override
  public List<String> assumed() {
    List<String> assumed = new ArrayList<>(models.assumed());
    assumed.addAll(assumedOfZones());
    if (warm != null) {
      assumed.add(
          "warm start: "
              + warm.slabs()
              + " slabs that cpus had before the trace, on the nodes that their first pointers name");
    }
    return assumed;
  }
}
