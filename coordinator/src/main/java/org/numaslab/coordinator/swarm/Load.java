package org.numaslab.coordinator.swarm;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.numaslab.node.topology.BadInput;

/// What the tasks of a swarm do.
///
/// @param operations of all tasks together, after which they give back what they have and end
/// @param thinkNanos between two operations of a task, on average
/// @param keptMax objects that a task keeps
/// @param passedPercent of all releases: the object goes to a task of any cpu instead
/// @param namedPercent of all allocations: of a node by name, half of them of no other
/// @param bulkPercent of all allocations: several objects at once
/// @param zeroPercent of all allocations: cleared
/// @param pagesPercent of all allocations: pages instead of an object
/// @param touchedPercent of all objects of other nodes: written and read, by message
/// @param partnerPercent of all other allocations: from the last cache, which is kept for that, and
///   of the node after the task's own
/// @param choreNanos from one thing that is done to the machine as a whole to the next, on average;
///   0 for none
public record Load(
    long operations,
    long thinkNanos,
    int keptMax,
    int passedPercent,
    int namedPercent,
    int bulkPercent,
    int zeroPercent,
    int pagesPercent,
    int touchedPercent,
    int partnerPercent,
    long choreNanos) {
  private static final int KEPT_MAX = 1 << 16;
  private static final long OPERATIONS_MAX = 1_000_000_000;
  private static final long THINK_MAX = 60_000_000_000L;
  private static final int PERCENT = 100;

  /// As [#toString] writes it; what is not named is as in `like`.
  ///
  /// @param option how the command line calls it
  public static Load parse(String option, String text, Load like) {
    Map<String, Long> values = like.words();
    for (String word : text.split(",", -1)) {
      String[] parts = word.split("=", 2);
      Long known = values.get(parts[0]);
      if (parts.length < 2 || known == null) {
        throw new BadInput(
            "%s: got '%s', allowed: %s"
                .formatted(
                    option,
                    word,
                    values.keySet().stream().collect(Collectors.joining("=, ", "", "="))));
      }
      values.put(parts[0], number(option, parts[0], parts[1]));
    }
    return new Load(
        of(values, "operations"),
        of(values, "think"),
        (int) of(values, "kept"),
        (int) of(values, "passed"),
        (int) of(values, "named"),
        (int) of(values, "bulk"),
        (int) of(values, "zero"),
        (int) of(values, "pages"),
        (int) of(values, "touched"),
        (int) of(values, "partner"),
        of(values, "chores"));
  }

  private static long of(Map<String, Long> values, String word) {
    return values.getOrDefault(word, 0L);
  }

  private static long number(String option, String word, String text) {
    long max =
        switch (word) {
          case "operations" -> OPERATIONS_MAX;
          case "think", "chores" -> THINK_MAX;
          case "kept" -> KEPT_MAX;
          default -> PERCENT;
        };
    long min = word.equals("kept") || word.equals("operations") ? 1 : 0;
    try {
      long value = Long.parseLong(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException notANumber) {
      // said below
    }
    throw new BadInput("%s: %s: got '%s', allowed: %d..%d".formatted(option, word, text, min, max));
  }

  private Map<String, Long> words() {
    Map<String, Long> words = new LinkedHashMap<>();
    words.put("operations", operations);
    words.put("think", thinkNanos);
    words.put("kept", (long) keptMax);
    words.put("passed", (long) passedPercent);
    words.put("named", (long) namedPercent);
    words.put("bulk", (long) bulkPercent);
    words.put("zero", (long) zeroPercent);
    words.put("pages", (long) pagesPercent);
    words.put("touched", (long) touchedPercent);
    words.put("partner", (long) partnerPercent);
    words.put("chores", choreNanos);
    return words;
  }

  Load withOperations(long fewer) {
    return new Load(
        Math.max(1, fewer),
        thinkNanos,
        keptMax,
        passedPercent,
        namedPercent,
        bulkPercent,
        zeroPercent,
        pagesPercent,
        touchedPercent,
        partnerPercent,
        choreNanos);
  }

  private Load with(String word, long value) {
    return parse("", word + "=" + value, this);
  }

  /// What makes a load simpler, one thing at a time.
  static List<UnaryOperator<Load>> simplifications() {
    return List.of(
        load -> load.with("chores", 0),
        load -> load.with("pages", 0),
        load -> load.with("touched", 0),
        load -> load.with("bulk", 0),
        load -> load.with("zero", 0),
        load -> load.with("passed", 0),
        load -> load.with("named", 0),
        load -> load.with("kept", Math.max(1, load.keptMax / 2)));
  }

  @Override
  public String toString() {
    return words().entrySet().stream()
        .map(word -> word.getKey() + "=" + word.getValue())
        .collect(Collectors.joining(","));
  }
}
