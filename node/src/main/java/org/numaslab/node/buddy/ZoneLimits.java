package org.numaslab.node.buddy;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.numaslab.node.topology.ZoneType;

/// How much of a zone is kept back, and from whom; all in pages.
///
/// `managed` is what the page allocator was given. `min`, `low` and `high` are the watermarks
/// without boost. `protection` (lowmem_reserve) is kept back in addition from requests that could
/// have a higher zone, by the highest zone they may have.
///
/// [#ofMachine] models `calculate_min_free_kbytes`, `__setup_per_zone_wmarks` and
/// `setup_per_zone_lowmem_reserve` of mm/page_alloc.c and `set_recommended_min_free_kbytes` of
/// mm/khugepaged.c, v6.1, with the defaults of all sysctls and transparent huge pages on.
public record ZoneLimits(long managed, long min, long low, long high, List<Long> protection) {
  private static final int PAGE_KIB = 4;

  /// Bounds of min_free_kbytes without transparent huge pages.
  private static final long MIN_FREE_KIB_MIN = 128;

  private static final long MIN_FREE_KIB_MAX = 262_144;

  /// Machines with less have transparent huge pages off (`hugepage_init`): 512 MiB.
  private static final long HUGE_PAGES_FROM = 512 << 8;

  /// Pageblocks that huge pages want free in each zone: 2, and one for each pair of the three
  /// types.
  private static final long PAGEBLOCKS_FREE = 2 + 3 * 3;

  /// watermark_scale_factor: the watermarks are at least so many ten-thousandths of a zone apart.
  private static final long SCALE_FACTOR = 10;

  public ZoneLimits {
    protection = List.copyOf(protection);
    if (protection.size() != ZoneType.values().length || min > low || low > high) {
      throw new IllegalArgumentException(
          "limits " + managed + " " + min + " " + low + " " + high + " " + protection);
    }
  }

  /// A zone that gives its last page to anybody.
  static ZoneLimits none(long managed) {
    return new ZoneLimits(managed, 0, 0, 0, List.of(0L, 0L, 0L));
  }

  long protection(ZoneType highest) {
    return protection.get(highest.ordinal());
  }

  /// What a kernel keeps back on a machine of its own.
  ///
  /// @param managed by node: the pages of its zones, those without memory left out
  /// @return by node and zone, as given
  public static List<Map<ZoneType, ZoneLimits>> ofMachine(List<Map<ZoneType, Long>> managed) {
    List<Map<ZoneType, ZoneLimits>> limits = limits(managed, minFreePages(managed));
    long zones = managed.stream().mapToLong(Map::size).sum();
    if (pages(managed) < HUGE_PAGES_FROM) {
      return limits;
    }
    long aboveHigh =
        limits.stream()
            .flatMap(node -> node.values().stream())
            .mapToLong(zone -> Math.max(0, zone.managed - zone.high))
            .sum();
    long wanted = Math.min(PageBlocks.PAGES * zones * PAGEBLOCKS_FREE, aboveHigh / 20);
    return wanted > minFreePages(managed) ? limits(managed, wanted) : limits;
  }

  private static long pages(List<Map<ZoneType, Long>> managed) {
    return managed.stream()
        .flatMap(node -> node.values().stream())
        .mapToLong(Long::longValue)
        .sum();
  }

  private static long minFreePages(List<Map<ZoneType, Long>> managed) {
    long root = (long) Math.sqrt((double) (pages(managed) * PAGE_KIB * 16));
    return Math.clamp(root, MIN_FREE_KIB_MIN, MIN_FREE_KIB_MAX) / PAGE_KIB;
  }

  private static List<Map<ZoneType, ZoneLimits>> limits(
      List<Map<ZoneType, Long>> managed, long minFreePages) {
    long all = pages(managed);
    List<Map<ZoneType, ZoneLimits>> limits = new ArrayList<>();
    for (Map<ZoneType, Long> node : managed) {
      Map<ZoneType, ZoneLimits> ofNode = new EnumMap<>(ZoneType.class);
      node.forEach((type, pages) -> {
        long min = minFreePages * pages / all;
        long apart = Math.max(min / 4, pages * SCALE_FACTOR / 10_000);
        ofNode.put(
            type, new ZoneLimits(pages, min, min + apart, min + 2 * apart, protection(node, type)));
      });
      limits.add(ofNode);
    }
    return limits;
  }

  /// From requests that could have had higher zones of this node, a part of what those have.
  private static List<Long> protection(Map<ZoneType, Long> node, ZoneType of) {
    // lowmem_reserve_ratio of the DMA and DMA32 zones; nothing lies above NORMAL.
    long ratio = 256;
    List<Long> protection = new ArrayList<>();
    long above = 0;
    for (ZoneType type : ZoneType.values()) {
      above += type.compareTo(of) > 0 ? node.getOrDefault(type, 0L) : 0;
      protection.add(above / ratio);
    }
    return protection;
  }
}
