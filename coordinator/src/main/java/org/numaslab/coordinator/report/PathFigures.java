package org.numaslab.coordinator.report;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.numaslab.coordinator.experiment.ReplayTally;
import org.numaslab.cpu.cache.AllocPath;

/// How many allocations were served in one way.
///
/// @param share of all allocations, those that gave NULL included
/// @param waited those that waited for a node's answer
public record PathFigures(
    String path, String meaning, long allocations, double share, long waited) {

  static List<PathFigures> of(ReplayTally tally) {
    long all = Arrays.stream(AllocPath.values()).mapToLong(tally::count).sum();
    return Arrays.stream(AllocPath.values())
        .map(path ->
            new PathFigures(
                name(path),
                path.meaning(),
                tally.count(path),
                Share.of(tally.count(path), all),
                tally.latency(path).getTotalCount()))
        .toList();
  }

  /// Is it the one that gave NULL?
  boolean isFailure() {
    return path.equals(name(AllocPath.NO_MEMORY));
  }

  static String name(AllocPath path) {
    return path.name().toLowerCase(Locale.ROOT);
  }
}
