package org.numaslab.coordinator.topologies;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A row of /proc/slabinfo, version 2.1 (`cache_show` of mm/slab_common.c).
///
/// `objectSize` is the slot's size (the kernel's s->size); active objects are all but those free in
/// slabs of node partial lists.
public record SlabinfoRow(
    String name,
    long activeObjects,
    long objects,
    int objectSize,
    int objectsPerSlab,
    int pagesPerSlab,
    long activeSlabs,
    long slabs) {
  private static final String VERSION = "slabinfo - version: 2.1";

  private static final Pattern ROW =
      Pattern.compile(
          "(\\S.*?) +(\\d+) +(\\d+) +(\\d+) +(\\d+) +(\\d+) +: tunables +\\d+ +\\d+ +\\d+ +: slabdata +(\\d+) +(\\d+) +\\d+(?: .*)?");

  /// A row, and the line to blame for it.
  public record Placed(SlabinfoRow row, Line line) {}

  /// The rows in the order of the file: youngest cache first.
  public static List<Placed> parse(InputText input) {
    List<Line> lines = input.lines();
    if (lines.isEmpty() || !lines.getFirst().text().startsWith(VERSION)) {
      Line first = lines.isEmpty() ? new Line(input.file(), 1, "") : lines.getFirst();
      throw first.bad("slabinfo", first.text(), "a first line \"" + VERSION + "\"");
    }
    List<Placed> rows = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Line line : lines.subList(1, lines.size())) {
      if (!line.text().isBlank() && !line.text().startsWith("#")) {
        SlabinfoRow row = row(line);
        if (!names.add(row.name())) {
          throw line.bad("cache", row.name() + " a second time", "each cache once");
        }
        rows.add(new Placed(row, line));
      }
    }
    if (rows.isEmpty()) {
      throw lines.getLast().bad("slabinfo", "no cache", "a row per cache");
    }
    return rows;
  }

  private static SlabinfoRow row(Line line) {
    Matcher matcher = ROW.matcher(line.text().stripTrailing());
    if (!matcher.matches()) {
      throw line.bad(
          "slabinfo",
          line.text(),
          "a row \"name 5 numbers : tunables 3 numbers : slabdata 3 numbers\"");
    }
    return new SlabinfoRow(
        matcher.group(1),
        line.number("active objects", matcher.group(2), 0, Long.MAX_VALUE),
        line.number("objects", matcher.group(3), 0, Long.MAX_VALUE),
        line.integer("object size", matcher.group(4), 1, Integer.MAX_VALUE),
        line.integer("objects per slab", matcher.group(5), 1, RecordedCache.OBJECTS_PER_SLAB_MAX),
        line.integer("pages per slab", matcher.group(6), 1, 1 << RecordedCache.ORDER_MAX),
        line.number("active slabs", matcher.group(7), 0, Long.MAX_VALUE),
        line.number("slabs", matcher.group(8), 0, Long.MAX_VALUE));
  }
}
