package org.numaslab.node.buddy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.ZoneType;

/// The buddy as it is told, to compare with: Java lists, every block in one, fed block by block at
/// boot, one map from first frame to order.
final class NaiveBuddy {
  private static final int ORDERS = 11;

  private final List<FrameRange> memory;

  /// By zone, then by order.
  private final List<List<List<Long>>> lists = new ArrayList<>();

  private final Map<Long, Integer> free = new HashMap<>();

  NaiveBuddy(List<FrameRange> memory) {
    this.memory = memory;
    for (int zone = 0; zone < ZoneType.values().length; zone++) {
      List<List<Long>> orders = new ArrayList<>();
      for (int order = 0; order < ORDERS; order++) {
        orders.add(new ArrayList<>());
      }
      lists.add(orders);
    }
    for (FrameRange range : memory) {
      long frame = Math.max(range.start(), 1);
      while (frame < range.end()) {
        int order = 0;
        while (order + 1 < ORDERS
            && frame % (2L << order) == 0
            && frame + (2L << order) <= range.end()
            && ZoneType.of(frame) == ZoneType.of(frame + (2L << order) - 1)) {
          order++;
        }
        give(frame, order, true);
        frame += 1L << order;
      }
    }
  }

  List<Long> list(ZoneType zone, int order) {
    return lists.get(zone.ordinal()).get(order);
  }

  long freePages() {
    return free.values().stream().mapToLong(order -> 1L << order).sum();
  }

  long allocate(int order, int gfp) {
    List<ZoneType> zones =
        (gfp & Gfp.DMA) != 0
            ? List.of(ZoneType.DMA)
            : (gfp & Gfp.DMA32) != 0
                ? List.of(ZoneType.DMA32, ZoneType.DMA)
                : List.of(ZoneType.NORMAL, ZoneType.DMA32, ZoneType.DMA);
    for (ZoneType zone : zones) {
      for (int from = order; from < ORDERS; from++) {
        if (!list(zone, from).isEmpty()) {
          long head = list(zone, from).removeFirst();
          free.remove(head);
          for (int half = from; half-- > order; ) {
            list(zone, half).addFirst(head + (1L << half));
            free.put(head + (1L << half), half);
          }
          return head;
        }
      }
    }
    return -1;
  }

  void free(long head, int order) {
    give(head, order, false);
  }

  private void give(long head, int order, boolean boot) {
    ZoneType zone = ZoneType.of(head);
    while (order < 10 && isFree(buddy(head, order), order, zone)) {
      long other = buddy(head, order);
      list(zone, order).remove(other);
      free.remove(other);
      head = Math.min(head, other);
      order++;
    }
    free.put(head, order);
    long merged = Math.min(head, buddy(head, order));
    boolean tail = boot || (order < 9 && isFree(buddy(merged, order + 1), order + 1, zone));
    if (tail) {
      list(zone, order).addLast(head);
    } else {
      list(zone, order).addFirst(head);
    }
  }

  private static long buddy(long head, int order) {
    long size = 1L << order;
    return head / size % 2 == 0 ? head + size : head - size;
  }

  private boolean isFree(long head, int order, ZoneType zone) {
    return Integer.valueOf(order).equals(free.get(head))
        && ZoneType.of(head) == zone
        && memory.stream().anyMatch(range -> range.contains(head));
  }
}
