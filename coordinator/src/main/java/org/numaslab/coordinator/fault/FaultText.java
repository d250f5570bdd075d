package org.numaslab.coordinator.fault;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
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
/// | `,verbose=` | 0..2 | 0 prints nothing (1: the kernel's 2 adds a stack, which there is none of) |
public final class FaultText {
  private static final int NUMBERS = 4;
  private static final int PERCENT_MAX = 100;

  private static final String WAIT = "ignore-gfp-wait";
  private static final String FILTER = "cache-filter";
  private static final String ORDER = "min-order";
  private static final String VERBOSE = "verbose";

  private final String option;
  private final String text;
  private final Settings settings;
  private final Map<String, String> files = new LinkedHashMap<>();

  private FaultText(String option, String text, Set<String> allowed) {
    this.option = option;
    this.text = text;
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
        throw bad(allowed.stream().sorted().collect(Collectors.joining("=, ", "", "=")));
      }
      files.put(parts[0], parts[1]);
    }
  }

  /// @param option how the command line calls it, for errors
  public static FailSlab failSlab(String option, String text) {
    FaultText read = new FaultText(option, text, Set.of(WAIT, FILTER, VERBOSE));
    return new FailSlab(read.attr(FailSlab.NAME), read.isSet(WAIT, "Y"), read.isSet(FILTER, "N"));
  }

  /// @param option how the command line calls it, for errors
  public static FailPageAlloc failPageAlloc(String option, String text) {
    FaultText read = new FaultText(option, text, Set.of(WAIT, ORDER, VERBOSE));
    int order = (int) read.number(read.files.getOrDefault(ORDER, "1"), ORDER, 0, Buddy.ORDER_MAX);
    return new FailPageAlloc(read.attr(FailPageAlloc.NAME), read.isSet(WAIT, "Y"), order);
  }

  private FaultAttr attr(String name) {
    long verbose = number(files.getOrDefault(VERBOSE, "1"), VERBOSE, 0, 2);
    return new FaultAttr(name, settings, verbose > 0);
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
