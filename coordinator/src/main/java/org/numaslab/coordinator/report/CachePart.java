package org.numaslab.coordinator.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.numaslab.coordinator.driver.MachineState;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.KmemCacheNode;
import org.numaslab.node.cache.Stat;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.protocol.NodeState;
import org.numaslab.node.slab.CacheGeometry;

/// What some nodes and CPUs of a machine have of a cache.
///
/// @param counters of SLUB_STATS, the CPUs together
public record CachePart(
    int id, String name, CacheGeometry geometry, List<OnNode> nodes, Map<Stat, Long> counters) {
  /// What a node has of it.
  ///
  /// @param active objects as the kernel counts: all but those that are free on the node's partial
  ///   list
  public record OnNode(int node, long slabs, long partial, long objects, long active) {
    private static OnNode of(NodeState node, KmemCache cache) {
      KmemCacheNode half = node.cache(cache.id());
      return new OnNode(
          node.id().value(),
          half.nrSlabs(),
          half.nrPartial(),
          half.totalObjects(),
          SlabAttributes.used(half));
    }
  }

  static CachePart of(MachineState machine, KmemCache cache) {
    Map<Stat, Long> counters = new EnumMap<>(Stat.class);
    for (Stat stat : Stat.values()) {
      long sum = 0;
      for (Cpu cpu : machine.cpus()) {
        sum += cpu.cache(cache.id()).stat(stat);
      }
      counters.put(stat, sum);
    }
    return new CachePart(
        cache.id().value(),
        cache.name(),
        cache.geometry(),
        machine.nodes().stream().map(node -> OnNode.of(node, cache)).toList(),
        counters);
  }

  boolean isSameCache(CachePart other) {
    return id == other.id && name.equals(other.name) && geometry.equals(other.geometry);
  }

  /// The same cache on these nodes and CPUs and those of another part.
  CachePart plus(CachePart other) {
    List<OnNode> both = new ArrayList<>(nodes);
    both.addAll(other.nodes);
    both.sort(Comparator.comparingInt(OnNode::node));
    Map<Stat, Long> sums = new EnumMap<>(counters);
    other.counters.forEach((stat, count) -> sums.merge(stat, count, Long::sum));
    return new CachePart(id, name, geometry, both, sums);
  }

  long slabs() {
    return sum(OnNode::slabs);
  }

  long objects() {
    return sum(OnNode::objects);
  }

  long active() {
    return sum(OnNode::active);
  }

  private long sum(ToLongFunction<OnNode> count) {
    return nodes.stream().mapToLong(count).sum();
  }

  /// Slabs are of two sizes, as wished and as small as can be; the objects tell how many of each.
  long slabBytes() {
    int perSlab = geometry.ooObjects();
    int perSmall = geometry.minObjects();
    long small = perSlab == perSmall ? 0 : (slabs() * perSlab - objects()) / (perSlab - perSmall);
    long pages = ((slabs() - small) << geometry.ooOrder()) + (small << geometry.minOrder());
    return pages * Memory.PAGE_BYTES;
  }

  /// Its row of /proc/slabinfo 2.1.
  String slabinfo() {
    return slabinfo(name, geometry, active(), objects(), slabs());
  }

  static String slabinfo(
      String name, CacheGeometry geometry, long active, long objects, long slabs) {
    return String.format(
        Locale.ROOT,
        "%-17s %6d %6d %6d %4d %4d : tunables %4d %4d %4d : slabdata %6d %6d %6d",
        name,
        active,
        objects,
        geometry.size(),
        geometry.ooObjects(),
        1 << geometry.ooOrder(),
        0,
        0,
        0,
        slabs,
        slabs,
        0);
  }
}
