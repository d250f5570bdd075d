package org.numaslab.coordinator.driver;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.numaslab.coordinator.topologies.RecordedZone;
import org.numaslab.node.buddy.Buddy;
import org.numaslab.node.buddy.ZoneLimits;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;
import org.numaslab.node.topology.ZoneType;

/// How many pages each zone of a machine has for the page allocator, and how many of them it keeps
/// back: as a kernel computes it, unless one was recorded.
public final class MachineLimits {
  private MachineLimits() {}

  /// @param recorded zones of the machine; one that does not lie in the emulated zone of its name,
  ///   or of which the watermarks are not known, counts for its managed pages at most
  /// @return by node
  public static List<Map<ZoneType, ZoneLimits>> of(Topology topology, List<RecordedZone> recorded) {
    List<Map<ZoneType, Long>> managed = new ArrayList<>();
    for (int node = 0; node < topology.nodeCount(); node++) {
      managed.add(Buddy.pagesByZone(topology.memoryOf(new NodeId(node))));
    }
    List<RecordedZone> fitting =
        recorded.stream()
            .filter(zone -> {
              Long pages = managed.get(zone.node().value()).get(zone.type());
              return pages != null && zone.managed() > 0 && zone.managed() <= pages;
            })
            .toList();
    fitting.forEach(zone -> managed.get(zone.node().value()).put(zone.type(), zone.managed()));
    List<Map<ZoneType, ZoneLimits>> limits = ZoneLimits.ofMachine(managed);
    for (RecordedZone zone : fitting) {
      zone.limits().ifPresent(known -> limits.get(zone.node().value()).put(zone.type(), known));
    }
    return limits;
  }
}
