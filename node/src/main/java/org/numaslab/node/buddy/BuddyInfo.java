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
        IntStream.rangeClosed(0, Buddy.ORDER_MAX).mapToObj(zone::blocks).toList());
  }

  public long freePages() {
    return IntStream.rangeClosed(0, Buddy.ORDER_MAX)
        .mapToLong(order -> freeBlocks.get(order) << order)
        .sum();
  }

  /// The row as the kernel prints it (`frag_show_print` of mm/vmstat.c), with its blank at the end.
  @Override
  public String toString() {
    StringBuilder row =
        new StringBuilder(
            String.format(Locale.ROOT, "Node %d, zone %8s ", node.value(), zone.kernelName()));
    for (long blocks : freeBlocks) {
      row.append(String.format(Locale.ROOT, "%6d ", blocks));
    }
    return row.toString();
  }
}
