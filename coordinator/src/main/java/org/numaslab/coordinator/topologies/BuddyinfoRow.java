package org.numaslab.coordinator.topologies;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;
import org.numaslab.node.topology.ZoneType;

/// A row of /proc/buddyinfo: how many free blocks a zone has, index = order.
public record BuddyinfoRow(NodeId node, ZoneType zone, List<Long> freeBlocks) {
  private static final Pattern ROW = Pattern.compile("Node (\\d+), zone +(\\S+) +(\\d[\\d ]*)");

  /// Orders that any kernel has (MAX_ORDER was raised to 64 KiB pages' needs at most).
  private static final int ORDERS_MAX = 16;

  public BuddyinfoRow {
    freeBlocks = List.copyOf(freeBlocks);
  }

  /// Free page frames of the zone.
  public long freeFrames() {
    long frames = 0;
    for (int order = 0; order < freeBlocks.size(); order++) {
      frames += freeBlocks.get(order) << order;
    }
    return frames;
  }

  /// @param zones of the same machine: a file without a row for each was cut
  static List<BuddyinfoRow> parse(InputText input, List<RecordedZone> zones) {
    List<BuddyinfoRow> rows = new ArrayList<>();
    for (Line line : input.lines()) {
      String text = line.text().strip();
      if (!text.isEmpty()) {
        row(line, text).ifPresent(rows::add);
      }
    }
    for (RecordedZone zone : zones) {
      if (rows.stream().noneMatch(row -> row.isOf(zone))) {
        throw new BadInput(
            "%s: got no row for node %d, zone %s, allowed: one for each zone of zoneinfo.txt"
                .formatted(input.file(), zone.node().value(), zone.type()));
      }
    }
    return List.copyOf(rows);
  }

  private boolean isOf(RecordedZone recorded) {
    return node.equals(recorded.node()) && zone == recorded.type();
  }

  private static Optional<BuddyinfoRow> row(Line line, String text) {
    Matcher matcher = ROW.matcher(text);
    if (!matcher.matches()) {
      throw line.bad("buddyinfo", text, "a row as \"Node 0, zone DMA32 4 2 1\"");
    }
    int node = line.integer("node number", matcher.group(1), 0, Topology.NODES_MAX - 1);
    List<Long> freeBlocks = new ArrayList<>();
    for (String count : matcher.group(3).split(" +")) {
      freeBlocks.add(line.number("free blocks", count, 0, FrameRange.END_MAX));
    }
    if (freeBlocks.size() > ORDERS_MAX) {
      throw line.bad("orders", "" + freeBlocks.size(), "1.." + ORDERS_MAX);
    }
    return Zoneinfo.typeOf(matcher.group(2))
        .map(zone -> new BuddyinfoRow(new NodeId(node), zone, freeBlocks));
  }
}
