package org.numaslab.coordinator.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.MachineState;
import org.numaslab.node.buddy.BuddyInfo;
import org.numaslab.node.buddy.ZoneInfo;
import org.numaslab.node.buddy.ZoneLimits;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.ZoneType;

/// What the kernel says of its zones and their free pages: /proc/buddyinfo, pagetypeinfo and
/// zoneinfo, and /sys/kernel/debug/extfrag.
///
/// Of zoneinfo are left out: the per-cpu page lists, which there are not; statistics of other users
/// of memory, of whom there are none; and the NUMA events, which are counted per node
/// (nodeN/numastat). Models `frag_show_print`, `zoneinfo_show_print`, `unusable_show_print` and
/// `extfrag_show_print` of mm/vmstat.c, v6.1.
final class ZoneFiles {
  /// The last two are never populated here: slabs cannot lie there.
  private static final List<String> ZONES =
      List.of(
          ZoneType.DMA.kernelName(),
          ZoneType.DMA32.kernelName(),
          ZoneType.NORMAL.kernelName(),
          "Movable",
          "Device");

  private static final List<String> PAGES =
      List.of(
          "  pages free     ",
          "        boost    ",
          "        min      ",
          "        low      ",
          "        high     ",
          "        spanned  ",
          "        present  ",
          "        managed  ");

  private final MachineState machine;
  private final LiveNatures natures;

  private ZoneFiles(MachineState machine, LiveNatures natures) {
    this.machine = machine;
    this.natures = natures;
  }

  static Map<String, String> of(MachineState machine, LiveNatures natures, NodePages pages) {
    ZoneFiles files = new ZoneFiles(machine, natures);
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("proc/buddyinfo", files.rows(BuddyInfo::toString));
    texts.put("proc/pagetypeinfo", files.perNode(PageTypeInfo::of));
    texts.put("proc/zoneinfo", files.zoneinfo(pages));
    texts.put("sys/kernel/debug/extfrag/extfrag_index", files.rows(BuddyInfo::fragmentationRow));
    texts.put("sys/kernel/debug/extfrag/unusable_index", files.rows(BuddyInfo::unusableRow));
    return texts;
  }

  private String rows(Function<BuddyInfo, String> row) {
    return machine
        .nodeIds()
        .flatMap(node -> natures.buddy(node).info(node).stream())
        .map(info -> row.apply(info) + "\n")
        .collect(Collectors.joining());
  }

  private interface OfNode {
    String text(NodeId node, List<ZoneInfo> zones);
  }

  private String perNode(OfNode text) {
    return machine
        .nodeIds()
        .map(node -> text.text(node, natures.buddy(node).zoneInfo()))
        .collect(Collectors.joining());
  }

  private String zoneinfo(NodePages pages) {
    return perNode((node, zones) -> {
      StringBuilder text = new StringBuilder();
      for (String name : ZONES) {
        line(text, String.format(Locale.ROOT, "Node %d, zone %8s", node.value(), name));
        Optional<ZoneInfo> zone =
            zones.stream().filter(z -> z.zone().kernelName().equals(name)).findFirst();
        // The node's statistics are printed once, in its first zone.
        if (zone.isPresent() && zone.get().equals(zones.getFirst())) {
          line(text, "  per-node stats");
          statistic(text, "nr_slab_reclaimable", pages.of(node).reclaimable());
          statistic(text, "nr_slab_unreclaimable", pages.of(node).unreclaimable());
        }
        zone.ifPresentOrElse(z -> populated(text, z), () -> empty(text));
      }
      return text.toString();
    });
  }

  private static void populated(StringBuilder text, ZoneInfo zone) {
    ZoneLimits limits = zone.limits();
    long first = zone.memory().getFirst().start();
    pages(
        text,
        zone.free(),
        zone.boost(),
        limits.min() + zone.boost(),
        limits.low() + zone.boost(),
        limits.high() + zone.boost(),
        zone.memory().getLast().end() - first,
        zone.memory().stream().mapToLong(FrameRange::count).sum(),
        limits.managed());
    // From requests for Movable or Device memory as much is kept back as from those for Normal.
    protection(
        text,
        IntStream.range(0, ZONES.size())
            .mapToObj(i -> limits.protection().get(Math.min(i, limits.protection().size() - 1))));
    statistic(text, "nr_free_pages", zone.free());
    line(text, "  start_pfn:           " + first);
  }

  private static void empty(StringBuilder text) {
    pages(text, 0, 0, 0, 0, 0, 0, 0, 0);
    protection(text, ZONES.stream().map(zone -> 0L));
  }

  private static void pages(StringBuilder text, long... figures) {
    for (int i = 0; i < figures.length; i++) {
      line(text, PAGES.get(i) + figures[i]);
    }
  }

  private static void protection(StringBuilder text, Stream<Long> pages) {
    line(
        text,
        pages.map(String::valueOf).collect(Collectors.joining(", ", "        protection: (", ")")));
  }

  private static void statistic(StringBuilder text, String name, long value) {
    line(text, String.format(Locale.ROOT, "      %-12s %d", name, value));
  }

  private static void line(StringBuilder text, String line) {
    text.append(line).append('\n');
  }
}
