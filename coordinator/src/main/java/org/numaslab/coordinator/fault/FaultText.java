package org.numaslab.coordinator.fault;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.fault.FaultAttr.Filters;
import org.numaslab.coordinator.fault.FaultAttr.Printing;
import org.numaslab.coordinator.fault.FaultAttr.Settings;
import org.numaslab.node.buddy.Buddy;
import org.numaslab.node.topology.BadInput;

/// Injection points as people write them: the four numbers of the kernel's boot parameter, and
/// behind them what is a file of debugfs there.
///
/// | text | value | meaning |
/// |---|---|---|
/// | `INTERVAL,PROBABILITY,SPACE,TIMES` | numbers; times -1 is without end | as of [FaultAttr] |
/// | `,ignore-gfp-wait=` | Y or N | whether allocations that may wait pass (Y) |
/// | `,cache-filter=` | Y or N, failslab only | whether only caches with FAILSLAB fail (N) |
/// | `,min-order=` | a number, fail_page_alloc only | blocks below it pass (1) |
/// | `,task-filter=` | Y or N | whether only tasks that are marked fail (N) |
/// | `,require=` | a pattern of Java methods | only callers that are in one fail, see [StackFilter] (none) |
/// | `,reject=` | a pattern of Java methods | callers that are in one pass (none) |
/// | `,stacktrace-depth=` | 0..32 | how many frames of a caller are looked at (32) |
/// | `,fail-nth=` | a number | this call of each cpu whose program has no tasks fails, whatever else is set; 0 for none (0) |
/// | `,verbose=` | 0..2 | 0 prints nothing, 2 also the caller's stack (1; the kernel's default is 2) |
/// | `,verbose_ratelimit_interval_ms=` | a number | time in which no more than the burst are printed (0: no limit) |
/// | `,verbose_ratelimit_burst=` | a number | the burst (10) |
///
/// Patterns are as a shell's, of `package.Class.method`: `*.Mempools.*`. They can have no comma.
public final class FaultText {
  private static final int NUMBERS = 4;
  private static final int PERCENT_MAX = 100;

  /// DEFAULT_RATELIMIT_BURST.
  private static final int BURST = 10;

  private static final String WAIT = "ignore-gfp-wait";
  private static final String FILTER = "cache-filter";
  private static final String ORDER = "min-order";
  private static final String TASKS = "task-filter";
  private static final String REQUIRE = "require";
  private static final String REJECT = "reject";
  private static final String DEPTH = "stacktrace-depth";
  private static final String NTH = "fail-nth";
  private static final String VERBOSE = "verbose";
  private static final String LIMIT_MILLIS = "verbose_ratelimit_interval_ms";
  private static final String LIMIT_BURST = "verbose_ratelimit_burst";

  private static final Set<String> OF_ALL =
      Set.of(WAIT, TASKS, REQUIRE, REJECT, DEPTH, NTH, VERBOSE, LIMIT_MILLIS, LIMIT_BURST);

  private final String option;
  private final String text;
  private final Settings settings;
  private final Map<String, String> files = new LinkedHashMap<>();

  /// @param own file that no other injection point has
  private FaultText(String option, String text, String own) {
    this.option = option;
    this.text = text;
    Set<String> allowed = new TreeSet<>(OF_ALL);
    allowed.add(own);
    List<String> words = Arrays.asList(text.split(",", -1));
    if (words.size() < NUMBERS) {
      throw bad("INTERVAL,PROBABILITY,SPACE,TIMES as in 1,10,0,-1");
    }
    settings =
        new Settings(
            number(words.get(0), "INTERVAL", 0, Long.MAX_VALUE),
            (int) number(words.get(1), "PROBABILITY", 0, PERCENT_MAX),
            number(words.get(2), "SPACE", 0, Integer.MAX_VALUE),
            (int) number(words.get(3), "TIMES", FaultAttr.WITHOUT_END, Integer.MAX_VALUE));
    for (String word : words.subList(NUMBERS, words.size())) {
      String[] parts = word.split("=", 2);
      if (parts.length < 2 || !allowed.contains(parts[0])) {
        throw bad(allowed.stream().collect(Collectors.joining("=, ", "", "=")));
      }
      files.put(parts[0], parts[1]);
    }
  }

  /// @param option how the command line calls it, for errors
  public static FailSlab failSlab(String option, String text) {
    FaultText read = new FaultText(option, text, FILTER);
    return new FailSlab(
        read.attr(FailSlab.NAME), read.isSet(WAIT, "Y"), read.isSet(FILTER, "N"), text);
  }

  /// @param option how the command line calls it, for errors
  public static FailPageAlloc failPageAlloc(String option, String text) {
    FaultText read = new FaultText(option, text, ORDER);
    int order = read.file(ORDER, 1, Buddy.ORDER_MAX);
    return new FailPageAlloc(read.attr(FailPageAlloc.NAME), read.isSet(WAIT, "Y"), order, text);
  }

  private FaultAttr attr(String name) {
    Filters filters =
        new Filters(
            isSet(TASKS, "N"),
            StackFilter.of(
                pattern(REQUIRE),
                pattern(REJECT),
                file(DEPTH, StackFilter.DEPTH_MAX, StackFilter.DEPTH_MAX)),
            file(NTH, 0, Integer.MAX_VALUE));
    Printing printing =
        new Printing(
            file(VERBOSE, 1, 2),
            file(LIMIT_MILLIS, 0, Integer.MAX_VALUE),
            file(LIMIT_BURST, BURST, Integer.MAX_VALUE));
    return new FaultAttr(name, settings, filters, printing);
  }

  private @Nullable String pattern(String file) {
    String pattern = files.get(file);
    if (pattern != null && pattern.isEmpty()) {
      throw bad(file + "=PATTERN as in *.Mempools.*");
    }
    return pattern;
  }

  /// A number from 0.
  private int file(String file, int unless, int max) {
    return (int) number(files.getOrDefault(file, Integer.toString(unless)), file, 0, max);
  }

  private boolean isSet(String file, String unless) {
    return switch (files.getOrDefault(file, unless)) {
      case "Y", "y", "1" -> true;
      case "N", "n", "0" -> false;
      default -> throw bad(file + "=Y or N");
    };
  }

  private long number(String word, String what, long min, long max) {
    try {
      long value = Long.parseLong(word);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException notANumber) {
      // said below
    }
    throw bad("%s %d..%d".formatted(what, min, max));
  }

  private BadInput bad(String allowed) {
    return new BadInput("%s: got '%s', allowed: %s".formatted(option, text, allowed));
  }
}
