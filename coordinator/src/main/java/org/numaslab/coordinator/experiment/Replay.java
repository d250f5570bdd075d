package org.numaslab.coordinator.experiment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.audit.MachineDump;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.Machine;
import org.numaslab.coordinator.driver.Natures;
import org.numaslab.coordinator.driver.embedded.EmbeddedMachine;
import org.numaslab.coordinator.driver.simulate.SimulatedMachine;
import org.numaslab.coordinator.experiment.ReplaySettings.Driver;
import org.numaslab.coordinator.experiment.ReplaySettings.Order;
import org.numaslab.coordinator.topologies.KernelDirectory;
import org.numaslab.coordinator.topologies.RecordedCache;
import org.numaslab.coordinator.trace.CpuOperations;
import org.numaslab.coordinator.trace.Trace;
import org.numaslab.coordinator.trace.TraceCache;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.Topology;

/// A trace on a machine: prepared, run once, looked at, closed.
public final class Replay implements AutoCloseable {
  private final Topology topology;
  private final Trace trace;
  private final ReplaySettings settings;
  private final LiveNatures natures;
  private final Machine machine;
  private final List<KmemCache> caches = new ArrayList<>();
  private final List<ReplayProgram> programs = new ArrayList<>();
  private final SlotTable slots;
  private final @Nullable TraceOrder order;
  private final CacheModels models;
  private final @Nullable WarmStart warm;
  private long elapsedNanos;

  /// Builds the machine and its caches.
  ///
  /// @param kernel the traced kernel's folder, null when there is none
  public Replay(
      Topology topology, @Nullable KernelDirectory kernel, Trace trace, ReplaySettings settings) {
    trace.requireCpus(topology.cpuCount());
    this.topology = topology;
    this.trace = trace;
    this.settings = settings;
    this.models = new CacheModels(kernel, topology.cpuCount());
    LiveNatures[] made = new LiveNatures[1];
    this.machine =
        machine(memory ->
            made[0] = new LiveNatures(topology, memory, settings.seed(), settings.remoteDraw()));
    this.natures = made[0];
    this.slots = new SlotTable(trace.slotCount(), machine::wake);
    this.order =
        settings.order() == Order.EXACT ? new TraceOrder(trace, total(), machine::wake) : null;
    try {
      for (TraceCache cache : trace.caches()) {
        caches.add(create(cache));
      }
      prepare(kernel);
      this.warm =
          kernel == null || settings.cold()
              ? null
              : new WarmStart(trace, kernel, caches, topology.cpuCount());
    } catch (RuntimeException | Error e) {
      machine.close();
      throw e;
    }
  }

  /// What the machine had before counts for nothing: counters and messages begin with the trace.
  private void warmUp(WarmStart state) {
    machine.run(state.programs());
    machine.state().cpus().forEach(cpu -> caches.forEach(c -> cpu.cache(c.id()).clearStats()));
    machine.messages().clear();
  }

  private KmemCache create(TraceCache traced) {
    KmemCache cache =
        machine.create(traced.name(), models.geometry(traced), settings.initOnAlloc(), null);
    int ratio =
        models
            .recorded(traced)
            .map(c -> 10 * c.remoteNodeDefragRatio())
            .orElse(cache.remoteNodeDefragRatio());
    if (ratio == cache.remoteNodeDefragRatio()) {
      return cache;
    }
    KmemCache changed = cache.withRemoteNodeDefragRatio(ratio);
    machine.change(changed);
    return changed;
  }

  private Machine machine(Function<Memory, Natures> nature) {
    if (settings.driver() == Driver.EMBEDDED) {
      return EmbeddedMachine.start(
          topology, nature, settings.touchedBytesMax(), settings.order() == Order.EXACT ? 1 : 256);
    }
    if (settings.order() == Order.EXACT) {
      return SimulatedMachine.instant(topology, nature, settings.touchedBytesMax(), this::next);
    }
    return SimulatedMachine.delayed(
        topology, nature, settings.touchedBytesMax(), new SplittableRandom(~settings.seed()));
  }

  private int next(BitSet running) {
    int cpu = order == null ? -1 : order.cpu();
    return cpu >= 0 && running.get(cpu) ? cpu : running.nextSetBit(0);
  }

  private void prepare(@Nullable KernelDirectory kernel) {
    CacheId[] ids = caches.stream().map(KmemCache::id).toArray(CacheId[]::new);
    short[] homes = recordedHomes(kernel);
    LongSupplier clock = settings.driver() == Driver.EMBEDDED ? System::nanoTime : () -> 0;
    for (int cpu = 0; cpu < topology.cpuCount(); cpu++) {
      programs.add(
          new ReplayProgram(
              topology.nodeOf(new CpuId(cpu)).value(),
              trace.cursor(cpu, settings.rounds()),
              ids,
              slots,
              homes,
              topology,
              new ReplayTally(topology.nodeCount(), ids.length),
              clock,
              order));
    }
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

  /// Runs it to the end. Once.
  public void run() {
    if (warm != null) {
      warmUp(warm);
    }
    long start = System.nanoTime();
    machine.run(programs);
    elapsedNanos = System.nanoTime() - start;
  }

  /// Operations done so far, a little late; for any thread.
  public long done() {
    return programs.stream().mapToLong(ReplayProgram::published).sum();
  }

  /// Operations to do in all.
  public long total() {
    long total = 0;
    for (int cpu = 0; cpu < topology.cpuCount(); cpu++) {
      total += trace.operations(cpu, settings.rounds());
    }
    return total;
  }

  /// What all CPUs counted.
  public ReplayTally tally() {
    ReplayTally sum = new ReplayTally(topology.nodeCount(), caches.size());
    programs.forEach(program -> sum.add(program.tally()));
    return sum;
  }

  public Machine machine() {
    return machine;
  }

  /// The machine in plain numbers, after the run.
  public MachineDump dump() {
    Map<Integer, long[]> live = new HashMap<>();
    int[] sizes = new int[caches.size()];
    List<long[]> held = new ArrayList<>();
    ReplayTally tally = tally();
    for (int i = 0; i < caches.size(); i++) {
      held.add(new long[64]);
    }
    for (int cpu = 0; cpu < topology.cpuCount(); cpu++) {
      CpuOperations operations = trace.operations(cpu);
      for (int i = 0; i < operations.size(); i++) {
        long object = operations.isFree(i) ? 0 : slots.object(operations.slot(i));
        if (object != 0) {
          int cache = operations.cache(i);
          long[] addresses = held.get(cache);
          if (sizes[cache] == addresses.length) {
            addresses = Arrays.copyOf(addresses, 2 * addresses.length);
            held.set(cache, addresses);
          }
          addresses[sizes[cache]++] = object;
        }
      }
    }
    for (int i = 0; i < caches.size(); i++) {
      live.put(caches.get(i).id().value(), Arrays.copyOf(held.get(i), sizes[i]));
    }
    return Dumper.dump(machine.state(), natures, caches, tally, live);
  }

  public LiveNatures natures() {
    return natures;
  }

  /// The machine's caches, by the trace's cache index.
  public List<KmemCache> caches() {
    return List.copyOf(caches);
  }

  /// What the traced kernel's folder says of a cache, by the trace's cache index.
  public Optional<RecordedCache> recorded(int cache) {
    return models.recorded(trace.caches().get(cache));
  }

  public SlotTable slots() {
    return slots;
  }

  /// What had to be assumed of the caches, and of what the machine had before.
  public List<String> assumed() {
    List<String> assumed = new ArrayList<>(models.assumed());
    if (warm != null) {
      assumed.add(
          "warm start: "
              + warm.slabs()
              + " slabs that cpus had before the trace, on the nodes that their first pointers name");
    }
    return assumed;
  }

  /// Wall time of the run.
  public long elapsedNanos() {
    return elapsedNanos;
  }

  @Override
  public void close() {
    machine.close();
  }
}
