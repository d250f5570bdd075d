package org.numaslab.coordinator.conform;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SlabFlags;

/// The figures of a geometry command as JSON, the same for the same input.
public final class GeometryResult {
  private final Map<String, Object> result = new LinkedHashMap<>();

  /// `command` is what a person types to get the same.
  public GeometryResult(String command, GeometryOptions options) {
    result.put("command", command);
    result.put(
        "options",
        ordered(
            "cpus", options.cpus(),
            "slub_min_order", options.slubMinOrder(),
            "slub_max_order", options.slubMaxOrder(),
            "slub_min_objects", options.slubMinObjects(),
            "slub_debug", options.debug().toString(),
            "slab_nomerge", options.noMerge()));
  }

  /// Adds computed caches; `geometries` are those of `requests`, one by one.
  public void caches(List<CacheRequest> requests, List<CacheGeometry> geometries) {
    List<Object> caches = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      CacheRequest request = requests.get(i);
      CacheGeometry geometry = geometries.get(i);
      Map<String, Object> cache =
          ordered(
              "req_size", request.objectSize(),
              "req_align", request.align(),
              "req_flags", SlabFlags.toString(request.flags()),
              "req_ctor", request.ctor() ? 1 : 0);
      for (GeometryColumn column : GeometryColumn.values()) {
        cache.put(column.header(), column.json(geometry));
      }
      caches.add(cache);
    }
    result.put("caches", caches);
  }

  /// Adds what a check found.
  public void check(List<GeometryReport> reports, List<String> assumed) {
    result.put("assumed", assumed);
    result.put("equal", reports.stream().allMatch(GeometryReport::equal));
    result.put("tables", reports.stream().map(GeometryResult::table).toList());
  }

  private static Map<String, Object> table(GeometryReport report) {
    return ordered(
        "file", report.file(),
        "kind", report.kind(),
        "rows_compared", report.rowsCompared(),
        "rows_merged", report.rowsMerged(),
        "rows_not_compared", report.rowsNotCompared(),
        "values_compared", report.valuesCompared(),
        "values_not_compared", report.notCompared(),
        "rows_different", report.rowsDifferent(),
        "differences", report.differences(),
        "first_differences", report.first(),
        "notes", report.notes());
  }

  private static Map<String, Object> ordered(Object... namesAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      map.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return map;
  }

  /// Indented, in the order in which it was put together, with a line end at the end.
  public String json() {
    try {
      return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(result) + "\n";
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("numbers and texts that are no JSON", impossible);
    }
  }
}
