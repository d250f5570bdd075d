package org.numaslab.coordinator.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.driver.MachineState;
import org.numaslab.coordinator.experiment.Experiment;
import org.numaslab.coordinator.experiment.ReplayTally;
import org.numaslab.coordinator.trace.Trace;
import org.numaslab.coordinator.trace.TraceCache;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.KmemCacheNode;
import org.numaslab.node.cache.Stat;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.protocol.NodeState;

/// One cache: what was asked of it, what it holds, and its event counters.
///
/// @param slotBytes from one object to the next
/// @param unmatchedShare of the cache's frees in the trace those that found no allocation
/// @param offNodeShare of the recorded allocations for any node those whose object lies on another
///   node than the cpu
/// @param recordedOffNodeShare null when no recorded home is known
/// @param live objects that somebody has: the true view
/// @param active the kernel's view, `active_objs` of slabinfo: free objects of cpu slabs and of cpu
///   partial slabs count as used
/// @param objects that its slabs have room for, `num_objs`
/// @param counters the 26 of SLUB_STATS by their names in sysfs, all CPUs together
public record CacheFigures(
    String name,
    int objectBytes,
    int slotBytes,
    int objectsPerSlab,
    int slabOrder,
    boolean inKernelFolder,
    String namedBy,
    long allocations,
    long frees,
    double unmatchedShare,
    long anyNode,
    long offNode,
    double offNodeShare,
    long recordedAnyNode,
    long recordedOffNode,
    @Nullable Double recordedOffNodeShare,
    long onRecordedNode,
    long live,
    long active,
    long objects,
    long slabs,
    long slabBytes,
    List<Node> nodes,
    Map<String, Long> counters) {

  /// What a cache has on one node.
  public record Node(int node, long slabs, long partial, long objects) {}

  /// In the order of the machine's caches.
  static List<CacheFigures> of(@Nullable Trace trace, Experiment experiment) {
    List<CacheFigures> figures = new ArrayList<>();
    ReplayTally tally = experiment.tally();
    MachineState state = experiment.machine().state();
    for (int i = 0; i < experiment.caches().size(); i++) {
      figures.add(of(i, trace, experiment.caches().get(i), tally, state));
    }
    return List.copyOf(figures);
  }

  private static CacheFigures of(
      int index, @Nullable Trace trace, KmemCache cache, ReplayTally tally, MachineState state) {
    TraceCache traced = trace == null ? null : trace.caches().get(index);
    SlabAttributes kernelView = new SlabAttributes(state, cache);
    return new CacheFigures(
        cache.name(),
        cache.geometry().objectSize(),
        cache.geometry().size(),
        cache.geometry().ooObjects(),
        cache.geometry().ooOrder(),
        traced != null && traced.inKernelDirectory(),
        traced == null ? "workload" : traced.namedBy().name().toLowerCase(Locale.ROOT),
        tally.allocations(index),
        tally.frees(index),
        trace == null ? 0 : Share.rounded(trace.unmatchedShare(index)),
        tally.anyNode(index),
        tally.offNode(index),
        Share.of(tally.offNode(index), tally.anyNode(index)),
        tally.recordedAnyNode(index),
        tally.recordedOffNode(index),
        Share.ofKnown(tally.recordedOffNode(index), tally.recordedAnyNode(index)),
        tally.onRecordedNode(index),
        live(tally, index),
        kernelView.activeObjectCount(),
        kernelView.objectCount(),
        kernelView.slabCount(),
        slabBytes(cache, kernelView.slabCount(), kernelView.objectCount()),
        state.nodes().stream().map(node -> node(node, cache)).toList(),
        counters(cache, state));
  }

  /// Objects that were allocated and not freed.
  static long live(ReplayTally tally, int cache) {
    return tally.allocations(cache) - tally.frees(cache);
  }

  private static Node node(NodeState node, KmemCache cache) {
    KmemCacheNode half = node.cache(cache.id());
    return new Node(node.id().value(), half.nrSlabs(), half.nrPartial(), half.totalObjects());
  }

  /// Slabs are of two sizes, as wished and as small as can be; the objects tell how many of each.
  private static long slabBytes(KmemCache cache, long slabs, long objects) {
    int perSlab = cache.geometry().ooObjects();
    int perSmall = cache.geometry().minObjects();
    long small = perSlab == perSmall ? 0 : (slabs * perSlab - objects) / (perSlab - perSmall);
    long pages =
        ((slabs - small) << cache.geometry().ooOrder()) + (small << cache.geometry().minOrder());
    return pages * Memory.PAGE_BYTES;
  }

  private static Map<String, Long> counters(KmemCache cache, MachineState state) {
    Map<String, Long> counters = new LinkedHashMap<>();
    for (Stat stat : Stat.values()) {
      long sum = 0;
      for (Cpu cpu : state.cpus()) {
        sum += cpu.cache(cache.id()).stat(stat);
      }
      counters.put(stat.fileName(), sum);
    }
    return counters;
  }
}
