package org.numaslab.coordinator.topologies;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.numaslab.node.topology.FrameRange;

/// Where the memory of zones lies, as far as zoneinfo tells: it has each zone's first frame, its
/// width with holes and its frames without them, but not where the holes are.
///
/// 1. A zone without holes has all that it spans. These are settled first: inside another zone's
///    span they are its holes.
/// 2. A PC has no memory from the BIOS data below 1 MiB up to 1 MiB: a zone that reaches over that
///    boundary from below and misses fewer frames than lie below it has its hole right there.
/// 3. Any other hole is at the top of its zone: a DMA32 zone that spans to 4 GiB ends where the PCI
///    window begins, and the last zone of memory ends below what the firmware keeps.
final class ZonePlacement {
  /// The first page frame at 1 MiB.
  private static final long ONE_MIB = 256;

  private final List<FrameRange> taken = new ArrayList<>();
  private final Map<Integer, List<FrameRange>> memory = new TreeMap<>();
  private final List<String> assumed = new ArrayList<>();

  ZonePlacement(List<Zoneinfo.Placed> zones) {
    List<Zoneinfo.Placed> exactFirst = new ArrayList<>(zones);
    exactFirst.sort(
        Comparator.comparing(
                (Zoneinfo.Placed placed) -> placed.zone().spanned() > placed.zone().present())
            .thenComparingLong(placed -> placed.zone().startFrame()));
    exactFirst.forEach(this::place);
  }

  /// The page frames of a node's zones.
  List<FrameRange> of(int node) {
    return memory.getOrDefault(node, List.of());
  }

  List<String> assumed() {
    return List.copyOf(assumed);
  }

  private void place(Zoneinfo.Placed placed) {
    RecordedZone zone = placed.zone();
    long missing = zone.spanned() - zone.present();
    List<FrameRange> gaps = without(FrameRange.between(zone.startFrame(), zone.endFrame()), taken);
    if (zone.startFrame() < ONE_MIB - missing && zone.endFrame() > ONE_MIB && missing > 0) {
      gaps =
          gaps.stream()
              .flatMap(gap ->
                  without(gap, List.of(FrameRange.between(ONE_MIB - missing, ONE_MIB))).stream())
              .toList();
      note(zone, missing, "right below 1 MiB");
    } else if (missing > 0) {
      note(zone, missing, "at its top, or other zones' memory");
    }
    List<FrameRange> ranges = lowest(gaps, zone.present());
    if (ranges.stream().mapToLong(FrameRange::count).sum() < zone.present()) {
      throw placed
          .line()
          .bad(
              "zone " + zone.type().kernelName() + " of node " + zone.node().value(),
              zone.present()
                  + " present frames, of whose span other zones have all but "
                  + gaps.stream().mapToLong(FrameRange::count).sum(),
              "each page frame in one zone");
    }
    taken.addAll(ranges);
    memory.computeIfAbsent(zone.node().value(), node -> new ArrayList<>()).addAll(ranges);
  }

  private void note(RecordedZone zone, long missing, String where) {
    assumed.add(
        "node "
            + zone.node().value()
            + " zone "
            + zone.type().kernelName()
            + ": the "
            + missing
            + " absent page frames lie "
            + where);
  }

  private static List<FrameRange> lowest(List<FrameRange> ascending, long count) {
    List<FrameRange> ranges = new ArrayList<>();
    long left = count;
    for (FrameRange range : ascending) {
      if (left > 0) {
        long here = Math.min(left, range.count());
        ranges.add(new FrameRange(range.start(), here));
        left -= here;
      }
    }
    return ranges;
  }

  /// What remains of a range, ascending, without some others.
  private static List<FrameRange> without(FrameRange range, List<FrameRange> others) {
    List<FrameRange> remaining = new ArrayList<>();
    long from = range.start();
    List<FrameRange> ascending =
        others.stream().sorted(Comparator.comparingLong(FrameRange::start)).toList();
    for (FrameRange other : ascending) {
      if (other.start() > from && other.start() < range.end()) {
        remaining.add(FrameRange.between(from, other.start()));
      }
      if (other.start() < range.end()) {
        from = Math.max(from, other.end());
      }
    }
    if (from < range.end()) {
      remaining.add(FrameRange.between(from, range.end()));
    }
    return remaining;
  }
}
