package org.numaslab.deploy.samples;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.driver.Machine;
import org.numaslab.coordinator.driver.MachineState;
import org.numaslab.coordinator.driver.Natures;
import org.numaslab.coordinator.driver.embedded.EmbeddedMachine;
import org.numaslab.coordinator.driver.simulate.SimulatedMachine;
import org.numaslab.coordinator.experiment.ReplaySettings.Driver;
import org.numaslab.coordinator.report.MessageFigures;
import org.numaslab.cpu.client.Kthreads;
import org.numaslab.cpu.client.Turn;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.Stat;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.topology.Topology;

/// A sample, run to its end, in numbers.
///
/// @param command that repeats it
/// @param log what the emulated kernel and the sample printed
/// @param caches that were used, by number
/// @param messages from CPUs to nodes
public record SampleRun(
    String version,
    String command,
    String sample,
    List<String> log,
    List<CacheUse> caches,
    MessageFigures messages) {

  /// What was done with a cache, counted by all CPUs.
  ///
  /// @param fast allocations that the cpu's free list served
  /// @param slow all others
  /// @param slabs made
  /// @param left slabs that are left
  public record CacheUse(String name, long fast, long slow, long frees, long slabs, long left) {}

  /// Runs a sample on a machine of its own.
  ///
  /// @param touchedBytesMax real memory that emulated pages may use
  public static SampleRun of(
      String version,
      String command,
      Sample sample,
      Topology topology,
      Driver driver,
      long seed,
      long touchedBytesMax) {
    try (Machine machine = machine(topology, driver, seed, touchedBytesMax)) {
      Kthreads kthreads = machine.boot(GeometryOptions.forCpus(topology.cpuCount()), false);
      sample.start(kthreads);
      machine.run(kthreads);
      MachineState state = machine.state();
      List<CacheUse> caches = new ArrayList<>();
      for (KmemCache cache : state.registry().caches()) {
        CacheUse use = use(state, cache);
        if (use.fast() + use.slow() > 0) {
          caches.add(use);
        }
      }
      return new SampleRun(
          version,
          command,
          sample.label(),
          machine.kernelLog().take(),
          caches,
          MessageFigures.of(machine.messages().byLink()));
    }
  }

  private static Machine machine(
      Topology topology, Driver driver, long seed, long touchedBytesMax) {
    Function<Memory, Natures> nature =
        memory -> new LiveNatures(topology, memory, seed, RemoteDraw.SEEDED);
    return switch (driver) {
      case EMBEDDED ->
          EmbeddedMachine.start(topology, nature, touchedBytesMax, Turn.OPERATIONS_MAX);
      case SIMULATE ->
          SimulatedMachine.delayed(topology, nature, touchedBytesMax, new SplittableRandom(~seed));
    };
  }

  private static CacheUse use(MachineState state, KmemCache cache) {
    long left = state.nodes().stream().mapToLong(node -> node.cache(cache.id()).nrSlabs()).sum();
    return new CacheUse(
        cache.name(),
        count(state, cache, Stat.ALLOC_FASTPATH),
        count(state, cache, Stat.ALLOC_SLOWPATH),
        count(state, cache, Stat.FREE_FASTPATH) + count(state, cache, Stat.FREE_SLOWPATH),
        count(state, cache, Stat.ALLOC_SLAB),
        left);
  }

  private static long count(MachineState state, KmemCache cache, Stat stat) {
    return state.cpus().stream().mapToLong(cpu -> cpu.cache(cache.id()).stat(stat)).sum();
  }

  /// The run as a page.
  public String page() {
    StringBuilder page = new StringBuilder();
    log.forEach(line -> page.append(line).append('\n'));
    page.append('\n')
        .append(
            row("cache", "fast allocs", "slow allocs", "free calls", "slabs made", "slabs left"));
    for (CacheUse use : caches) {
      page.append(row(use.name(), use.fast(), use.slow(), use.frees(), use.slabs(), use.left()));
    }
    return page.append('\n')
        .append(
            "Messages from CPUs to nodes (modelled): %d on the own node, %d across nodes%n"
                .formatted(messages.ownNode(), messages.crossNode()))
        .toString();
  }

  private static String row(Object... columns) {
    return String.format(Locale.ROOT, "%-20s %12s %12s %12s %12s %12s%n", columns);
  }
}
