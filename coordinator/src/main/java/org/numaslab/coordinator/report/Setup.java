package org.numaslab.coordinator.report;

import java.util.List;
import java.util.Locale;
import org.numaslab.coordinator.experiment.CacheWrite;
import org.numaslab.coordinator.experiment.ReplaySettings;
import org.numaslab.node.slab.SlubDebug;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// What was run, on what, and where each of that came from.
///
/// @param kernel the folder of the recorded kernel, "none" without one
/// @param filter the events that were let through, in words
/// @param slubDebug the boot parameter in place of what the recorded kernel had, or [#AS_RECORDED]
/// @param writes to files of /sys/kernel/slab before the trace, as `CACHE/ATTRIBUTE=VALUE`
/// @param writesAfter the same after the trace
/// @param used what was taken from which file
/// @param assumed what no file said
public record Setup(
    String trace,
    String kernel,
    String driver,
    String order,
    long seed,
    String remoteDraw,
    boolean initOnAlloc,
    String slubDebug,
    long limitTouchedBytes,
    int repeat,
    String filter,
    List<String> writes,
    List<String> writesAfter,
    Machine topology,
    List<String> used,
    List<String> assumed) {
  /// The filter that lets everything through.
  public static final String ALL_EVENTS = "all events";

  /// The debug flags that the caches of the kernel's folder had.
  public static final String AS_RECORDED = "as recorded";

  /// The same of a run whose nodes are processes.
  public Setup onProcesses() {
    return new Setup(
        trace,
        kernel,
        "cluster",
        order,
        seed,
        remoteDraw,
        initOnAlloc,
        slubDebug,
        limitTouchedBytes,
        repeat,
        filter,
        writes,
        writesAfter,
        topology,
        used,
        assumed);
  }

  /// The emulated machine.
  public record Machine(List<Node> nodes, int cpus) {
    static Machine of(Topology topology) {
      List<Node> nodes =
          NumberedNodes.of(topology)
              .map(node ->
                  new Node(
                      node.value(),
                      topology.cpusOf(node).stream().map(cpu -> cpu.value()).toList(),
                      topology.framesOf(node) * Topology.PAGE_BYTES,
                      NumberedNodes.of(topology)
                          .map(other -> topology.distance(node, other))
                          .toList(),
                      topology.fallbackOrder(node).stream().map(NodeId::value).toList()))
              .toList();
      return new Machine(nodes, topology.cpuCount());
    }
  }

  /// One NUMA node of it.
  ///
  /// @param fallback nodes that are asked for pages, in this order
  public record Node(
      int node,
      List<Integer> cpus,
      long memoryBytes,
      List<Integer> distances,
      List<Integer> fallback) {}

  public static Setup of(
      String trace,
      String kernel,
      String filter,
      ReplaySettings settings,
      List<CacheWrite> writes,
      List<CacheWrite> writesAfter,
      Topology topology,
      List<String> used,
      List<String> assumed) {
    SlubDebug debug = settings.slubDebug();
    return new Setup(
        trace,
        kernel,
        word(settings.driver()),
        word(settings.order()),
        settings.seed(),
        word(settings.remoteDraw()),
        settings.initOnAlloc(),
        debug == null ? AS_RECORDED : debug.toString(),
        settings.touchedBytesMax(),
        settings.rounds(),
        filter,
        writes.stream().map(CacheWrite::toString).toList(),
        writesAfter.stream().map(CacheWrite::toString).toList(),
        Machine.of(topology),
        List.copyOf(used),
        List.copyOf(assumed));
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
