package org.numaslab.deploy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.experiment.Replay;
import org.numaslab.coordinator.experiment.ReplaySettings;
import org.numaslab.coordinator.registry.RunCaches;
import org.numaslab.coordinator.report.RunTiming;
import org.numaslab.coordinator.report.Setup;
import org.numaslab.coordinator.topologies.DescribedTopology;
import org.numaslab.coordinator.topologies.KernelDirectory;
import org.numaslab.coordinator.topologies.RecordedCache;
import org.numaslab.coordinator.topologies.Topologies;
import org.numaslab.coordinator.trace.CallSites;
import org.numaslab.coordinator.trace.KnownCaches;
import org.numaslab.coordinator.trace.Trace;
import org.numaslab.coordinator.trace.TraceCache;
import org.numaslab.coordinator.trace.TraceReader;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.Topology;

/// All that a run reads, read and found to fit together, and what was assumed where nothing was
/// said.
///
/// | --topology | kernel folder | the machine                                        |
/// |------------|---------------|----------------------------------------------------|
/// | no         | yes           | the folder's                                       |
/// | yes        | yes           | the folder's; bad input if the two contradict      |
/// | yes        | no            | as asked for                                       |
/// | no         | no            | assumed from the cpus in the trace                 |
///
/// @param decoding of the trace: how long it took
/// @param kernel null without a kernel's folder
record RunInputs(
    String shownTrace,
    Trace trace,
    RunTiming.Decoding decoding,
    @Nullable KernelDirectory kernel,
    Topology topology,
    List<String> used,
    List<String> assumed) {
  /// Where nothing tells, a trace's cpus are spread over up to so many nodes.
  private static final int NODES_ASSUMED = 4;

  private static final String KERNEL_BESIDE = "kernel";

  /// The cheap inputs first: what is wrong with them is said before a large trace is read.
  static RunInputs read(TraceOptions options, MachineOptions machine) {
    options.check();
    var filter = options.filter();
    List<String> used = new ArrayList<>();
    List<String> assumed = new ArrayList<>();
    DescribedTopology described = described(machine);
    KernelDirectory kernel = kernel(options, machine);
    use(kernel, machine, described, used, assumed);
    long start = System.nanoTime();
    Trace trace =
        TraceReader.read(options.source(), known(kernel), filter, callSites(kernel, machine));
    var decoding = new RunTiming.Decoding(trace.text().allEvents(), System.nanoTime() - start);
    trace.refuseCutLines();
    Topology topology;
    if (kernel != null) {
      topology = kernel.topology();
    } else {
      DescribedTopology chosen = described == null ? assumed(trace, assumed) : described;
      topology = chosen.topology();
      used.addAll(chosen.used());
      assumed.addAll(chosen.assumed());
      assumed.add("no kernel folder: caches are made from their events, recorded homes not known");
    }
    refuseWhatDoesNotFit(trace, topology);
    return new RunInputs(options.source(), trace, decoding, kernel, topology, used, assumed);
  }

  /// Who allocated an object is kept where a cache has tracks for it.
  private static CallSites callSites(@Nullable KernelDirectory kernel, MachineOptions machine) {
    boolean tracked =
        machine.slubDebug != null
            || (kernel != null && kernel.caches().stream().anyMatch(RecordedCache::storeUser));
    return tracked ? CallSites.KEPT : CallSites.DROPPED;
  }

  /// The machine that the inputs of a trace describe, without reading it; null where only the trace
  /// tells.
  static @Nullable Topology machineOf(TraceOptions options, MachineOptions machine) {
    DescribedTopology described = described(machine);
    KernelDirectory kernel = kernel(options, machine);
    return kernel != null ? kernel.topology() : described == null ? null : described.topology();
  }

  /// The folder of the traced machine's kernel.
  static Optional<String> kernelOf(TraceOptions options, MachineOptions machine) {
    KernelDirectory kernel = kernel(options, machine);
    return kernel == null ? Optional.empty() : Optional.of(kernel.folder().toString());
  }

  static @Nullable DescribedTopology described(MachineOptions machine) {
    String asked = machine.topology;
    return asked == null ? null : Topologies.parse(asked);
  }

  /// Says what a kernel's folder is used for.
  static void use(
      @Nullable KernelDirectory kernel,
      MachineOptions machine,
      @Nullable DescribedTopology described,
      List<String> used,
      List<String> assumed) {
    if (kernel != null) {
      String inside = kernel.folder() + "/";
      used.add("kernel folder " + kernel.folder());
      kernel.used().forEach(line -> used.add(line.replace(inside, "")));
      assumed.addAll(kernel.assumed());
    }
    String asked = machine.topology;
    if (kernel != null && described != null && asked != null) {
      refuseContradiction(asked, described, kernel);
      used.add("--topology " + asked + " says nothing else");
    }
  }

  private static KnownCaches known(@Nullable KernelDirectory kernel) {
    return kernel == null ? KnownCaches.NONE : KnownCaches.of(kernel);
  }

  /// The kernel's folder that was asked for.
  static @Nullable KernelDirectory kernel(MachineOptions machine) {
    String given = machine.kernel;
    return given == null || given.equals(MachineOptions.NO_KERNEL)
        ? null
        : KernelDirectory.read(Path.of(given));
  }

  private static @Nullable KernelDirectory kernel(TraceOptions options, MachineOptions machine) {
    if (machine.kernel != null) {
      return kernel(machine);
    }
    if (options.source().equals(TraceReader.STANDARD_INPUT)) {
      return null;
    }
    Path beside = Path.of(options.source()).resolveSibling(KERNEL_BESIDE);
    return Files.isDirectory(beside) ? KernelDirectory.read(beside) : null;
  }

  private static void refuseContradiction(
      String asked, DescribedTopology described, KernelDirectory kernel) {
    Optional<String> difference = described.contradicts(kernel.topology());
    if (difference.isPresent()) {
      throw new BadInput(
          "--topology %s: got %s, allowed: the machine of %s, or --kernel none"
              .formatted(asked, difference.get(), kernel.folder()));
    }
  }

  private static DescribedTopology assumed(Trace trace, List<String> assumed) {
    int nodes = Math.max(Math.min(NODES_ASSUMED, trace.cpuCount()), trace.highestNode() + 1);
    int cpusPerNode = Math.ceilDiv(trace.cpuCount(), nodes);
    String text = nodes + "x" + cpusPerNode;
    assumed.add(
        "no kernel folder and no --topology: %s, since the trace has %d cpus"
            .formatted(text, trace.cpuCount()));
    return Topologies.parse(text);
  }

  private static void refuseWhatDoesNotFit(Trace trace, Topology topology) {
    trace.requireCpus(topology.cpuCount());
    if (trace.highestNode() >= topology.nodeCount()) {
      throw new BadInput(
          "%s: got an allocation that asks for node %d, allowed: node 0 to %d, as the topology has them"
              .formatted(trace.source(), trace.highestNode(), topology.nodeCount() - 1));
    }
    if (trace.counts().operations() == 0) {
      throw new BadInput(
          "%s: got nothing to replay among %d events, allowed: a trace and filters that leave an allocation"
              .formatted(trace.source(), trace.text().allEvents()));
    }
  }

  /// The caches of the replay.
  RunCaches caches(ReplaySettings settings) {
    return Replay.caches(topology, kernel, trace, settings);
  }

  /// For the report.
  ///
  /// @param more that had to be assumed
  Setup setup(
      TraceOptions options, MachineOptions machine, ReplaySettings settings, List<String> more) {
    KernelDirectory known = kernel;
    List<String> allAssumed = new ArrayList<>(assumed);
    List<String> unknown =
        trace.caches().stream()
            .filter(cache -> !cache.inKernelDirectory())
            .map(TraceCache::name)
            .toList();
    if (known != null && !unknown.isEmpty()) {
      allAssumed.add(
          "caches that the kernel folder does not have, made from their events: "
              + String.join(" ", unknown));
    }
    if (trace.counts().inferredAllocations() > 0) {
      allAssumed.add(
          "each of %d inferred allocations follows the last one of its cache on the cpu that frees its object"
              .formatted(trace.counts().inferredAllocations()));
    }
    allAssumed.addAll(more);
    return Setup.of(
        shownTrace,
        known == null ? MachineOptions.NO_KERNEL : known.folder().toString(),
        RunLine.filterOf(options),
        settings,
        machine.writes(),
        machine.writesAfter(),
        topology,
        used,
        allAssumed);
  }
}
