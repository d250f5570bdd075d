package org.numaslab.node.buddy;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.ZoneType;

/// How many free blocks of each order one zone of a node has: a row of /proc/buddyinfo.
///
/// @param freeBlocks by order, from 0 to [Buddy#ORDER_MAX]
public record BuddyInfo(NodeId node, ZoneType zone, List<Long> freeBlocks) {
  public BuddyInfo {
    freeBlocks = List.copyOf(freeBlocks);
    if (freeBlocks.size() != Buddy.ORDER_MAX + 1) {
      throw new IllegalArgumentException("free blocks of " + freeBlocks.size() + " orders");
    }
  }

  static BuddyInfo of(NodeId node, Zone zone) {
    return new BuddyInfo(
        node,
        zone.type(),
        IntStream.rangeClosed(0, Buddy.ORDER_MAX).mapToObj(zone.areas()::blocks).toList());
  }

  public long freePages() {
    return IntStream.rangeClosed(0, Buddy.ORDER_MAX)
        .mapToLong(order -> freeBlocks.get(order) << order)
        .sum();
  }

  /// Which part of the free memory is of no use to a request of this order, in thousandths: 0 none,
  /// 1000 all, also when nothing is free (`unusable_free_index` of mm/vmstat.c).
  public long unusableIndex(int order) {
    long free = freePages();
    return free == 0 ? 1000 : (free - (suitable(order) << order)) * 1000 / free;
  }

  /// Why a request of this order would fail, in thousandths: towards 0 for lack of memory, towards
  /// 1000 for fragmentation; -1000 when it would not fail (`__fragmentation_index` of mm/vmstat.c).
  public long fragmentationIndex(int order) {
    long blocks = freeBlocks.stream().mapToLong(Long::longValue).sum();
    if (blocks == 0) {
      return 0;
    }
    return suitable(order) > 0
        ? -1000
        : 1000 - (1000 + freePages() * 1000 / (1L << order)) / blocks;
  }

  /// How many blocks of an order the free memory has, smaller ones not joined.
  private long suitable(int order) {
    return IntStream.rangeClosed(order, Buddy.ORDER_MAX)
        .mapToLong(at -> freeBlocks.get(at) << (at - order))
        .sum();
  }

  /// The row of /sys/kernel/debug/extfrag/unusable_index.
  public String unusableRow() {
    StringBuilder row = head();
    for (int order = 0; order <= Buddy.ORDER_MAX; order++) {
      long index = unusableIndex(order);
      row.append(String.format(Locale.ROOT, "%d.%03d ", index / 1000, index % 1000));
    }
    return row.toString();
  }

  /// The row of /sys/kernel/debug/extfrag/extfrag_index.
  public String fragmentationRow() {
    StringBuilder row = head();
    for (int order = 0; order <= Buddy.ORDER_MAX; order++) {
      long index = fragmentationIndex(order);
      row.append(String.format(Locale.ROOT, "%2d.%03d ", index / 1000, index % 1000));
    }
    return row.toString();
  }

  private StringBuilder head() {
    return new StringBuilder(
        String.format(Locale.ROOT, "Node %d, zone %8s ", node.value(), zone.kernelName()));
  }

  /// The row as the kernel prints it (`frag_show_print` of mm/vmstat.c), with its blank at the end.
  @Override
  public String toString() {
    StringBuilder row = head();
    for (long blocks : freeBlocks) {
      row.append(String.format(Locale.ROOT, "%6d ", blocks));
    }
    return row.toString();
  }
}
