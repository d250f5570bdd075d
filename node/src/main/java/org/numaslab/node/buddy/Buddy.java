package org.numaslab.node.buddy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.memory.FrameTable.Kind;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.ZoneType;

/// The free pages of one node, in blocks of `1 << order` page frames, aligned to their size.
///
/// What the page-frame entry of a block's first frame says:
///
/// | block is        | kind            | order | links    | written by               |
/// |-----------------|-----------------|-------|----------|--------------------------|
/// | free            | FREE_BLOCK      | its   | its list | the buddy                |
/// | free since boot | NONE            | 0     | none     | nobody: see [FreshBlocks] |
/// | handed out      | PAGES           | its   | none     | [#allocate]              |
/// | in use          | SLAB, PAGES, RCU | its  | holder's | the holder, by `FrameTable.markBlock` if it wants each frame to find its head |
/// | held            | RESERVED        | its   | none     | [#hold], for good        |
///
/// [#free] takes blocks of the third and fourth kind, at the first frame and with the order that
/// they were handed out with; it unmarks every frame, so that a stale address finds no slab. Slab
/// words are left alone: their generation lives on.
///
/// Zones follow from the physical address. A block never crosses zones, and merging never leaves a
/// zone, a node or a range of memory. The last page may be had: no watermarks, no migrate types, no
/// per-cpu lists of pages.
///
/// Owner: the node; nobody else touches an instance. Models mm/page_alloc.c of Linux 6.1; which end
/// of a list a block goes to is written at [Zone].
public final class Buddy {
  /// The largest block has 1024 pages, 4 MiB: MAX_ORDER - 1 of Linux 6.1.
  public static final int ORDER_MAX = 10;

  /// What [#allocate] returns when there is no such block.
  public static final long REFUSED = -1;

  private final FrameTable frames;

  /// Ascending; only zones that have memory.
  private final List<Zone> zones;

  /// @param memory the node's page frames: ranges in any order, not overlapping; none is allowed,
  ///   and refuses everything. Frame 0 is left out, should it be there.
  public Buddy(FrameTable frames, List<FrameRange> memory) {
    this.frames = frames;
    List<FrameRange> joined = joined(memory);
    List<Zone> populated = new ArrayList<>();
    for (ZoneType type : ZoneType.values()) {
      List<FrameRange> part = part(joined, type);
      if (!part.isEmpty()) {
        populated.add(new Zone(type, frames, part));
      }
    }
    zones = List.copyOf(populated);
    assert consistent();
  }

  /// Ascending, adjacent ranges joined: blocks may span the seam.
  private static List<FrameRange> joined(List<FrameRange> memory) {
    List<FrameRange> joined = new ArrayList<>();
    for (FrameRange range :
        memory.stream().sorted(Comparator.comparingLong(FrameRange::start)).toList()) {
      FrameRange last = joined.isEmpty() ? null : joined.getLast();
      if (last != null && range.start() < last.end()) {
        throw new IllegalArgumentException(range + " overlap " + last);
      }
      if (last != null && range.start() == last.end()) {
        joined.set(joined.size() - 1, FrameRange.between(last.start(), range.end()));
      } else {
        joined.add(range);
      }
    }
    return joined;
  }

  private static List<FrameRange> part(List<FrameRange> memory, ZoneType type) {
    List<FrameRange> part = new ArrayList<>();
    for (FrameRange range : memory) {
      long start = Math.max(Math.max(range.start(), type.firstFrame()), 1);
      long end = Math.min(range.end(), type.endFrame());
      if (start < end) {
        part.add(FrameRange.between(start, end));
      }
    }
    return part;
  }

  /// A block from the highest zone that `gfp` allows and that has one.
  ///
  /// | gfp          | zones, in this order |
  /// |--------------|----------------------|
  /// | DMA          | DMA                  |
  /// | DMA32        | DMA32, DMA           |
  /// | neither      | NORMAL, DMA32, DMA   |
  ///
  /// @return its first frame, or [#REFUSED]; orders above [#ORDER_MAX] are always refused
  public long allocate(int order, int gfp) {
    if (order < 0) {
      throw new IllegalArgumentException("block of order " + order);
    }
    if (order > ORDER_MAX) {
      return REFUSED;
    }
    ZoneType highest = highestZone(gfp);
    for (int i = zones.size() - 1; i >= 0; i--) {
      Zone zone = zones.get(i);
      long head = zone.type().compareTo(highest) <= 0 ? zone.take(order) : FreeList.NONE;
      if (head != FreeList.NONE) {
        frames.markHead(head, order, Kind.PAGES);
        assert zone.countsAgree();
        return head;
      }
    }
    return REFUSED;
  }

  private static ZoneType highestZone(int gfp) {
    return (gfp & Gfp.DMA) != 0
        ? ZoneType.DMA
        : (gfp & Gfp.DMA32) != 0 ? ZoneType.DMA32 : ZoneType.NORMAL;
  }

  /// Takes back a block, merged with its free buddies.
  ///
  /// @throws IllegalStateException when this is no block in use of that order here: freed twice,
  ///   another order, another node's; nothing is changed then
  public void free(long head, int order) {
    Zone zone = zoneOf(head);
    if (zone == null) {
      throw new IllegalStateException(
          "free of frame " + head + ", order " + order + ": not of this node");
    }
    Kind kind = frames.kind(head);
    boolean inUse = kind == Kind.SLAB || kind == Kind.PAGES || kind == Kind.RCU;
    if (!inUse || frames.order(head) != order || !isAligned(head, order)) {
      throw new IllegalStateException(
          "free of frame "
              + head
              + ", order "
              + order
              + ": found "
              + kind
              + " of order "
              + frames.order(head));
    }
    for (long frame = head; frame < head + (1L << order); frame++) {
      if (frames.kind(frame) != Kind.NONE) {
        frames.markHead(frame, 0, Kind.NONE);
      }
    }
    zone.give(head, order);
    assert zone.countsAgree();
  }

  private static boolean isAligned(long head, int order) {
    return (head & (1L << order) - 1) == 0;
  }

  private @Nullable Zone zoneOf(long frame) {
    for (Zone zone : zones) {
      if (zone.owns(frame)) {
        return zone;
      }
    }
    return null;
  }

  private @Nullable Zone zoneOf(ZoneType type) {
    for (Zone zone : zones) {
      if (zone.type() == type) {
        return zone;
      }
    }
    return null;
  }

  /// Takes pages of a zone away for good: what a recorded machine had in use already. Which pages
  /// it had no recording tells; these are taken as an allocation takes them, in blocks as large as
  /// there are.
  ///
  /// @return how many were taken: fewer when the zone has no more
  public long hold(ZoneType type, long pages) {
    Zone zone = zoneOf(type);
    long held = zone == null ? 0 : zone.hold(pages);
    assert zone == null || zone.countsAgree();
    return held;
  }

  /// The zones in which this node has memory, lowest first.
  public List<ZoneType> zones() {
    return zones.stream().map(Zone::type).toList();
  }

  /// Pages that the node began with: free, handed out or held.
  public long managedPages() {
    return zones.stream().mapToLong(Zone::managedPages).sum();
  }

  public long freePages() {
    return zones.stream().mapToLong(Zone::freePages).sum();
  }

  public long heldPages() {
    return zones.stream().mapToLong(Zone::heldPages).sum();
  }

  /// Pages that were handed out and have not come back.
  public long usedPages() {
    return managedPages() - freePages() - heldPages();
  }

  public long freePages(ZoneType type) {
    Zone zone = zoneOf(type);
    return zone == null ? 0 : zone.freePages();
  }

  public long freeBlocks(ZoneType type, int order) {
    Zone zone = zoneOf(type);
    return zone == null ? 0 : zone.blocks(order);
  }

  /// A row of /proc/buddyinfo for each zone of this node, which is `node` there.
  public List<BuddyInfo> info(NodeId node) {
    return zones.stream().map(zone -> BuddyInfo.of(node, zone)).toList();
  }

  /// The frames of this node whose entries may have been written: all but the blocks that nobody
  /// has had since boot. For reports that walk the table.
  public List<FrameRange> everUsed() {
    return zones.stream().flatMap(zone -> zone.everUsed().stream()).toList();
  }

  /// First frames of the free blocks, from the head of the list to its tail.
  long[] heads(ZoneType type, int order) {
    Zone zone = zoneOf(type);
    return zone == null ? new long[0] : zone.heads(order);
  }

  /// The invariant of every zone, in full: walks all lists. Public methods assert only that the
  /// counts agree.
  public boolean consistent() {
    return zones.stream().allMatch(Zone::consistent);
  }
}
