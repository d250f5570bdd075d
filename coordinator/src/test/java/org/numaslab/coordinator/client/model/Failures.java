package org.numaslab.coordinator.client.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;

/// Tells of a sequence that failed: shrunk as far as time allows, call by call.
final class Failures {
  private static final int LINES_MAX = 200;

  private Failures() {}

  /// @param apis a fresh one for each attempt
  static Sequence shrink(Sequence failing, Supplier<Api> apis, long nanosMax) {
    return new Shrinker(candidate -> Play.of(candidate, apis.get(), null) != null, nanosMax)
        .shrink(failing);
  }

  static String report(Sequence failing, Throwable wrong, Supplier<Api> apis, long nanosMax) {
    Sequence shrunk = shrink(failing, apis, nanosMax);
    List<String> lines = Collections.synchronizedList(new ArrayList<>());
    Throwable last = Play.of(shrunk, apis.get(), lines::add);
    int skipped = Math.max(0, lines.size() - LINES_MAX);
    return "-Dnumaslab.seed=%d: %s%n%d calls of %d fail: %s%n%s%s"
        .formatted(
            failing.machine().seed(),
            failing.machine(),
            shrunk.calls().length,
            failing.calls().length,
            last == null ? wrong + " (not every time)" : last,
            skipped == 0 ? "" : "... " + skipped + " lines before\n",
            String.join("\n", List.copyOf(lines).subList(skipped, lines.size())));
  }
}
