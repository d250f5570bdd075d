package org.numaslab.coordinator.conform;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.topologies.InputText;
import org.numaslab.coordinator.topologies.KernelDirectory;
import org.numaslab.coordinator.topologies.Line;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SharedCache;
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
/// A row whose `cache` is another name was merged and shows that other cache. It is compared where
/// the caches that were there before are known; else it is counted only, unless the model says that
/// it cannot have been merged.
final class GeometryStructCheck {
  private static final String KIND = "caches asked for, and their struct kmem_cache";
  private static final String OK = "ok";
  private static final String DEPENDS = "%s: depends on the caches before it (no --with)";
  private static final List<String> REQUEST =
      List.of("name", "req_size", "req_align", "req_flags", "req_ctor");
  private static final Set<String> BEYOND_THE_MODEL =
      Set.of("result", "cache", "refcount", "actual_order", "actual_objects", "ptr_lowbit");
  private static final Set<String> OTHER_ROWS = Set.of("CMD", "RC", "NOTE");

  private final GeometryOptions options;
  private final boolean beforeKnown;
  private final CreatedCaches caches;
  private final GeometryTally tally;
  private @Nullable List<String> header;
  private final List<String> taken = new ArrayList<>();

  /// @param before the kernel before the table's caches were created, null if nobody has it
  GeometryStructCheck(InputText input, @Nullable KernelDirectory before, GeometryOptions options) {
    this.options = options;
    this.beforeKnown = before != null;
    this.caches = new CreatedCaches(before, options);
    this.tally = new GeometryTally(input.file(), KIND);
  }

  /// Is this the second field of a row that only such a table has?
  static boolean knows(String tag) {
    return tag.equals("H") || tag.equals("G");
  }

  GeometryReport check(InputText input) {
    boolean any = false;
    for (Line line : input.lines()) {
      String[] fields = line.text().split("\t", -1);
      String tag = fields.length > 1 ? fields[1] : "";
      switch (tag) {
        case "H" -> onHeader(line, List.of(fields));
        case "G" -> {
          onRow(line, fields);
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
    if (!taken.isEmpty()) {
      tally.note(
          "not to be seen from outside, taken from the first row that joins each: PANIC, or the"
              + " creator's own object size, of "
              + String.join(" ", taken));
    }
    return tally.report();
  }

  /// Of the caches known: by name, the directory in /sys/kernel/slab that it leads to.
  Map<String, String> links() {
    return caches.links();
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
    @Nullable CacheRequest request = request(line, row);
    @Nullable CacheGeometry asked = request == null ? null : geometry(request);
    String result = row.getOrDefault("result", OK);
    if (request == null || asked == null || !result.equals(OK)) {
      tally.row(name);
      boolean bothRefuse = asked == null && !result.equals(OK);
      tally.compare(line, "result", result, bothRefuse ? result : asked == null ? "refused" : OK);
      return;
    }
    SharedCache cache = caches.create(request);
    boolean merged = !row.getOrDefault("cache", name).equals(name);
    if (!beforeKnown && merged && cache.mergeable()) {
      tally.mergedRow();
      return;
    }
    if (beforeKnown) {
      cache = withWhatTheRowShows(line, row, cache);
    }
    CacheGeometry geometry = beforeKnown ? cache.geometry() : asked;
    tally.row(name);
    for (Map.Entry<String, String> value : row.entrySet()) {
      String column = value.getKey();
      String kernel = value.getValue();
      switch (column) {
        case "name", "req_size", "req_align", "req_flags", "req_ctor" -> {}
        case "cache" -> {
          if (beforeKnown || options.noMerge() || merged) {
            tally.compare(line, column, kernel, beforeKnown ? cache.name() : name);
          } else {
            tally.notCompared(DEPENDS.formatted(column));
          }
        }
        case "refcount" -> {
          if (beforeKnown || options.noMerge()) {
            tally.compare(line, column, kernel, String.valueOf(cache.refcount()));
          } else {
            tally.notCompared(DEPENDS.formatted(column));
          }
        }
        case "ptr_lowbit" ->
            comparePointer(line, kernel, Math.max(asked.align(), geometry.align()));
        case "actual_order", "actual_objects", "result" -> {}
        default ->
            tally.compare(
                line, column, kernel, GeometryColumn.named(column).orElseThrow().of(geometry));
      }
    }
    compareSlab(line, row, geometry);
  }

  /// What only the kernel's own struct tells of a cache that was there before.
  private SharedCache withWhatTheRowShows(Line line, Map<String, String> row, SharedCache cache) {
    String flags = value(row, "flags");
    String offset = value(row, "offset");
    boolean shown = cache.name().equals(row.get("cache")) && !flags.isEmpty() && !offset.isEmpty();
    if (!shown) {
      return cache;
    }
    int bits;
    try {
      bits = Integer.parseUnsignedInt(flags, 16);
    } catch (NumberFormatException notHexadecimal) {
      return cache; // a difference in the column flags
    }
    SharedCache known =
        caches.found(cache, bits, line.integer("offset", offset, 0, Integer.MAX_VALUE));
    if (!known.geometry().equals(cache.geometry())) {
      taken.add(known.name());
    }
    return known;
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
  private void comparePointer(Line line, String kernel, int align) {
    long lowBit = line.number("ptr_lowbit", kernel, 1, Long.MAX_VALUE);
    String computed = lowBit % Integer.lowestOneBit(align) == 0 ? kernel : "a multiple of " + align;
    tally.compare(line, "ptr_lowbit", kernel, computed);
    tally.notCompared("ptr_lowbit beyond being aligned: page and start in it are random");
  }

  /// What was asked; null when the model refuses the request.
  private static @Nullable CacheRequest request(Line line, Map<String, String> row) {
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
      return new CacheRequest(value(row, "name"), size, align, flags, ctor == 1);
    } catch (BadInput refused) {
      return null;
    }
  }

  /// The geometry of a cache of its own; null when there can be none.
  private @Nullable CacheGeometry geometry(CacheRequest request) {
    try {
      return CacheGeometry.of(request, options);
    } catch (BadInput refused) {
      return null;
    }
  }

  private static String value(Map<String, String> row, String column) {
    return row.getOrDefault(column, "");
  }
}
