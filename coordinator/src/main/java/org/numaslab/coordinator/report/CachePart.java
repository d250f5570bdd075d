package org.numaslab.coordinator.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.numaslab.coordinator.driver.MachineState;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.cache.KmemCacheCpu;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.KmemCacheNode;
import org.numaslab.node.cache.Stat;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.protocol.NodeState;
import org.numaslab.node.protocol.SlabRef;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.SharedCache;
import org.numaslab.node.topology.Topology;

/// What some nodes and CPUs of a machine have of a cache.
///
/// @param nodes in order
/// @param cpus that have anything of it or counted anything, in order
/// @param cpuSlabs slabs that those CPUs have, by the slabs' nodes
/// @param tracks of the objects on those nodes
public record CachePart(
    int id,
    String name,
    CacheGeometry geometry,
    Described described,
    List<OnNode> nodes,
    List<OnCpu> cpus,
    SortedMap<Integer, Long> cpuSlabs,
    TrackPart tracks) {
  /// What the registry says of it.
  ///
  /// @param defragPercent of searches that look at other nodes
  /// @param links names that lead to its directory in /sys/kernel/slab
  /// @param recorded files whose text is taken from the traced kernel's folder, by name
  public record Described(
      long minPartial,
      long cpuPartial,
      int defragPercent,
      String directory,
      int aliases,
      List<String> links,
      Map<String, String> recorded) {
    private static Described of(KmemCache cache, SharedCache shared, Map<String, String> recorded) {
      return new Described(
          cache.minPartial(),
          Integer.toUnsignedLong(cache.cpuPartial()),
          cache.remoteNodeDefragRatio() / 10,
          shared.directory(),
          shared.refcount() - 1,
          shared.links(),
          recorded);
    }
  }

  /// What a node has of it.
  ///
  /// @param partialInUse objects in use of the slabs on the node's partial list
  /// @param active objects as the kernel counts: all but those that are free on the node's partial
  ///   list
  public record OnNode(
      int node, long slabs, long partial, long objects, long partialInUse, long active) {
    private static OnNode of(NodeState node, KmemCache cache) {
      KmemCacheNode half = node.cache(cache.id());
      return new OnNode(
          node.id().value(),
          half.nrSlabs(),
          half.nrPartial(),
          half.totalObjects(),
          half.partialInUse(),
          half.totalObjects() - half.partialObjects() + half.partialInUse());
    }
  }

  /// What a cpu has of it, and has counted.
  ///
  /// @param partialSlabs on its partial list
  /// @param counters of SLUB_STATS that are not 0
  public record OnCpu(int cpu, int partialSlabs, Map<Stat, Long> counters) {
    private static OnCpu of(int cpu, KmemCacheCpu half) {
      Map<Stat, Long> counters = new EnumMap<>(Stat.class);
      for (Stat stat : Stat.values()) {
        long count = half.stat(stat);
        if (count != 0) {
          counters.put(stat, count);
        }
      }
      return new OnCpu(cpu, half.partialSlabs().length, counters);
    }

    private boolean isNothing() {
      return partialSlabs == 0 && counters.isEmpty();
    }

    long counter(Stat stat) {
      return counters.getOrDefault(stat, 0L);
    }
  }

  /// @param recorded files whose text is taken from the traced kernel's folder, by name
  static CachePart of(
      MachineState machine, KmemCache cache, Map<String, String> recorded, TrackPart tracks) {
    List<OnCpu> cpus = new ArrayList<>();
    SortedMap<Integer, Long> cpuSlabs = new TreeMap<>();
    for (Cpu cpu : machine.cpus()) {
      KmemCacheCpu half = cpu.cache(cache.id());
      OnCpu on = OnCpu.of(cpu.id().value(), half);
      if (!on.isNothing()) {
        cpus.add(on);
      }
      addSlabs(machine.topology(), half, cpuSlabs);
    }
    return new CachePart(
        cache.id().value(),
        cache.name(),
        cache.geometry(),
        Described.of(cache, machine.registry().shared(cache.id()), recorded),
        machine.nodes().stream().map(node -> OnNode.of(node, cache)).toList(),
        cpus,
        cpuSlabs,
        tracks);
  }

  /// A current slab, and with it the partial list: that counts for its head's node.
  private static void addSlabs(Topology topology, KmemCacheCpu half, Map<Integer, Long> cpuSlabs) {
    SlabRef slab = half.current();
    if (slab != null) {
      cpuSlabs.merge(topology.nodeIndexOfFrame(slab.frame()), 1L, Long::sum);
      SlabRef[] partial = half.partialSlabs();
      if (partial.length > 0) {
        cpuSlabs.merge(
            topology.nodeIndexOfFrame(partial[0].frame()), (long) partial.length, Long::sum);
      }
    }
  }

  boolean isSameCache(CachePart other) {
    return id == other.id && name.equals(other.name) && geometry.equals(other.geometry);
  }

  /// The same cache on these nodes and CPUs and those of another part.
  CachePart plus(CachePart other) {
    List<OnNode> both = new ArrayList<>(nodes);
    both.addAll(other.nodes);
    both.sort(Comparator.comparingInt(OnNode::node));
    List<OnCpu> all = new ArrayList<>(cpus);
    all.addAll(other.cpus);
    all.sort(Comparator.comparingInt(OnCpu::cpu));
    SortedMap<Integer, Long> slabs = new TreeMap<>(cpuSlabs);
    other.cpuSlabs.forEach((node, count) -> slabs.merge(node, count, Long::sum));
    return new CachePart(
        id, name, geometry, described, both, all, slabs, tracks.plus(other.tracks));
  }

  /// What its CPUs have counted together.
  long counter(Stat stat) {
    return cpus.stream().mapToLong(cpu -> cpu.counter(stat)).sum();
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
