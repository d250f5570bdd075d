package org.numaslab.coordinator.report;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.numaslab.coordinator.driver.MachineState;
import org.numaslab.coordinator.report.CachePart.OnCpu;
import org.numaslab.coordinator.report.CachePart.OnNode;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.Stat;

/// What /sys/kernel/slab/CACHE and /proc/slabinfo say of a cache.
///
/// The kernel's view: an object of a cpu slab or of a cpu partial slab counts as used, also when it
/// is free. Models `show_slab_objects`, `slabs_cpu_partial_show`, `show_stat` and `get_slabinfo` of
/// mm/slub.c, v6.1.
public final class SlabAttributes {
  private final CachePart cache;

  /// Of a machine that is here as a whole.
  public SlabAttributes(MachineState machine, KmemCache cache) {
    this(CachePart.of(machine, cache, Map.of(), TrackPart.NONE));
  }

  SlabAttributes(CachePart cache) {
    this.cache = cache;
  }

  /// `objects`: all but those that are free on nodes' partial lists.
  public String objects() {
    return perNode(OnNode::active);
  }

  /// `objects_partial`: used ones of slabs on nodes' partial lists.
  public String objectsPartial() {
    return perNode(OnNode::partialInUse);
  }

  public String totalObjects() {
    return perNode(OnNode::objects);
  }

  public String slabs() {
    return perNode(OnNode::slabs);
  }

  public String partial() {
    return perNode(OnNode::partial);
  }

  /// `cpu_slabs`: current slabs and, of the CPUs that have one, partial lists; a list counts for
  /// its head's node.
  public String cpuSlabs() {
    return text('N', cache.cpuSlabs());
  }

  /// `slabs_cpu_partial`: slabs, and half their objects as an estimate.
  public String slabsCpuPartial() {
    int all = 0;
    StringBuilder perCpu = new StringBuilder();
    for (OnCpu cpu : cache.cpus()) {
      all += cpu.partialSlabs();
      if (cpu.partialSlabs() > 0) {
        perCpu.append(" C").append(cpu.cpu()).append('=').append(estimate(cpu.partialSlabs()));
      }
    }
    return estimate(all) + perCpu;
  }

  private String estimate(int slabs) {
    return slabs * cache.geometry().ooObjects() / 2 + "(" + slabs + ")";
  }

  /// A counter's file: the sum, then each cpu that counted some.
  String counter(Stat stat) {
    Map<Integer, Long> counts = new TreeMap<>();
    cache.cpus().forEach(cpu -> counts.put(cpu.cpu(), cpu.counter(stat)));
    return text('C', counts);
  }

  /// `active_objs` of the cache's row in /proc/slabinfo.
  public long activeObjectCount() {
    return cache.active();
  }

  /// `num_objs`.
  public long objectCount() {
    return cache.objects();
  }

  /// `num_slabs`.
  public long slabCount() {
    return cache.slabs();
  }

  /// The cache's row of /proc/slabinfo 2.1.
  public String slabinfo() {
    return cache.slabinfo();
  }

  private String perNode(ToLongFunction<OnNode> count) {
    Map<Integer, Long> counts = new TreeMap<>();
    cache.nodes().forEach(node -> counts.put(node.node(), count.applyAsLong(node)));
    return text('N', counts);
  }

  private static String text(char of, Map<Integer, Long> counts) {
    long sum = 0;
    StringBuilder parts = new StringBuilder();
    for (Map.Entry<Integer, Long> each : counts.entrySet()) {
      sum += each.getValue();
      if (each.getValue() != 0) {
        parts.append(' ').append(of).append(each.getKey()).append('=').append(each.getValue());
      }
    }
    return sum + parts.toString();
  }
}
