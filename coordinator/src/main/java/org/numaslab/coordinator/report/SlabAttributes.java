package org.numaslab.coordinator.report;

import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import org.numaslab.coordinator.driver.MachineState;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.cache.KmemCacheCpu;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.KmemCacheNode;
import org.numaslab.node.protocol.SlabRef;
import org.numaslab.node.topology.NodeId;

/// What /sys/kernel/slab/CACHE and /proc/slabinfo say of a cache.
///
/// The kernel's view: an object of a cpu slab or of a cpu partial slab counts as used, also when it
/// is free. Models `show_slab_objects`, `slabs_cpu_partial_show` and `get_slabinfo` of mm/slub.c,
/// v6.1.
public final class SlabAttributes {
  private final MachineState machine;
  private final KmemCache cache;

  public SlabAttributes(MachineState machine, KmemCache cache) {
    this.machine = machine;
    this.cache = cache;
  }

  /// `objects`: all but those that are free on nodes' partial lists.
  public String objects() {
    return perNode(this::used);
  }

  /// `objects_partial`: used ones of slabs on nodes' partial lists.
  public String objectsPartial() {
    return perNode(node -> half(node).partialInUse());
  }

  public String totalObjects() {
    return perNode(node -> half(node).totalObjects());
  }

  public String slabs() {
    return perNode(node -> half(node).nrSlabs());
  }

  public String partial() {
    return perNode(node -> half(node).nrPartial());
  }

  /// `cpu_slabs`: current slabs and, of the CPUs that have one, partial lists; a list counts for
  /// its head's node.
  public String cpuSlabs() {
    long[] counts = new long[machine.topology().nodeCount()];
    for (Cpu cpu : machine.cpus()) {
      KmemCacheCpu c = cpu.cache(cache.id());
      SlabRef slab = c.current();
      if (slab != null) {
        counts[nodeOf(slab)]++;
        SlabRef[] partial = c.partialSlabs();
        if (partial.length > 0) {
          counts[nodeOf(partial[0])] += partial.length;
        }
      }
    }
    return perNode(IntStream.range(0, counts.length), node -> counts[node]);
  }

  /// `slabs_cpu_partial`: slabs, and half their objects as an estimate.
  public String slabsCpuPartial() {
    int all = 0;
    StringBuilder perCpu = new StringBuilder();
    for (Cpu cpu : machine.cpus()) {
      int slabs = cpu.cache(cache.id()).partialSlabs().length;
      all += slabs;
      if (slabs > 0) {
        perCpu.append(" C").append(cpu.id().value()).append('=').append(estimate(slabs));
      }
    }
    return estimate(all) + perCpu;
  }

  private String estimate(int slabs) {
    return slabs * cache.geometry().ooObjects() / 2 + "(" + slabs + ")";
  }

  /// `active_objs` of the cache's row in /proc/slabinfo.
  public long activeObjectCount() {
    return sum(this::used);
  }

  /// `num_objs`.
  public long objectCount() {
    return sum(node -> half(node).totalObjects());
  }

  /// `num_slabs`.
  public long slabCount() {
    return sum(node -> half(node).nrSlabs());
  }

  /// The cache's row of /proc/slabinfo 2.1.
  public String slabinfo() {
    return CachePart.slabinfo(
        cache.name(), cache.geometry(), activeObjectCount(), objectCount(), slabCount());
  }

  private long sum(IntToLongFunction count) {
    return nodes().mapToLong(count).sum();
  }

  private long used(int node) {
    return used(half(node));
  }

  /// Objects of a node that are not free on its partial list.
  static long used(KmemCacheNode half) {
    return half.totalObjects() - half.partialObjects() + half.partialInUse();
  }

  private KmemCacheNode half(int node) {
    return machine.node(new NodeId(node)).cache(cache.id());
  }

  private int nodeOf(SlabRef slab) {
    return machine.topology().nodeIndexOfFrame(slab.frame());
  }

  private IntStream nodes() {
    return machine.nodeIds().mapToInt(NodeId::value);
  }

  private String perNode(IntToLongFunction count) {
    return perNode(nodes(), count);
  }

  private static String perNode(IntStream nodes, IntToLongFunction count) {
    long sum = 0;
    StringBuilder parts = new StringBuilder();
    for (int node : nodes.toArray()) {
      long value = count.applyAsLong(node);
      sum += value;
      if (value != 0) {
        parts.append(" N").append(node).append('=').append(value);
      }
    }
    return sum + parts.toString();
  }
}
