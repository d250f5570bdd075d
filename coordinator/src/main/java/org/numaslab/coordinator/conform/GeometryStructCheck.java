package org.numaslab.coordinator.conform;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.topologies.InputText;
import org.numaslab.coordinator.topologies.Line;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.topology.BadInput;

/// Compares a table of requested caches with what struct kmem_cache became.
///
/// | row   | fields                                                                             |
/// |-------|------------------------------------------------------------------------------------|
/// | `H`   | names of the columns                                                               |
/// | `G`   | request `name req_size req_align req_flags req_ctor`, `result`, [GeometryColumn]s, |
/// |       | `cache refcount` (merging), `actual_order actual_objects ptr_lowbit` (one real object) |
/// | `CMD`, `RC`, `NOTE` | how it was recorded                                                  |
///
/// A row whose `cache` is another name was merged and shows that other cache: it is counted and not
/// compared, unless the model says that it cannot have been merged.
final class GeometryStructCheck {
  private static final String KIND = "caches asked for, and their struct kmem_cache";
  private static final String OK = "ok";
  private static final List<String> REQUEST =
      List.of("name", "req_size", "req_align", "req_flags", "req_ctor");
  private static final Set<String> BEYOND_THE_MODEL =
      Set.of("result", "cache", "refcount", "actual_order", "actual_objects", "ptr_lowbit");
  private static final Set<String> OTHER_ROWS = Set.of("CMD", "RC", "NOTE");

  private final GeometryOptions options;
  private final GeometryTally tally;
  private @Nullable List<String> header;

  private GeometryStructCheck(InputText input, GeometryOptions options) {
    this.options = options;
    this.tally = new GeometryTally(input.file(), KIND);
  }

  /// Is this the second field of a row that only such a table has?
  static boolean knows(String tag) {
    return tag.equals("H") || tag.equals("G");
  }

  static GeometryReport check(InputText input, GeometryOptions options) {
    GeometryStructCheck check = new GeometryStructCheck(input, options);
    boolean any = false;
    for (Line line : input.lines()) {
      String[] fields = line.text().split("\t", -1);
      String tag = fields.length > 1 ? fields[1] : "";
      switch (tag) {
        case "H" -> check.onHeader(line, List.of(fields));
        case "G" -> {
          check.onRow(line, fields);
          any = true;
        }
        default -> {
          if (!OTHER_ROWS.contains(tag)) {
            throw line.bad("row", line.text(), "tag H, G, CMD, RC or NOTE as the second field");
          }
        }
      }
    }
    if (!any) {
      throw new BadInput(input.file() + ": got no row G, allowed: at least one after the row H");
    }
    return check.tally.report();
  }

  private void onHeader(Line line, List<String> fields) {
    List<String> columns = fields.subList(2, fields.size());
    Set<String> seen = new HashSet<>();
    for (String column : columns) {
      boolean known =
          REQUEST.contains(column)
              || BEYOND_THE_MODEL.contains(column)
              || GeometryColumn.named(column).isPresent();
      if (!known || !seen.add(column)) {
        throw line.bad(
            known ? "column a second time" : "unknown column", column, String.join(" ", allowed()));
      }
    }
    if (!seen.containsAll(REQUEST)) {
      throw line.bad("columns", line.text(), "at least " + String.join(" ", REQUEST));
    }
    header = columns;
  }

  private static List<String> allowed() {
    List<String> allowed = new ArrayList<>(REQUEST);
    BEYOND_THE_MODEL.stream().sorted().forEach(allowed::add);
    for (GeometryColumn column : GeometryColumn.values()) {
      allowed.add(column.header());
    }
    return allowed;
  }

  private void onRow(Line line, String[] fields) {
    if (header == null) {
      throw line.bad("row G", line.text(), "a row H with the names of the columns before it");
    }
    if (fields.length != header.size() + 2) {
      throw line.bad(
          "row G",
          fields.length + " fields",
          header.size() + 2 + ", as many as the row H has; the line may be cut");
    }
    Map<String, String> row = new LinkedHashMap<>();
    for (int i = 0; i < header.size(); i++) {
      row.put(header.get(i), fields[i + 2]);
    }
    compare(line, row);
  }

  private void compare(Line line, Map<String, String> row) {
    String name = value(row, "name");
    @Nullable CacheGeometry geometry = compute(line, row);
    String result = row.getOrDefault("result", OK);
    if (geometry == null || !result.equals(OK)) {
      tally.row(name);
      boolean bothRefuse = geometry == null && !result.equals(OK);
      tally.compare(
          line, "result", result, bothRefuse ? result : geometry == null ? "refused" : OK);
      return;
    }
    boolean mergeable = geometry.mayMerge() && !options.noMerge();
    if (mergeable && !row.getOrDefault("cache", name).equals(name)) {
      tally.mergedRow();
      return;
    }
    tally.row(name);
    row.forEach((column, kernel) -> {
      switch (column) {
        case "name", "req_size", "req_align", "req_flags", "req_ctor" -> {}
        case "cache", "refcount" -> {
          if (options.noMerge()) {
            tally.compare(line, column, kernel, column.equals("cache") ? name : "1");
          } else if (column.equals("cache") && !kernel.equals(name)) {
            tally.compare(line, column, kernel, name);
          } else {
            tally.notCompared(column + ": depends on the caches before it (no --slab-nomerge)");
          }
        }
        case "ptr_lowbit" -> comparePointer(line, kernel, geometry);
        case "actual_order", "actual_objects", "result" -> {}
        default ->
            tally.compare(
                line, column, kernel, GeometryColumn.named(column).orElseThrow().of(geometry));
      }
    });
    compareSlab(line, row, geometry);
  }

  /// The slab that one real object lay in is one as wished for, or, had memory been short, the
  /// smallest one.
  private void compareSlab(Line line, Map<String, String> row, CacheGeometry geometry) {
    @Nullable String order = row.get("actual_order");
    @Nullable String objects = row.get("actual_objects");
    boolean smallest =
        String.valueOf(geometry.minOrder()).equals(order)
            && (objects == null || String.valueOf(geometry.minObjects()).equals(objects));
    if (order != null) {
      int computed = smallest ? geometry.minOrder() : geometry.ooOrder();
      tally.compare(line, "actual_order", order, String.valueOf(computed));
    }
    if (objects != null) {
      int computed = smallest ? geometry.minObjects() : geometry.ooObjects();
      tally.compare(line, "actual_objects", objects, String.valueOf(computed));
    }
  }

  /// The page and the start in it are random: the pointer must only be aligned.
  private void comparePointer(Line line, String kernel, CacheGeometry geometry) {
    long lowBit = line.number("ptr_lowbit", kernel, 1, Long.MAX_VALUE);
    String computed =
        lowBit % Integer.lowestOneBit(geometry.align()) == 0
            ? kernel
            : "a multiple of " + geometry.align();
    tally.compare(line, "ptr_lowbit", kernel, computed);
    tally.notCompared("ptr_lowbit beyond being aligned: page and start in it are random");
  }

  /// The model's geometry; null when the model refuses the request.
  private @Nullable CacheGeometry compute(Line line, Map<String, String> row) {
    int size = line.integer("req_size", value(row, "req_size"), 0, Integer.MAX_VALUE);
    int align = line.integer("req_align", value(row, "req_align"), 0, Integer.MAX_VALUE);
    int ctor = line.integer("req_ctor", value(row, "req_ctor"), 0, 1);
    int flags;
    try {
      flags = SlabFlags.parse(value(row, "req_flags"));
    } catch (BadInput unknown) {
      throw new BadInput(line.where() + ": req_flags: " + unknown.getMessage(), unknown);
    }
    try {
      return CacheGeometry.of(
          new CacheRequest(value(row, "name"), size, align, flags, ctor == 1), options);
    } catch (BadInput refused) {
      return null;
    }
  }

  private static String value(Map<String, String> row, String column) {
    return row.getOrDefault(column, "");
  }
}
