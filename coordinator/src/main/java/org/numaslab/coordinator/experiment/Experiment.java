package org.numaslab.coordinator.experiment;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.audit.MachineDump;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.Machine;
import org.numaslab.coordinator.driver.MachineLimits;
import org.numaslab.coordinator.driver.MemberTask;
import org.numaslab.coordinator.driver.Natures;
import org.numaslab.coordinator.driver.cluster.ClusterPart;
import org.numaslab.coordinator.driver.embedded.EmbeddedMachine;
import org.numaslab.coordinator.driver.simulate.SimulatedMachine;
import org.numaslab.coordinator.experiment.ReplaySettings.Driver;
import org.numaslab.coordinator.fault.Faults;
import org.numaslab.coordinator.registry.AttributeWrite.Refused;
import org.numaslab.coordinator.registry.CacheAttributes;
import org.numaslab.coordinator.registry.RunCaches;
import org.numaslab.coordinator.topologies.RecordedCache;
import org.numaslab.coordinator.topologies.RecordedZone;
import org.numaslab.cpu.client.Turn;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.slab.SlubDebug;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.Topology;

/// Programs on a machine: prepared, run once, looked at, closed.
public abstract class Experiment implements AutoCloseable {
  /// Addresses that tasks hold, by cache.
  static final class Held {
    private final long[][] addresses;
    private final int[] sizes;

    Held(int caches) {
      addresses = new long[caches][64];
      sizes = new int[caches];
    }

    void add(int cache, long object) {
      if (sizes[cache] == addresses[cache].length) {
        addresses[cache] = Arrays.copyOf(addresses[cache], 2 * sizes[cache]);
      }
      addresses[cache][sizes[cache]++] = object;
    }

    long[] of(int cache) {
      return Arrays.copyOf(addresses[cache], sizes[cache]);
    }
  }

  private static final String KEPT_WHILE_BOOTING =
      " page frames that the kernel kept while booting are the lowest of their zones";

  private final LiveNatures natures;
  private final Machine machine;
  private final @Nullable ClusterPart part;
  private final List<KmemCache> caches = new ArrayList<>();
  private final boolean hasClock;
  private final Faults faults;
  private @Nullable Calls calls;
  private boolean isWarm;
  private long elapsedNanos;
  private long endNanos;
  private long endJiffies;

  /// @param given this process's part of a machine of processes; null: a machine is made as the
  ///   settings say
  /// @param zones of the machine, as they were recorded; none where it was not
  /// @param exact whose operation comes next; null where each cpu goes its own way
  Experiment(
      @Nullable ClusterPart given,
      Topology topology,
      List<RecordedZone> zones,
      ReplaySettings settings,
      @Nullable TraceOrder exact) {
    this.part = given;
    this.hasClock = given != null || settings.driver() == Driver.EMBEDDED;
    this.faults = settings.faults();
    if (given != null) {
      this.machine = given;
      this.natures = given.natures();
    } else {
      LiveNatures[] made = new LiveNatures[1];
      this.machine = machine(topology, settings, nature(topology, zones, settings, made), exact);
      this.natures = made[0];
    }
    SlubDebug debug = settings.slubDebug();
    if (debug != null) {
      debug.messages().forEach(machine.kernelLog()::print);
    }
  }

  private Function<Memory, Natures> nature(
      Topology topology, List<RecordedZone> zones, ReplaySettings settings, LiveNatures[] made) {
    return memory ->
        made[0] =
            new LiveNatures(
                topology,
                memory,
                settings.seed(),
                settings.remoteDraw(),
                MachineLimits.of(topology, zones),
                settings.faults(),
                this::uptimeNanos,
                this::print);
  }

  private static Machine machine(
      Topology topology,
      ReplaySettings settings,
      Function<Memory, Natures> nature,
      @Nullable TraceOrder exact) {
    if (settings.driver() == Driver.EMBEDDED) {
      return EmbeddedMachine.start(
          topology, nature, settings.touchedBytesMax(), exact == null ? Turn.OPERATIONS_MAX : 1);
    }
    if (exact != null) {
      return SimulatedMachine.instant(
          topology, nature, settings.touchedBytesMax(), running -> next(exact, running));
    }
    return SimulatedMachine.delayed(
        topology, nature, settings.touchedBytesMax(), new SplittableRandom(~settings.seed()));
  }

  private static int next(TraceOrder exact, BitSet running) {
    int cpu = exact.cpu();
    return cpu >= 0 && running.get(cpu) ? cpu : running.nextSetBit(0);
  }

  private long uptimeNanos() {
    return machine.uptimeNanos();
  }

  private void print(String line) {
    machine.kernelLog().print(line);
  }

  /// What is made to fail, and how often it was.
  public final Faults faults() {
    return faults;
  }

  /// Makes the caches, where the registry is here; else it has made them.
  final void addCaches(RunCaches run) {
    if (part == null) {
      run.made().forEach(made -> machine.create(made, run.initOnAlloc(), null));
      for (RunCaches.Write write : run.before()) {
        machine.write(new CacheId(write.cache()), write.attribute(), write.text());
      }
    }
    caches.addAll(machine.state().registry().caches().subList(0, run.made().size()));
  }

  /// Attributes as they are now: others may have written them.
  private void refreshCaches() {
    caches.replaceAll(cache -> machine.state().registry().cache(cache.id()));
  }

  /// Whom operations serve. Only when all caches are there.
  final Calls calls() {
    Calls known = calls;
    if (known == null) {
      known = new Calls(caches, hasClock ? System::nanoTime : null);
      calls = known;
    }
    return known;
  }

  /// Nanoseconds; constant where there is no wall clock.
  final LongSupplier clock() {
    return hasClock ? System::nanoTime : () -> 0;
  }

  final boolean hasClock() {
    return hasClock;
  }

  /// What the machine has before the clock starts.
  void warmUp() {}

  /// The clock starts.
  void starts() {}

  abstract List<? extends CountedProgram> programs();

  /// Says what the tasks hold, after the run.
  abstract void hold(Held held);

  /// Writes files of /sys/kernel/slab, before the run or after it.
  ///
  /// @throws BadInput when there is no such cache, or the kernel refuses
  public final void write(List<CacheWrite> writes) {
    for (CacheWrite write : writes) {
      for (KmemCache cache : write.among(caches, this::namesOf)) {
        machine
            .write(cache.id(), write.attribute(), write.text())
            .ifPresent(refused -> {
              throw write.refused(cache, refused);
            });
      }
      refreshCaches();
    }
  }

  private Set<String> namesOf(KmemCache cache) {
    return PlannedWrites.namesOf(machine.state().registry().shared(cache.id()));
  }

  /// Refuses what would be refused, and writes nothing.
  public final void check(List<CacheWrite> writes) {
    for (CacheWrite write : writes) {
      for (KmemCache cache : write.among(caches, this::namesOf)) {
        if (CacheAttributes.write(cache, write.attribute(), write.text())
            instanceof Refused refused) {
          throw write.refused(cache, refused);
        }
      }
    }
  }

  /// Brings the machine where the run begins. Nothing is made to fail meanwhile.
  ///
  /// In a cluster every process builds its experiment before any of them comes here, and has been
  /// here before any of them runs.
  public final void warm() {
    natures.holdFaults(true);
    warmUp();
    natures.holdFaults(false);
    ClusterPart own = part;
    if (own != null) {
      own.expect(programs().stream().map(MemberTask.class::cast).toList());
    }
    isWarm = true;
  }

  /// Runs it to the end, from [#warm] on. Once.
  public final void run() {
    if (!isWarm) {
      warm();
    }
    starts();
    calls().begin();
    long start = System.nanoTime();
    machine.run(programs());
    endNanos = System.nanoTime();
    elapsedNanos = endNanos - start;
    endJiffies = calls().jiffies(done());
  }

  /// In place of [#run]: the others have begun without it, and it has nothing to do.
  public final void comesLate() {
    calls().begin();
    endNanos = System.nanoTime();
    endJiffies = calls().jiffies(0);
  }

  /// Operations done so far, a little late; for any thread.
  public final long done() {
    return programs().stream().mapToLong(CountedProgram::published).sum();
  }

  /// Operations to do in all; an estimate where time decides. For any thread.
  public abstract long total();

  /// What all CPUs counted.
  public final ReplayTally tally() {
    ReplayTally sum = new ReplayTally(machine.state().topology().nodeCount(), caches.size());
    programs().forEach(program -> sum.add(program.tally()));
    return sum;
  }

  public final Machine machine() {
    return machine;
  }

  /// The machine in plain numbers, after the run. Of a part of one: what is here.
  public final MachineDump dump() {
    refreshCaches();
    Held held = new Held(caches.size());
    hold(held);
    Map<Integer, long[]> live = new HashMap<>();
    for (int i = 0; i < caches.size(); i++) {
      live.put(caches.get(i).id().value(), held.of(i));
    }
    MachineDump[] dump = new MachineDump[1];
    machine.atRest(state -> dump[0] = Dumper.dump(state, natures, caches, tally(), live));
    return dump[0];
  }

  public final LiveNatures natures() {
    return natures;
  }

  /// The machine's caches, by the index that the programs use.
  public final List<KmemCache> caches() {
    return List.copyOf(caches);
  }

  /// What a kernel's folder says of a cache, by its index.
  public Optional<RecordedCache> recorded(int cache) {
    return Optional.empty();
  }

  /// What had to be assumed.
  public abstract List<String> assumed();

  /// Where the pages lie that a recorded kernel kept while booting: no recording tells.
  final List<String> assumedOfZones() {
    return assumedOfZones(
        machine.state().nodes().stream()
            .mapToLong(node -> natures.buddy(node.id()).heldPages())
            .sum());
  }

  private static List<String> assumedOfZones(long held) {
    return held == 0 ? List.of() : List.of(held + KEPT_WHILE_BOOTING);
  }

  /// What the processes of a machine had to assume, as one.
  ///
  /// @param assumed by each of them
  /// @param held page frames that the kernel kept on all of their nodes
  public static List<String> assumed(List<List<String>> assumed, long held) {
    return assumed.stream()
        .flatMap(List::stream)
        .flatMap(line ->
            line.endsWith(KEPT_WHILE_BOOTING) ? assumedOfZones(held).stream() : Stream.of(line))
        .distinct()
        .toList();
  }

  /// When the run ended, in jiffies: with the embedded driver by the clock; else each operation is
  /// one.
  public final long endJiffies() {
    return endJiffies;
  }

  /// The text of a call site, by its number in an object's track.
  public String callSite(int number) {
    throw new IllegalStateException("call site " + number + ": none are kept");
  }

  /// Operations in wall time.
  public record Part(long operations, long nanos) {
    public static final Part NONE = new Part(0, 0);
  }

  /// The part of the run after every cpu has been through all of the trace once, [Part#NONE] where
  /// there is no such part or no clock.
  public Part afterFirstRound() {
    return Part.NONE;
  }

  /// What its tasks gave to tasks of other processes, and lost with them.
  public final Crossings crossings() {
    return Crossings.of(tally().handOffs());
  }

  /// When the run began, by the monotonic clock.
  public final long startNanos() {
    return endNanos - elapsedNanos;
  }

  /// On the wall clock, when the run ended.
  final long endNanos() {
    return endNanos;
  }

  /// Wall time of the run.
  public final long elapsedNanos() {
    return elapsedNanos;
  }

  @Override
  public final void close() {
    machine.close();
  }
}
