package org.numaslab.coordinator.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.numaslab.node.buddy.Buddy;
import org.numaslab.node.buddy.ZoneInfo;
import org.numaslab.node.buddy.ZoneInfo.OfType;
import org.numaslab.node.topology.NodeId;

/// A node's part of /proc/pagetypeinfo: free blocks by zone, migrate type and order, and pageblocks
/// by zone and type. Models `pagetypeinfo_show` of mm/vmstat.c, v6.1.
final class PageTypeInfo {
  /// More blocks of one list the kernel does not count.
  private static final long COUNTED_MAX = 100_000;

  /// The last type: pages taken out for good, as for hot-unplug. There are none.
  private static final String ISOLATE = "Isolate";

  private PageTypeInfo() {}

  static String of(NodeId node, List<ZoneInfo> zones) {
    if (zones.isEmpty()) {
      return "";
    }
    StringBuilder text =
        new StringBuilder(
            "Page block order: %d\nPages per block:  %d\n\n"
                .formatted(Buddy.PAGEBLOCK_ORDER, 1 << Buddy.PAGEBLOCK_ORDER));
    text.append(
        String.format(
            Locale.ROOT,
            "%-43s %s\n",
            "Free pages count per migrate type at order",
            IntStream.rangeClosed(0, Buddy.ORDER_MAX)
                .mapToObj(order -> String.format(Locale.ROOT, "%6d ", order))
                .collect(Collectors.joining())));
    for (ZoneInfo zone : zones) {
      for (OfType type : zone.types()) {
        text.append(freeRow(node, zone, type.type().kernelName(), type.freeBlocks()));
      }
      text.append(
          freeRow(
              node,
              zone,
              ISOLATE,
              zone.types().getFirst().freeBlocks().stream().map(blocks -> 0L).toList()));
    }
    text.append(String.format(Locale.ROOT, "\n%-23s", "Number of blocks type "));
    zones
        .getFirst()
        .types()
        .forEach(
            type -> text.append(String.format(Locale.ROOT, "%12s ", type.type().kernelName())));
    text.append(String.format(Locale.ROOT, "%12s \n", ISOLATE));
    for (ZoneInfo zone : zones) {
      text.append(
          String.format(Locale.ROOT, "Node %d, zone %8s ", node.value(), zone.zone().kernelName()));
      zone.types()
          .forEach(type -> text.append(String.format(Locale.ROOT, "%12d ", type.pageBlocks())));
      text.append(String.format(Locale.ROOT, "%12d \n", 0));
    }
    return text.toString();
  }

  private static String freeRow(NodeId node, ZoneInfo zone, String type, List<Long> blocks) {
    return String.format(
        Locale.ROOT,
        "Node %4d, zone %8s, type %12s %s\n",
        node.value(),
        zone.zone().kernelName(),
        type,
        blocks.stream().map(PageTypeInfo::count).collect(Collectors.joining()));
  }

  private static String count(long blocks) {
    return blocks < COUNTED_MAX
        ? String.format(Locale.ROOT, "%6d ", blocks)
        : String.format(Locale.ROOT, ">%6d ", COUNTED_MAX);
  }
}
