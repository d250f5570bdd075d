package org.numaslab.coordinator.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.experiment.ReplayTally;
import org.numaslab.coordinator.trace.Trace;
import org.numaslab.coordinator.trace.TraceCache;
import org.numaslab.node.cache.Stat;

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
  static List<CacheFigures> of(@Nullable Trace trace, WholeRun run) {
    List<CacheFigures> figures = new ArrayList<>();
    for (int i = 0; i < run.caches().size(); i++) {
      figures.add(of(i, trace, run.caches().get(i), run));
    }
    return List.copyOf(figures);
  }

  private static CacheFigures of(int index, @Nullable Trace trace, CachePart cache, WholeRun run) {
    TraceCache traced = trace == null ? null : trace.caches().get(index);
    ReplayTally tally = run.tally();
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
        run.live(cache),
        cache.active(),
        cache.objects(),
        cache.slabs(),
        cache.slabBytes(),
        cache.nodes().stream()
            .map(node -> new Node(node.node(), node.slabs(), node.partial(), node.objects()))
            .toList(),
        counters(cache));
  }

  private static Map<String, Long> counters(CachePart cache) {
    Map<String, Long> counters = new LinkedHashMap<>();
    for (Stat stat : Stat.values()) {
      counters.put(stat.fileName(), cache.counter(stat));
    }
    return counters;
  }
}
