package org.numaslab.coordinator.report;

import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import org.numaslab.coordinator.report.TrackPart.Location;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.topology.Topology;

/// The files of /sys/kernel/debug/slab/CACHE, for a cache with STORE_USER.
///
/// ```text
///      42 alloc_inode+0x4a/0xb0 waste=336/8 age=12/250/4711 pid=1-203 cpus=0-1,4 nodes=0
/// ```
///
/// A line for each place, the most frequent first, without the stacks that a kernel with STACKDEPOT
/// adds. `waste` is what kmalloc was not asked for: of all, and of each. Ages are in jiffies.
/// Models `slab_debugfs_show` of mm/slub.c, v6.1.
final class TrackFiles {
  private TrackFiles() {}

  /// By name; none for a cache without STORE_USER.
  static Map<String, String> of(Topology topology, CachePart cache) {
    Map<String, String> files = new LinkedHashMap<>();
    if (cache.geometry().has(SlabFlags.STORE_USER)) {
      files.put("alloc_traces", print(topology, cache.tracks().allocations()));
      files.put("free_traces", print(topology, cache.tracks().frees()));
    }
    return files;
  }

  private static String print(Topology topology, List<Location> places) {
    if (places.isEmpty()) {
      return "No data\n";
    }
    StringBuilder text = new StringBuilder();
    places.stream()
        .sorted(Comparator.comparingLong(place -> -place.count()))
        .forEach(place -> text.append(line(topology, place)));
    return text.toString();
  }

  private static String line(Topology topology, Location place) {
    StringBuilder text = new StringBuilder();
    text.append(" ".repeat(Math.max(0, 7 - Long.toString(place.count()).length())));
    text.append(place.count()).append(' ').append(place.symbol());
    if (place.wasteBytes() != 0) {
      text.append(" waste=").append(place.count() * place.wasteBytes()).append('/');
      text.append(place.wasteBytes());
    }
    text.append(" age=").append(place.ageMin());
    if (place.ages() != place.ageMin()) {
      text.append('/').append(place.ages() / place.count()).append('/').append(place.ageMax());
    }
    text.append(" pid=").append(place.pidMin());
    if (place.pidMin() != place.pidMax()) {
      text.append('-').append(place.pidMax());
    }
    if (topology.cpuCount() > 1) {
      text.append(" cpus=").append(runs(place.cpus()));
    }
    if (topology.nodeCount() > 1) {
      text.append(" nodes=").append(runs(place.nodes()));
    }
    return text.append('\n').toString();
  }

  private static String runs(SortedSet<Integer> numbers) {
    BitSet bits = new BitSet();
    numbers.forEach(bits::set);
    return NumberRuns.of(bits);
  }
}
