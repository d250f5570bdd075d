package org.numaslab.coordinator.audit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.numaslab.coordinator.audit.MachineDump.CacheDump;
import org.numaslab.coordinator.audit.MachineDump.CpuDump;
import org.numaslab.coordinator.audit.MachineDump.NodeDump;

/// The parts of one machine that several processes have, as one.
public final class MachineDumps {
  private MachineDumps() {}

  /// Of those that are there: of the others nothing is known.
  ///
  /// @param parts taken while nothing moved between them
  public static MachineDump merge(List<MachineDump> parts) {
    Map<Integer, CacheDump> caches = new TreeMap<>();
    Map<Integer, long[]> live = new TreeMap<>();
    List<NodeDump> nodes = new ArrayList<>();
    List<CpuDump> cpus = new ArrayList<>();
    for (MachineDump part : parts) {
      part.caches().forEach(cache -> caches.merge(cache.id(), cache, MachineDumps::sum));
      part.live().forEach((cache, objects) -> live.merge(cache, objects, MachineDumps::both));
      nodes.addAll(part.nodes());
      cpus.addAll(part.cpus());
    }
    nodes.sort(Comparator.comparingInt(NodeDump::id));
    cpus.sort(Comparator.comparingInt(CpuDump::id));
    return new MachineDump(List.copyOf(caches.values()), nodes, cpus, live);
  }

  private static CacheDump sum(CacheDump one, CacheDump other) {
    if (!one.name().equals(other.name()) || one.slotBytes() != other.slotBytes()) {
      throw new IllegalArgumentException("parts of different machines: " + one + ", " + other);
    }
    return new CacheDump(
        one.id(),
        one.name(),
        one.slotBytes(),
        one.firstBytes(),
        one.allocations() + other.allocations(),
        one.frees() + other.frees(),
        one.moved() + other.moved());
  }

  private static long[] both(long[] one, long[] other) {
    return LongStream.concat(Arrays.stream(one), Arrays.stream(other)).toArray();
  }
}
