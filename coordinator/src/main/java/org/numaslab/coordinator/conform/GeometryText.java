package org.numaslab.coordinator.conform;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SlabFlags;

/// Geometry for people: one cache explained, a table of many, and what a check found.
public final class GeometryText {
  private static final int DIFFERENCES_SHOWN = 10;

  private static final List<String> REQUEST_COLUMNS =
      List.of("req_size", "req_align", "req_flags", "req_ctor");

  private GeometryText() {}

  /// The boot options in one line.
  public static String options(GeometryOptions options) {
    return "cpus %d, slub_min_order %d, slub_max_order %d, slub_min_objects %s, slub_debug %s, %s"
        .formatted(
            options.cpus(),
            options.slubMinOrder(),
            options.slubMaxOrder(),
            options.slubMinObjects() == 0
                ? options.minObjects() + " (from cpus)"
                : options.slubMinObjects(),
            options.debug(),
            options.noMerge() ? "slab_nomerge" : "merging");
  }

  /// Every number of one cache, each with what it means.
  public static String one(CacheRequest request, CacheGeometry geometry, GeometryOptions options) {
    StringBuilder text = new StringBuilder();
    text.append("cache %s\n%s\n\n".formatted(request.name(), options(options)));
    for (GeometryColumn column : GeometryColumn.values()) {
      String words =
          column == GeometryColumn.FLAGS ? ": " + SlabFlags.toString(geometry.flags()) : "";
      text.append(
          "%-24s %9s  %s%s\n"
              .formatted(column.header(), column.of(geometry), column.meaning(), words));
    }
    int waste = geometry.slabBytes() - geometry.ooObjects() * geometry.size();
    text.append(
        "\nslot   %s\nslab   %d bytes: %d slots of %d, %d bytes (%.1f %%) left over\n"
            .formatted(
                slot(geometry),
                geometry.slabBytes(),
                geometry.ooObjects(),
                geometry.size(),
                waste,
                100.0 * waste / geometry.slabBytes()));
    return text.toString();
  }

  /// The parts of a slot in the order of their addresses, each with its bytes.
  private static String slot(CacheGeometry geometry) {
    StringBuilder parts = new StringBuilder();
    part(parts, "left zone", geometry.redLeftPad());
    part(parts, "object", geometry.objectSize());
    boolean zone = geometry.has(SlabFlags.RED_ZONE);
    part(parts, zone ? "right zone" : "padding", geometry.inUse() - geometry.objectSize());
    part(parts, "free pointer", geometry.tracksOffset() - geometry.inUse());
    int end = geometry.tracksOffset();
    if (geometry.has(SlabFlags.STORE_USER)) {
      part(parts, "track of alloc", CacheGeometry.TRACK_BYTES);
      part(parts, "track of free", CacheGeometry.TRACK_BYTES);
      end = geometry.askedSizeOffset();
      if (geometry.has(SlabFlags.KMALLOC)) {
        part(parts, "size asked for", CacheGeometry.ASKED_SIZE_BYTES);
        end += CacheGeometry.ASKED_SIZE_BYTES;
      }
    }
    part(parts, "padding", geometry.size() - geometry.redLeftPad() - end);
    return parts.toString();
  }

  private static void part(StringBuilder parts, String name, int bytes) {
    if (bytes > 0) {
      parts.append(parts.isEmpty() ? "" : " | ").append(name).append(' ').append(bytes);
    }
  }

  /// The header line of a table of many caches, tabs between.
  public static String tableHeader() {
    return String.join("\t", REQUEST_COLUMNS)
        + "\t"
        + Arrays.stream(GeometryColumn.values())
            .map(GeometryColumn::header)
            .collect(Collectors.joining("\t"));
  }

  /// A line of that table.
  public static String tableRow(CacheRequest request, CacheGeometry geometry) {
    return request.objectSize()
        + "\t"
        + request.align()
        + "\t"
        + SlabFlags.toString(request.flags()).replace(',', '+')
        + "\t"
        + (request.ctor() ? 1 : 0)
        + "\t"
        + Arrays.stream(GeometryColumn.values())
            .map(column -> column.of(geometry))
            .collect(Collectors.joining("\t"));
  }

  /// What one table gave.
  public static String report(GeometryReport report) {
    StringBuilder text = new StringBuilder();
    text.append("%s: %s\n".formatted(report.file(), report.kind()));
    text.append(
        "  rows compared %d, merged and not compared %d, values compared %d, differences %d%s\n"
            .formatted(
                report.rowsCompared(),
                report.rowsMerged(),
                report.valuesCompared(),
                report.differences(),
                report.equal() ? "" : " in %d rows".formatted(report.rowsDifferent())));
    report
        .rowsNotCompared()
        .forEach(
            (reason, rows) -> text.append("  rows not compared %d: %s\n".formatted(rows, reason)));
    report
        .notCompared()
        .forEach((reason, values) ->
            text.append("  values not compared %d: %s\n".formatted(values, reason)));
    report.notes().forEach(note -> text.append("  ").append(note).append('\n'));
    report.first().stream()
        .limit(DIFFERENCES_SHOWN)
        .forEach(difference -> text.append("  ").append(difference).append('\n'));
    if (report.differences() > DIFFERENCES_SHOWN) {
      text.append("  and %d more\n".formatted(report.differences() - DIFFERENCES_SHOWN));
    }
    return text.toString();
  }

  /// All tables in one line.
  public static String total(List<GeometryReport> reports) {
    return "tables %d, rows compared %d, merged and not compared %d, differences %d\n"
        .formatted(
            reports.size(),
            reports.stream().mapToLong(GeometryReport::rowsCompared).sum(),
            reports.stream().mapToLong(GeometryReport::rowsMerged).sum(),
            reports.stream().mapToLong(GeometryReport::differences).sum());
  }
}
