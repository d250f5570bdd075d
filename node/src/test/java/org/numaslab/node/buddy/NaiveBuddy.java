package org.numaslab.node.buddy;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.ZoneType;

/// The buddy as it is told, to compare with: Java lists, every block in one, fed block by block at
/// boot, maps from first frame to what is free there and from pageblock to its type.
final class NaiveBuddy {
  private static final int ORDERS = 11;
  private static final int BLOCK = 512;

  private record Free(int order, MigrateType list) {}

  private static final class ZoneState {
    final ZoneType type;
    final List<FrameRange> memory = new ArrayList<>();
    final List<Map<MigrateType, List<Long>>> lists = new ArrayList<>();
    final Map<Long, MigrateType> types = new HashMap<>();
    ZoneLimits limits;
    long boost;
    long reserved;
    long claims;
    long steals;

    ZoneState(ZoneType type) {
      this.type = type;
      for (int order = 0; order < ORDERS; order++) {
        Map<MigrateType, List<Long>> ofOrder = new EnumMap<>(MigrateType.class);
        for (MigrateType list : MigrateType.values()) {
          ofOrder.put(list, new ArrayList<>());
        }
        lists.add(ofOrder);
      }
      limits = ZoneLimits.none(0);
    }

    boolean has(long frame) {
      return memory.stream().anyMatch(range -> range.contains(frame));
    }

    List<Long> list(int order, MigrateType type) {
      return Objects.requireNonNull(lists.get(order).get(type));
    }

    MigrateType typeOf(long frame) {
      long block = frame / BLOCK;
      return types.getOrDefault(
          block, has(block * BLOCK) ? MigrateType.MOVABLE : MigrateType.UNMOVABLE);
    }

    void setType(long frame, MigrateType type) {
      types.put(frame / BLOCK, type);
    }
  }

  private final Map<ZoneType, ZoneState> zones = new EnumMap<>(ZoneType.class);
  private final Map<Long, Free> free = new HashMap<>();
  private boolean kswapd;

  NaiveBuddy(List<FrameRange> memory, Map<ZoneType, ZoneLimits> limits) {
    for (FrameRange range : memory) {
      for (ZoneType type : ZoneType.values()) {
        long start = Math.max(Math.max(range.start(), 1), type.firstFrame());
        long end = Math.min(range.end(), type.endFrame());
        if (start < end) {
          ZoneState zone = zones.computeIfAbsent(type, ZoneState::new);
          zone.memory.add(FrameRange.between(start, end));
        }
      }
    }
    for (ZoneState zone : zones.values()) {
      long pages = zone.memory.stream().mapToLong(FrameRange::count).sum();
      zone.limits = limits.getOrDefault(zone.type, ZoneLimits.none(pages));
      for (FrameRange range : zone.memory) {
        long frame = range.start();
        while (frame < range.end()) {
          int order = 0;
          while (order + 1 < ORDERS
              && frame % (2L << order) == 0
              && frame + (2L << order) <= range.end()) {
            order++;
          }
          give(zone, frame, order, true);
          frame += 1L << order;
        }
      }
    }
  }

  List<Long> list(ZoneType zone, int order, MigrateType type) {
    ZoneState state = zones.get(zone);
    return state == null ? List.of() : state.list(order, type);
  }

  private ZoneState zone(ZoneType type) {
    return Objects.requireNonNull(zones.get(type));
  }

  MigrateType typeOf(ZoneType zone, long frame) {
    return zone(zone).typeOf(frame);
  }

  long boost(ZoneType zone) {
    return zone(zone).boost;
  }

  long reserved(ZoneType zone) {
    return zone(zone).reserved;
  }

  FallbackCounts fallbacks() {
    return new FallbackCounts(
        zones.values().stream().mapToLong(zone -> zone.claims).sum(),
        zones.values().stream().mapToLong(zone -> zone.steals).sum());
  }

  long freePages() {
    return free.values().stream().mapToLong(block -> 1L << block.order).sum();
  }

  private long freePages(ZoneState zone) {
    long pages = 0;
    for (int order = 0; order < ORDERS; order++) {
      for (List<Long> list : zone.lists.get(order).values()) {
        pages += (long) list.size() << order;
      }
    }
    return pages;
  }

  // ---- allocation

  long allocate(int order, int gfp, Watermark mark) {
    List<ZoneType> allowed =
        (gfp & Gfp.DMA) != 0
            ? List.of(ZoneType.DMA)
            : (gfp & Gfp.DMA32) != 0
                ? List.of(ZoneType.DMA32, ZoneType.DMA)
                : List.of(ZoneType.NORMAL, ZoneType.DMA32, ZoneType.DMA);
    List<ZoneState> tried = allowed.stream().filter(zones::containsKey).map(zones::get).toList();
    boolean slow = mark == Watermark.MIN || mark == Watermark.LAST;
    boolean wakes = (gfp & Gfp.KSWAPD_RECLAIM) != 0;
    if (kswapd) {
      zones.values().forEach(zone -> zone.boost = 0);
    }
    kswapd = slow && wakes;
    boolean retries = (gfp & Gfp.DIRECT_RECLAIM) != 0 && (gfp & Gfp.NORETRY) == 0;
    if (mark == Watermark.LAST && retries) {
      for (ZoneState zone : tried) {
        if (unreserve(zone, MigrateType.of(gfp))) {
          break;
        }
      }
    }
    boolean apart =
        mark == Watermark.FIRST
            && allowed.getFirst() == ZoneType.NORMAL
            && zones.containsKey(ZoneType.NORMAL)
            && zones.containsKey(ZoneType.DMA32);
    for (boolean whole : apart ? new boolean[] {true, false} : new boolean[] {false}) {
      for (ZoneState zone : tried) {
        if (mayTake(zone, order, gfp, mark, allowed.getFirst())) {
          long head = allocate(zone, order, gfp, mark, whole);
          if (head > 0) {
            return head;
          }
        }
      }
    }
    return -1;
  }

  private static boolean harder(int gfp, Watermark mark) {
    boolean slow = mark == Watermark.MIN || mark == Watermark.LAST;
    boolean atomic = (gfp & Gfp.ATOMIC_RESERVES) != 0 && (gfp & Gfp.NOMEMALLOC) == 0;
    boolean noFail = mark == Watermark.LAST && (gfp & Gfp.NOFAIL) != 0;
    return (slow && atomic) || noFail;
  }

  private boolean mayTake(ZoneState zone, int order, int gfp, Watermark mark, ZoneType highest) {
    if (mark == Watermark.LAST && (gfp & Gfp.MEMALLOC) != 0 && (gfp & Gfp.NOMEMALLOC) == 0) {
      return true;
    }
    boolean slow = mark == Watermark.MIN || mark == Watermark.LAST;
    long level = slow ? zone.limits.min() : zone.limits.low();
    long reserve = zone.limits.protection().get(highest.ordinal());
    boolean harder = harder(gfp, mark);
    if (order == 0) {
      long usable = Math.max(0, freePages(zone) - (harder ? 0 : zone.reserved));
      if (usable > level + zone.boost + reserve) {
        return true;
      }
    }
    if (enough(zone, order, level + zone.boost, reserve, slow && (gfp & Gfp.HIGH) != 0, harder)) {
      return true;
    }
    return order == 0
        && slow
        && (gfp & Gfp.ATOMIC_RESERVES) != 0
        && zone.boost > 0
        && enough(zone, order, level, reserve, (gfp & Gfp.HIGH) != 0, harder);
  }

  private boolean enough(
      ZoneState zone, int order, long level, long reserve, boolean high, boolean harder) {
    long left = level;
    left -= high ? left / 2 : 0;
    left -= harder ? left / 4 : 0;
    long usable = freePages(zone) - (1L << order) + 1 - (harder ? 0 : zone.reserved);
    if (usable <= left + reserve) {
      return false;
    }
    if (order == 0) {
      return true;
    }
    for (int from = order; from < ORDERS; from++) {
      for (MigrateType type : MigrateType.values()) {
        if ((type != MigrateType.HIGH_ATOMIC || harder) && !zone.list(from, type).isEmpty()) {
          return true;
        }
      }
    }
    return false;
  }

  private long allocate(ZoneState zone, int order, int gfp, Watermark mark, boolean whole) {
    boolean reserves = order > 0 && harder(gfp, mark);
    MigrateType type = MigrateType.of(gfp);
    long head = reserves ? smallest(zone, order, MigrateType.HIGH_ATOMIC) : -1;
    if (head < 0) {
      head = smallest(zone, order, type);
    }
    if (head < 0 && fallBack(zone, order, gfp, whole)) {
      head = smallest(zone, order, type);
    }
    if (head > 0
        && reserves
        && zone.reserved < zone.limits.managed() / 100 + BLOCK
        && zone.typeOf(head) != MigrateType.HIGH_ATOMIC) {
      zone.reserved += BLOCK;
      zone.setType(head, MigrateType.HIGH_ATOMIC);
      moveAll(zone, head, MigrateType.HIGH_ATOMIC);
    }
    return head;
  }

  private long smallest(ZoneState zone, int order, MigrateType type) {
    for (int from = order; from < ORDERS; from++) {
      if (!zone.list(from, type).isEmpty()) {
        long head = zone.list(from, type).removeFirst();
        free.remove(head);
        for (int half = from; half-- > order; ) {
          add(zone, head + (1L << half), half, type, false);
        }
        return head;
      }
    }
    return -1;
  }

  private static final Map<MigrateType, List<MigrateType>> FALLBACKS =
      Map.of(
          MigrateType.UNMOVABLE, List.of(MigrateType.RECLAIMABLE, MigrateType.MOVABLE),
          MigrateType.MOVABLE, List.of(MigrateType.RECLAIMABLE, MigrateType.UNMOVABLE),
          MigrateType.RECLAIMABLE, List.of(MigrateType.UNMOVABLE, MigrateType.MOVABLE));

  private boolean fallBack(ZoneState zone, int order, int gfp, boolean whole) {
    MigrateType type = MigrateType.of(gfp);
    for (int from = ORDERS - 1; from >= (whole ? Math.max(order, 9) : order); from--) {
      for (MigrateType other : FALLBACKS.getOrDefault(type, List.of())) {
        if (!zone.list(from, other).isEmpty()) {
          if (type == MigrateType.MOVABLE && from < 4) {
            return stealSmallest(zone, order, gfp);
          }
          steal(zone, zone.list(from, other).getFirst(), from, gfp, true);
          return true;
        }
      }
    }
    return false;
  }

  private boolean stealSmallest(ZoneState zone, int order, int gfp) {
    for (int from = order; from < ORDERS; from++) {
      for (MigrateType other : FALLBACKS.getOrDefault(MigrateType.MOVABLE, List.of())) {
        if (!zone.list(from, other).isEmpty()) {
          steal(zone, zone.list(from, other).getFirst(), from, gfp, from >= 4);
          return true;
        }
      }
    }
    throw new AssertionError("there was one");
  }

  private void steal(ZoneState zone, long head, int order, int gfp, boolean all) {
    MigrateType type = MigrateType.of(gfp);
    MigrateType old = zone.typeOf(head);
    if (old == MigrateType.HIGH_ATOMIC) {
      zone.steals++;
      move(zone, head, type);
      return;
    }
    if (order >= 9) {
      zone.claims++;
      for (long block = head; block < head + (1L << order); block += BLOCK) {
        zone.setType(block, type);
      }
      move(zone, head, type);
      return;
    }
    if (4 * BLOCK <= zone.limits.managed() && zone.limits.high() * 15000 / 10000 > 0) {
      long most = Math.max(BLOCK, zone.limits.high() * 15000 / 10000);
      zone.boost = Math.min(zone.boost + BLOCK, most);
      kswapd |= (gfp & Gfp.KSWAPD_RECLAIM) != 0;
    }
    long moved = all ? moveAll(zone, head, type) : 0;
    if (moved == 0) {
      zone.steals++;
      move(zone, head, type);
      return;
    }
    long alike = old == MigrateType.MOVABLE && type != MigrateType.MOVABLE ? BLOCK - moved : 0;
    if (moved + alike >= 256) {
      zone.claims++;
      zone.setType(head, type);
    } else {
      zone.steals++;
    }
  }

  private long moveAll(ZoneState zone, long frame, MigrateType type) {
    long first = zone.memory.getFirst().start();
    long end = zone.memory.getLast().end();
    long start = frame / BLOCK * BLOCK;
    if (start + BLOCK > end) {
      return 0;
    }
    long moved = 0;
    for (long at = start < first ? frame : start; at < start + BLOCK; at++) {
      Free block = zone.has(at) ? free.get(at) : null;
      if (block != null) {
        move(zone, at, type);
        moved += 1L << block.order;
      }
    }
    return moved;
  }

  private boolean unreserve(ZoneState zone, MigrateType type) {
    for (int order = 0; order < ORDERS; order++) {
      List<Long> list = zone.list(order, MigrateType.HIGH_ATOMIC);
      if (!list.isEmpty()) {
        long head = list.getFirst();
        if (zone.typeOf(head) == MigrateType.HIGH_ATOMIC) {
          zone.reserved -= Math.min(BLOCK, zone.reserved);
        }
        zone.setType(head, type);
        if (moveAll(zone, head, type) > 0) {
          return true;
        }
      }
    }
    return false;
  }

  private void move(ZoneState zone, long head, MigrateType type) {
    Free block = Objects.requireNonNull(free.get(head));
    zone.list(block.order, block.list).remove(head);
    add(zone, head, block.order, type, true);
  }

  private void add(ZoneState zone, long head, int order, MigrateType type, boolean tail) {
    free.put(head, new Free(order, type));
    List<Long> list = zone.list(order, type);
    list.add(tail ? list.size() : 0, head);
  }

  // ---- freeing

  void free(long head, int order) {
    give(zone(ZoneType.of(head)), head, order, false);
  }

  private void give(ZoneState zone, long freed, int order, boolean boot) {
    long head = freed;
    MigrateType type = zone.typeOf(head);
    while (order < 10 && isFree(zone, buddy(head, order), order)) {
      long other = buddy(head, order);
      boolean reserved =
          (type == MigrateType.HIGH_ATOMIC) != (zone.typeOf(other) == MigrateType.HIGH_ATOMIC);
      if (order >= 9 && reserved) {
        break;
      }
      zone.list(order, Objects.requireNonNull(free.remove(other)).list).remove(other);
      head = Math.min(head, other);
      order++;
    }
    long merged = Math.min(head, buddy(head, order));
    boolean tail = boot || (order < 9 && isFree(zone, buddy(merged, order + 1), order + 1));
    add(zone, head, order, type, tail);
  }

  private static long buddy(long head, int order) {
    long size = 1L << order;
    return head / size % 2 == 0 ? head + size : head - size;
  }

  private boolean isFree(ZoneState zone, long head, int order) {
    Free block = free.get(head);
    return block != null && block.order == order && zone.has(head);
  }
}
