package org.numaslab.coordinator.topologies;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.numaslab.node.buddy.ZoneLimits;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;
import org.numaslab.node.topology.ZoneType;

/// Reads /proc/zoneinfo (`zoneinfo_show_print` of mm/vmstat.c): the zones that have memory which
/// slabs can use.
///
/// ```text
/// Node 1, zone    DMA32
///   pages free     238112
///         min      4061          boost, low, high, spanned, present, managed alike
///         protection: (0, 0, 992, 992, 992)
///   ...                          statistics and per-cpu lists: not used
///   start_pfn:           524288
/// ```
final class Zoneinfo {
  private static final Pattern HEADER = Pattern.compile("Node (\\d+), zone +(\\S+)");
  private static final Set<String> FIGURES =
      Set.of("free", "boost", "min", "low", "high", "spanned", "present", "managed", "start_pfn");
  private static final Pattern PROTECTION = Pattern.compile("protection: \\((\\d+(?:, \\d+)*)\\)");

  /// A zone and the line where it begins.
  record Placed(RecordedZone zone, Line line) {}

  private final List<Placed> zones = new ArrayList<>();
  private final List<String> assumed = new ArrayList<>();
  private final Map<String, Long> figures = new HashMap<>();
  private List<Long> protection = List.of();
  private @Nullable Line header;
  private int node;
  private String zoneName = "";

  private Zoneinfo() {}

  static Zoneinfo parse(InputText input) {
    Zoneinfo zoneinfo = new Zoneinfo();
    for (Line line : input.lines()) {
      zoneinfo.onLine(line);
    }
    zoneinfo.endZone();
    if (zoneinfo.zones.isEmpty()) {
      Line last = input.lines().isEmpty() ? new Line(input.file(), 1, "") : input.lines().getLast();
      throw last.bad(
          "zoneinfo",
          "no zone DMA, DMA32 or Normal with memory",
          "at least one, as \"Node 0, zone DMA32\"");
    }
    return zoneinfo;
  }

  /// The populated zones in the order of the file.
  List<Placed> zones() {
    return List.copyOf(zones);
  }

  List<String> assumed() {
    return List.copyOf(assumed);
  }

  private void onLine(Line line) {
    Matcher matcher = HEADER.matcher(line.text().strip());
    if (matcher.matches()) {
      endZone();
      header = line;
      node = line.integer("node number", matcher.group(1), 0, Topology.NODES_MAX - 1);
      zoneName = matcher.group(2);
      return;
    }
    if (line.text().strip().startsWith("protection")) {
      protection = protection(line);
      return;
    }
    String[] words = line.text().strip().replaceFirst("^pages +", "").split("[: ]+");
    // "high:" of the per-cpu lists is another figure than "high" of the watermarks.
    boolean ofCpu = line.text().contains(":") && !words[0].equals("start_pfn");
    if (FIGURES.contains(words[0]) && !ofCpu) {
      if (header == null) {
        throw line.bad("zoneinfo", line.text().strip(), "first a line as \"Node 0, zone DMA32\"");
      }
      if (words.length != 2) {
        throw line.bad(words[0], line.text().strip(), "one number");
      }
      figures.putIfAbsent(words[0], line.number(words[0], words[1], 0, FrameRange.END_MAX));
    }
  }

  /// For the three zones that slabs can lie in; what comes after is of Movable and Device.
  private static List<Long> protection(Line line) {
    Matcher matcher = PROTECTION.matcher(line.text().strip());
    List<Long> pages = new ArrayList<>();
    if (matcher.matches()) {
      for (String number : matcher.group(1).split(", ")) {
        pages.add(line.number("protection", number, 0, FrameRange.END_MAX));
      }
    }
    int zones = ZoneType.values().length;
    if (pages.size() < zones) {
      throw line.bad(
          "protection",
          line.text().strip(),
          "a number for each zone, as \"protection: (0, 1959, 1959)\"");
    }
    return pages.subList(0, zones);
  }

  private void endZone() {
    Line start = header;
    if (start != null) {
      long present = figure(start, "present");
      Optional<ZoneType> type = typeOf(zoneName);
      if (type.isPresent() && present > 0) {
        zones.add(new Placed(zone(start, type.get()), start));
      } else if (present > 0) {
        assumed.add(
            "node "
                + node
                + ": "
                + present
                + " page frames of zone "
                + zoneName
                + " left out: no slab can lie there");
      }
    }
    figures.clear();
    protection = List.of();
  }

  private RecordedZone zone(Line start, ZoneType type) {
    long first = figure(start, "start_pfn");
    long spanned = figure(start, "spanned");
    long present = figure(start, "present");
    long managed = figure(start, "managed");
    if (present > spanned || managed > present) {
      throw start.bad(
          "zone " + zoneName + " of node " + node,
          "spanned " + spanned + ", present " + present + ", managed " + managed,
          "spanned >= present >= managed");
    }
    if (first + spanned > FrameRange.END_MAX) {
      throw start.bad(
          "page frames of zone " + zoneName + " of node " + node,
          spanned + " from " + first,
          "0.." + (FrameRange.END_MAX - 1));
    }
    if (first == 0) {
      assumed.add("node " + node + ": page frame 0 left out");
      return zone(start, type, 1, spanned - 1, present - 1, Math.min(managed, present - 1));
    }
    if (first < type.firstFrame() || first + spanned > type.endFrame()) {
      assumed.add(
          "node "
              + node
              + ": zone "
              + zoneName
              + " has frames "
              + first
              + ".."
              + (first + spanned - 1)
              + "; emulated zones follow x86-64's limits of 16 MiB and 4 GiB");
    }
    return zone(start, type, first, spanned, present, managed);
  }

  private RecordedZone zone(
      Line start, ZoneType type, long first, long spanned, long present, long managed) {
    return new RecordedZone(
        new NodeId(node),
        type,
        first,
        spanned,
        present,
        managed,
        figures.getOrDefault("free", 0L),
        limits(start, managed));
  }

  /// The watermarks are shown with the boost that they had at that moment.
  private Optional<ZoneLimits> limits(Line start, long managed) {
    if (protection.isEmpty() || !figures.keySet().containsAll(Set.of("min", "low", "high"))) {
      return Optional.empty();
    }
    long boost = figures.getOrDefault("boost", 0L);
    long min = figure(start, "min") - boost;
    long low = figure(start, "low") - boost;
    long high = figure(start, "high") - boost;
    if (min < 0 || low < min || high < low) {
      throw start.bad(
          "watermarks of zone " + zoneName + " of node " + node,
          "boost "
              + boost
              + ", min "
              + (min + boost)
              + ", low "
              + (low + boost)
              + ", high "
              + (high + boost),
          "boost <= min <= low <= high");
    }
    return Optional.of(new ZoneLimits(managed, min, low, high, protection));
  }

  private long figure(Line start, String name) {
    Long figure = figures.get(name);
    if (figure == null) {
      throw start.bad(
          "zone " + zoneName + " of node " + node,
          "no line \"" + name + "\"",
          "spanned, present, managed and start_pfn");
    }
    return figure;
  }

  /// The zone that zoneinfo and buddyinfo call so; empty for Movable, Device and others, where
  /// slabs cannot lie.
  static Optional<ZoneType> typeOf(String kernelName) {
    for (ZoneType type : ZoneType.values()) {
      if (type.kernelName().equals(kernelName)) {
        return Optional.of(type);
      }
    }
    return Optional.empty();
  }
}
