package org.numaslab.node.buddy;

import java.util.List;
import java.util.stream.IntStream;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.ZoneType;

/// A zone of a node as it stands, for /proc/zoneinfo and /proc/pagetypeinfo.
///
/// @param memory ascending
/// @param boost pages that are added to each watermark of `limits`
/// @param highAtomic pages of the pageblocks reserved for atomic requests of order 1 and more
/// @param types one for each migrate type, in the kernel's order
public record ZoneInfo(
    ZoneType zone,
    List<FrameRange> memory,
    long free,
    ZoneLimits limits,
    long boost,
    long highAtomic,
    List<OfType> types) {

  /// What a zone has of one migrate type.
  ///
  /// @param freeBlocks on its lists, by order
  /// @param pageBlocks that are of the type
  public record OfType(MigrateType type, List<Long> freeBlocks, long pageBlocks) {}

  static ZoneInfo of(Zone zone) {
    return new ZoneInfo(
        zone.type(),
        zone.memory().ranges(),
        zone.areas().freePages(),
        zone.reserve().limits(),
        zone.reserve().boost(),
        zone.reserve().highAtomic(),
        MigrateType.ALL.stream()
            .map(type ->
                new OfType(
                    type,
                    IntStream.rangeClosed(0, Buddy.ORDER_MAX)
                        .mapToObj(order -> zone.areas().blocks(order, type))
                        .toList(),
                    zone.blocks().count(type)))
            .toList());
  }
}
