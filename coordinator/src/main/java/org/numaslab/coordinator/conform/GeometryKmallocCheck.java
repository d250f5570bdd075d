package org.numaslab.coordinator.conform;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.numaslab.coordinator.topologies.InputText;
import org.numaslab.coordinator.topologies.Line;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.KmallocClasses;
import org.numaslab.node.topology.BadInput;

/// Compares a sweep over kmalloc's sizes with [KmallocClasses].
///
/// A row `KM` has a kind of request, the first size with this answer, what `ksize` says, and the
/// cache or `page-order-N`; the answer holds up to the next row's size, which is compared too.
final class GeometryKmallocCheck {
  private static final String KIND = "kmalloc's classes";
  private static final String NO_OBJECT = "ZERO_OR_NULL:%016x";

  private static final Map<String, Integer> KINDS = new LinkedHashMap<>();

  static {
    KINDS.put("GFP_KERNEL", Gfp.KERNEL);
    KINDS.put("GFP_KERNEL_ACCOUNT", Gfp.KERNEL_ACCOUNT);
    KINDS.put("ACCOUNT", Gfp.KERNEL_ACCOUNT);
    KINDS.put("RECLAIMABLE", Gfp.KERNEL | Gfp.RECLAIMABLE);
    KINDS.put("DMA", Gfp.KERNEL | Gfp.DMA);
    KINDS.put("DMA32", Gfp.KERNEL | Gfp.DMA32);
    KINDS.put("GFP_ATOMIC", Gfp.ATOMIC);
    KINDS.put("GFP_NOWAIT", Gfp.NOWAIT);
    KINDS.put("GFP_NOFS", Gfp.NOFS);
    KINDS.put("GFP_NOIO", Gfp.NOIO);
  }

  /// One row: where, which kind, from which size, and what was answered.
  private record Row(Line line, String kind, int gfp, long size, Answer answer) {}

  private record Answer(String usable, String cache) {}

  private final Map<String, Integer> usableBytes = new LinkedHashMap<>();
  private final GeometryTally tally;

  private GeometryKmallocCheck(InputText input, GeometryOptions options) {
    this.tally = new GeometryTally(input.file(), KIND);
    for (CacheRequest request : KmallocClasses.boot()) {
      usableBytes.put(request.name(), CacheGeometry.of(request, options).usableBytes());
    }
  }

  /// Is this the second field of a row that only such a table has?
  static boolean knows(String tag) {
    return tag.equals("KM");
  }

  static GeometryReport check(InputText input, GeometryOptions options) {
    List<Row> rows = new ArrayList<>();
    for (Line line : input.lines()) {
      String[] fields = line.text().split("\t", -1);
      String tag = fields.length > 1 ? fields[1] : "";
      switch (tag) {
        case "KM" -> rows.add(row(line, fields));
        case "CMD", "RC", "NOTE" -> {}
        default ->
            throw line.bad("row", line.text(), "tag KM, CMD, RC or NOTE as the second field");
      }
    }
    if (rows.isEmpty()) {
      throw new BadInput(input.file() + ": got no row KM, allowed: at least one");
    }
    GeometryKmallocCheck check = new GeometryKmallocCheck(input, options);
    for (int i = 0; i < rows.size(); i++) {
      boolean followed = i + 1 < rows.size() && rows.get(i + 1).kind().equals(rows.get(i).kind());
      check.compare(rows.get(i), followed ? rows.get(i + 1).size() - 1 : rows.get(i).size());
    }
    return check.tally.report();
  }

  private static Row row(Line line, String[] fields) {
    if (fields.length != 6) {
      throw line.bad(
          "row KM", fields.length + " fields", "step, KM, kind, size, ksize, cache or page order");
    }
    Integer gfp = KINDS.get(fields[2]);
    if (gfp == null) {
      throw line.bad("kind of request", fields[2], String.join(" ", KINDS.keySet()));
    }
    long size = line.number("request size", fields[3], 0, Integer.MAX_VALUE);
    return new Row(line, fields[2], gfp, size, new Answer(fields[4], fields[5]));
  }

  private void compare(Row row, long lastSize) {
    if (lastSize < row.size()) {
      throw row.line()
          .bad("request size", row.size() + ", then " + (lastSize + 1), "ascending sizes");
    }
    tally.row(row.kind() + " " + row.size());
    Answer computed = answer(row.size(), row.gfp());
    tally.compare(row.line(), "ksize", row.answer().usable(), computed.usable());
    tally.compare(row.line(), "cache", row.answer().cache(), computed.cache());
    // Answers only grow with the size: the same at both ends is the same in between.
    if (lastSize > row.size()) {
      String last = row.answer().cache() + " up to " + lastSize;
      tally.compare(
          row.line(), "range", last, answer(lastSize, row.gfp()).cache() + " up to " + lastSize);
    }
  }

  private Answer answer(long size, int gfp) {
    if (size == 0) {
      return new Answer("0", NO_OBJECT.formatted(KmallocClasses.ZERO_SIZE_PTR));
    }
    if (size > KmallocClasses.SIZE_MAX) {
      return new Answer("0", NO_OBJECT.formatted(0));
    }
    if (!KmallocClasses.fromCache(size)) {
      int order = KmallocClasses.pageOrder(size);
      return new Answer(String.valueOf(4096L << order), "page-order-" + order);
    }
    String cache = KmallocClasses.name((int) size, gfp);
    return new Answer(String.valueOf(usableBytes.get(cache)), cache);
  }
}
