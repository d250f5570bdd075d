package org.numaslab.node.buddy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
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
/// zone, a node or a range of memory. Watermarks keep pages back ([ZoneReserve]), and pages of one
/// migrate type are kept together ([PageGrouping]). There are no per-cpu lists of pages, and
/// nothing is reclaimed.
///
/// Owner: the node; nobody else touches an instance. Models mm/page_alloc.c of Linux 6.1; which end
/// of a list a block goes to is written at [Zone].
///
/// While its memory is not on line nothing is handed out; off line it has no zones ([MemoryState]).
/// The watermarks stay as they were at boot.
public final class Buddy {
  /// The largest block has 1024 pages, 4 MiB: MAX_ORDER - 1 of Linux 6.1.
  public static final int ORDER_MAX = 10;

  /// Pages are grouped by migrate type in pageblocks of this order.
  public static final int PAGEBLOCK_ORDER = PageBlocks.ORDER;

  /// What [#allocate] returns when there is no such block.
  public static final long REFUSED = -1;

  private final FrameTable frames;

  private final List<FrameRange> memory;
  private final Map<ZoneType, ZoneLimits> limits;

  /// Ascending; only zones that have memory on line.
  private List<Zone> zones = List.of();

  private MemoryState state = MemoryState.ONLINE;

  /// kswapd was woken, and is done before the next request.
  private boolean kswapdWoken;

  /// A node that gives its last page to anybody.
  ///
  /// @param memory the node's page frames: ranges in any order, not overlapping; none is allowed,
  ///   and refuses everything. Frame 0 is left out, should it be there.
  public Buddy(FrameTable frames, List<FrameRange> memory) {
    this(frames, memory, Map.of());
  }

  /// @param limits of each zone; what it has beyond its managed pages is held
  public Buddy(FrameTable frames, List<FrameRange> memory, Map<ZoneType, ZoneLimits> limits) {
    this.frames = frames;
    this.memory = List.copyOf(memory);
    this.limits = Map.copyOf(limits);
    populate();
    assert consistent();
  }

  private void populate() {
    List<Zone> populated = new ArrayList<>();
    parts(memory)
        .forEach((type, part) ->
            populated.add(
                new Zone(
                    type,
                    frames,
                    part,
                    limits.getOrDefault(type, ZoneLimits.none(part.frames())))));
    zones = List.copyOf(populated);
    for (Zone zone : zones) {
      hold(zone.type(), Math.max(0, zone.memory().frames() - zone.reserve().limits().managed()));
    }
  }

  /// Takes the node's memory off line, or back (`offline_pages`, `online_pages` of
  /// mm/memory_hotplug.c).
  ///
  /// @throws IllegalStateException when it is to be off line, but pages are in use
  public void setMemory(MemoryState next) {
    if (next == MemoryState.OFFLINE && state != MemoryState.OFFLINE) {
      if (usedPages() > 0) {
        throw new IllegalStateException(usedPages() + " pages are in use: they cannot go off line");
      }
      everUsed().forEach(this::forget);
      zones = List.of();
      kswapdWoken = false;
    } else if (next == MemoryState.ONLINE && state == MemoryState.OFFLINE) {
      populate();
    }
    state = next;
    assert consistent();
  }

  private void forget(FrameRange range) {
    for (long frame = range.start(); frame < range.end(); frame++) {
      frames.markHead(frame, 0, Kind.NONE);
      frames.setPageBlock(frame, 0);
    }
  }

  /// The pages of each zone in which there are any, lowest zone first.
  ///
  /// @param memory a node's page frames, as for the buddy
  public static Map<ZoneType, Long> pagesByZone(List<FrameRange> memory) {
    Map<ZoneType, Long> pages = new EnumMap<>(ZoneType.class);
    parts(memory).forEach((type, part) -> pages.put(type, part.frames()));
    return pages;
  }

  private static Map<ZoneType, ZoneMemory> parts(List<FrameRange> memory) {
    List<FrameRange> joined = joined(memory);
    Map<ZoneType, ZoneMemory> parts = new EnumMap<>(ZoneType.class);
    for (ZoneType type : ZoneType.values()) {
      List<FrameRange> part = part(joined, type);
      if (!part.isEmpty()) {
        parts.put(type, new ZoneMemory(part));
      }
    }
    return parts;
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

  /// A block from the highest zone that `gfp` allows, that its watermark allows and that has one.
  ///
  /// | gfp          | zones, in this order |
  /// |--------------|----------------------|
  /// | DMA          | DMA                  |
  /// | DMA32        | DMA32, DMA           |
  /// | neither      | NORMAL, DMA32, DMA   |
  ///
  /// @return its first frame, or [#REFUSED]; orders above [#ORDER_MAX] are always refused
  public long allocate(int order, int gfp, Watermark mark) {
    PageRequest request = new PageRequest(order, gfp, mark);
    if (order > ORDER_MAX || state != MemoryState.ONLINE) {
      return REFUSED;
    }
    if (kswapdWoken) {
      zones.forEach(zone -> zone.reserve().endBoost());
    }
    kswapdWoken = !request.atLow() && request.wakesKswapd();
    if (mark == Watermark.LAST && Watermark.retries(gfp)) {
      unreserveHighAtomic(request);
    }
    long head = FreeList.NONE;
    if (mark == Watermark.FIRST && keepsTypesApart(request)) {
      head = allocate(request, true);
    }
    if (head == FreeList.NONE) {
      head = allocate(request, false);
    }
    if (head == FreeList.NONE) {
      return REFUSED;
    }
    frames.markHead(head, order, Kind.PAGES);
    assert zones.stream().allMatch(Zone::countsAgree);
    return head;
  }

  private long allocate(PageRequest request, boolean whole) {
    for (Zone zone : zones.reversed()) {
      if (zone.type().compareTo(request.highestZone()) <= 0) {
        long head = zone.allocate(request, whole);
        kswapdWoken |= zone.grouping().takeKswapdDue();
        if (head != FreeList.NONE) {
          return head;
        }
      }
    }
    return FreeList.NONE;
  }

  /// A lower zone is better than mixing types in the highest (`alloc_flags_nofragment`).
  private boolean keepsTypesApart(PageRequest request) {
    return request.highestZone() == ZoneType.NORMAL
        && zoneOf(ZoneType.NORMAL) != null
        && zoneOf(ZoneType.DMA32) != null;
  }

  private void unreserveHighAtomic(PageRequest request) {
    for (Zone zone : zones.reversed()) {
      if (zone.type().compareTo(request.highestZone()) <= 0
          && zone.grouping().unreserveHighAtomic(request.type())) {
        return;
      }
    }
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
    return zones.stream().mapToLong(zone -> zone.memory().frames()).sum();
  }

  public long freePages() {
    return zones.stream().mapToLong(zone -> zone.areas().freePages()).sum();
  }

  public long heldPages() {
    return zones.stream().mapToLong(Zone::heldPages).sum();
  }

  /// Pages that were handed out and have not come back.
  public long usedPages() {
    return managedPages() - freePages() - heldPages();
  }

  /// A row of /proc/buddyinfo for each zone of this node, which is `node` there.
  public List<BuddyInfo> info(NodeId node) {
    return zones.stream().map(zone -> BuddyInfo.of(node, zone)).toList();
  }

  /// Each zone in full, lowest first.
  public List<ZoneInfo> zoneInfo() {
    return zones.stream().map(ZoneInfo::of).toList();
  }

  /// Over all zones.
  public FallbackCounts fallbacks() {
    return zones.stream()
        .map(zone -> zone.grouping().counts())
        .reduce(FallbackCounts.NONE, FallbackCounts::plus);
  }

  /// The frames of this node whose entries may have been written: all but the blocks that nobody
  /// has had since boot. For reports that walk the table.
  public List<FrameRange> everUsed() {
    return zones.stream().flatMap(zone -> zone.everUsed().stream()).toList();
  }

  /// First frames of the free blocks of a list, from its head to its tail.
  long[] heads(ZoneType type, int order, MigrateType of) {
    Zone zone = zoneOf(type);
    return zone == null ? new long[0] : zone.areas().heads(order, of);
  }

  MigrateType pageBlock(long frame) {
    Zone zone = zoneOf(frame);
    if (zone == null) {
      throw new IllegalArgumentException("frame " + frame + " is not of this node");
    }
    return zone.blocks().of(frame);
  }

  /// The invariant of every zone, in full: walks all lists. Public methods assert only that the
  /// counts agree.
  public boolean consistent() {
    return zones.stream().allMatch(Zone::consistent);
  }
}
