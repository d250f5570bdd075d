package org.numaslab.node.buddy;

import java.util.Arrays;
import java.util.List;
import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.topology.FrameRange;

/// The migrate types of a zone's pageblocks: groups of 512 page frames, aligned to that.
///
/// At boot a pageblock is movable, if its first frame is memory: that is where the kernel sets it
/// (`memmap_init_range`). Else its type is the one of number 0, unmovable.
///
/// Only what changed since is noted, in the page-frame entry of the first frame that the zone has
/// of the pageblock. So a machine of many TiB starts with nothing written.
///
/// Models `get_pageblock_migratetype` and `set_pageblock_migratetype` of v6.1, without
/// `page_group_by_mobility_disabled` (machines below 10 MiB).
final class PageBlocks {
  /// A pageblock has 512 pages, 2 MiB: as many as a huge page of x86-64.
  static final int ORDER = 9;

  static final long PAGES = 1L << ORDER;

  private final FrameTable frames;
  private final ZoneMemory memory;
  private final long[] counts = new long[MigrateType.ALL.size()];

  PageBlocks(FrameTable frames, ZoneMemory memory) {
    this.frames = frames;
    this.memory = memory;
    long next = 0;
    for (FrameRange range : memory.ranges()) {
      long from = Math.max(start(range.start()), next);
      next = start(range.end() - 1) + PAGES;
      if (from < next) {
        long cut = from < range.start() ? 1 : 0;
        counts[MigrateType.UNMOVABLE.ordinal()] += cut;
        counts[MigrateType.MOVABLE.ordinal()] += (next - from) / PAGES - cut;
      }
    }
  }

  /// The first frame of the pageblock that a frame lies in.
  static long start(long frame) {
    return frame & -PAGES;
  }

  MigrateType of(long frame) {
    long keeper = memory.firstFrom(start(frame));
    int note = frames.pageBlock(keeper);
    return note != 0
        ? MigrateType.ALL.get(note - 1)
        : keeper == start(frame) ? MigrateType.MOVABLE : MigrateType.UNMOVABLE;
  }

  void set(long frame, MigrateType type) {
    counts[of(frame).ordinal()]--;
    counts[type.ordinal()]++;
    frames.setPageBlock(memory.firstFrom(start(frame)), type.ordinal() + 1);
  }

  /// How many pageblocks with memory of the zone are of a type.
  long count(MigrateType type) {
    return counts[type.ordinal()];
  }

  /// Invariant: counted as they are.
  ///
  /// @param used the zone's memory, ascending, without `fresh` pageblocks that nobody has used
  boolean countsAgree(List<FrameRange> used, long fresh) {
    long[] found = new long[counts.length];
    found[MigrateType.MOVABLE.ordinal()] = fresh;
    long next = 0;
    for (FrameRange range : used) {
      for (long at = Math.max(start(range.start()), next); at < range.end(); at += PAGES) {
        found[of(at).ordinal()]++;
        next = at + PAGES;
      }
    }
    return Arrays.equals(found, counts);
  }
}
