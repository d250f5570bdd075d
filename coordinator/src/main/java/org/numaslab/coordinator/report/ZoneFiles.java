package org.numaslab.coordinator.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.node.buddy.Buddy;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;
import org.numaslab.node.topology.ZoneType;

/// /proc/buddyinfo, and of /proc/zoneinfo what the machine has: pages of each zone and of slabs.
///
/// Of zoneinfo are left out: watermarks, boost, protection and the per-cpu page lists, which the
/// page allocator does not have; statistics of other users of memory, of whom there are none; and
/// the NUMA events, which are counted per node (nodeN/numastat). Models `frag_show_print` and
/// `zoneinfo_show_print` of mm/vmstat.c, v6.1.
final class ZoneFiles {
  private ZoneFiles() {}

  static String buddyinfo(Topology topology, LiveNatures natures) {
    return NumberedNodes.of(topology)
        .flatMap(node -> natures.buddy(node).info(node).stream())
        .map(row -> row + "\n")
        .collect(Collectors.joining());
  }

  static String zoneinfo(Topology topology, LiveNatures natures, NodePages pages) {
    StringBuilder text = new StringBuilder();
    NumberedNodes.of(topology)
        .forEach(node -> {
          Buddy buddy = natures.buddy(node);
          for (ZoneType zone : buddy.zones()) {
            text.append(
                String.format(Locale.ROOT, "Node %d, zone %8s\n", node.value(), zone.kernelName()));
            // The node's statistics are printed once, in its first zone.
            if (zone == buddy.zones().getFirst()) {
              text.append("  per-node stats\n");
              statistic(text, "nr_slab_reclaimable", pages.of(node).reclaimable());
              statistic(text, "nr_slab_unreclaimable", pages.of(node).unreclaimable());
            }
            zone(text, memory(topology, node, zone), buddy.freePages(zone));
          }
        });
    return text.toString();
  }

  private static void zone(StringBuilder text, List<FrameRange> memory, long free) {
    long first = memory.getFirst().start();
    long frames = memory.stream().mapToLong(FrameRange::count).sum();
    line(text, "  pages free     ", free);
    line(text, "        spanned  ", memory.getLast().end() - first);
    line(text, "        present  ", frames);
    // All that is there the page allocator has: there was no boot that kept some.
    line(text, "        managed  ", frames);
    statistic(text, "nr_free_pages", free);
    line(text, "  start_pfn:           ", first);
  }

  /// A node's frames in a zone.
  private static List<FrameRange> memory(Topology topology, NodeId node, ZoneType zone) {
    return topology.memoryOf(node).stream()
        .filter(range -> range.start() < zone.endFrame() && range.end() > zone.firstFrame())
        .map(range ->
            FrameRange.between(
                Math.max(range.start(), zone.firstFrame()), Math.min(range.end(), zone.endFrame())))
        .toList();
  }

  private static void statistic(StringBuilder text, String name, long value) {
    line(text, String.format(Locale.ROOT, "      %-12s ", name), value);
  }

  private static void line(StringBuilder text, String label, long value) {
    text.append(label).append(value).append('\n');
  }
}
