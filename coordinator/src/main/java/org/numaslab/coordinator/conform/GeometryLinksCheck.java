package org.numaslab.coordinator.conform;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.topologies.InputText;
import org.numaslab.coordinator.topologies.Line;

/// Compares the symbolic links of /sys/kernel/slab: lines "cache name TAB directory of the cache
/// that it was merged into, or that others may be merged into".
final class GeometryLinksCheck {
  private static final String KIND = "symbolic links of mergeable caches";
  private static final String NONE = "none";

  private GeometryLinksCheck() {}

  /// Is this the second field of a row that only such a table has?
  static boolean knows(String tag) {
    return tag.startsWith(":");
  }

  /// @param links that there must be, by name
  /// @param all whether there can be no others
  static GeometryReport check(InputText input, Map<String, String> links, boolean all) {
    GeometryTally tally = new GeometryTally(input.file(), KIND);
    Set<String> seen = new HashSet<>();
    @Nullable Line last = null;
    for (Line line : input.lines()) {
      String[] fields = line.text().split("\t", -1);
      if (fields.length != 2 || fields[0].isEmpty() || !knows(fields[1])) {
        throw line.bad("symbolic link", line.text(), "cache name and directory; a tab between");
      }
      if (!seen.add(fields[0])) {
        throw line.bad("symbolic link", fields[0] + " a second time", "each name once");
      }
      if (all || links.containsKey(fields[0])) {
        tally.row(fields[0]);
        tally.compare(line, "link", fields[1], links.getOrDefault(fields[0], NONE));
      } else {
        tally.rowNotCompared("link of a cache that was there before (no --with)");
      }
      last = line;
    }
    Line end = last;
    if (end != null) {
      links.forEach((name, directory) -> {
        if (!seen.contains(name)) {
          tally.row(name);
          tally.compare(end, "link", NONE, directory);
        }
      });
    }
    return tally.report();
  }
}
