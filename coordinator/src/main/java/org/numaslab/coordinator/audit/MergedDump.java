package org.numaslab.coordinator.audit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.numaslab.coordinator.audit.MachineDump.CacheDump;
import org.numaslab.coordinator.audit.MachineDump.CpuDump;
import org.numaslab.coordinator.audit.MachineDump.LostDump;
import org.numaslab.coordinator.audit.MachineDump.NodeDump;

/// One machine from what each of its processes says of its own nodes and CPUs.
public final class MergedDump {
  private MergedDump() {}

  /// @param parts with the same caches
  /// @param lost nodes that none of them has, or had at an earlier time
  public static MachineDump of(List<MachineDump> parts, List<LostDump> lost) {
    Map<Integer, CacheDump> caches = new LinkedHashMap<>();
    List<NodeDump> nodes = new ArrayList<>();
    List<CpuDump> cpus = new ArrayList<>();
    Map<Integer, long[]> live = new HashMap<>();
    for (MachineDump part : parts) {
      part.caches().forEach(cache -> caches.merge(cache.id(), cache, MergedDump::plus));
      nodes.addAll(part.nodes());
      cpus.addAll(part.cpus());
      part.live()
          .forEach((cache, held) ->
              live.merge(
                  cache,
                  held,
                  (a, b) -> LongStream.concat(LongStream.of(a), LongStream.of(b)).toArray()));
    }
    nodes.sort(Comparator.comparingInt(NodeDump::id));
    cpus.sort(Comparator.comparingInt(CpuDump::id));
    return new MachineDump(List.copyOf(caches.values()), nodes, cpus, live, List.copyOf(lost));
  }

  private static CacheDump plus(CacheDump a, CacheDump b) {
    return new CacheDump(
        a.id(),
        a.name(),
        a.slotBytes(),
        a.firstBytes(),
        a.allocations() + b.allocations(),
        a.frees() + b.frees(),
        a.moved() + b.moved());
  }
}
