package org.numaslab.coordinator.driver.simulate;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.numaslab.cpu.cache.AllocPath;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.Topology;

/// What things take in virtual time, in nanoseconds. All of it is assumed or was measured on
/// another machine: what is computed from it is *modelled*.
///
/// @param fast an allocation or free that sends nothing
/// @param slow what a cpu adds where it leaves the fast path
/// @param mailbox from a cpu to its own node or back
/// @param service of a node, for each request
/// @param wire from one member to another at distance 10, one way
/// @param perDistance more for each step of distance beyond that
/// @param jitterPercent by which a message may be slower, drawn for each
public record CostModel(
    long fast,
    long slow,
    long mailbox,
    long service,
    long wire,
    long perDistance,
    int jitterPercent) {
  private static final long NANOS_MAX = 1_000_000_000;
  private static final int PERCENT_MAX = 1000;

  /// A machine of JVMs on one host: a pair of alloc and free takes about 10 ns, a message between
  /// actors under a microsecond, one through TCP about 30.
  public static CostModel oneHost() {
    return new CostModel(5, 30, 700, 400, 30_000, 0, 20);
  }

  /// A slow network, in which faults meet what is under way: a fifth of a millisecond and more.
  public static CostModel slowNetwork() {
    return new CostModel(1_000, 2_000, 5_000, 5_000, 200_000, 20_000, 100);
  }

  /// As [#toString] writes it; what is not named is as in `like`.
  ///
  /// @param option how the command line calls it
  public static CostModel parse(String option, String text, CostModel like) {
    Map<String, Long> words = like.words();
    for (String word : text.split(",", -1)) {
      String[] parts = word.split("=", 2);
      if (parts.length < 2 || !words.containsKey(parts[0])) {
        throw new BadInput(
            "%s: got '%s', allowed: %s"
                .formatted(
                    option,
                    word,
                    words.keySet().stream().collect(Collectors.joining("=, ", "", "="))));
      }
      words.put(parts[0], nanos(option, parts[0], parts[1]));
    }
    List<Long> values = List.copyOf(words.values());
    return new CostModel(
        values.get(0),
        values.get(1),
        values.get(2),
        values.get(3),
        values.get(4),
        values.get(5),
        (int) (long) values.get(6));
  }

  private static long nanos(String option, String word, String text) {
    long max = word.equals("jitter") ? PERCENT_MAX : NANOS_MAX;
    try {
      long value = Long.parseLong(text);
      if (value >= 0 && value <= max) {
        return value;
      }
    } catch (NumberFormatException notANumber) {
      // said below
    }
    throw new BadInput("%s: %s: got '%s', allowed: 0..%d".formatted(option, word, text, max));
  }

  private Map<String, Long> words() {
    Map<String, Long> words = new LinkedHashMap<>();
    words.put("fast", fast);
    words.put("slow", slow);
    words.put("mailbox", mailbox);
    words.put("service", service);
    words.put("wire", wire);
    words.put("distance", perDistance);
    words.put("jitter", (long) jitterPercent);
    return words;
  }

  @Override
  public String toString() {
    return words().entrySet().stream()
        .map(word -> word.getKey() + "=" + word.getValue())
        .collect(Collectors.joining(","));
  }

  long operation(AllocPath path) {
    return path == AllocPath.FAST ? fast : fast + slow;
  }

  long wire(int distance) {
    return wire + perDistance * Math.max(0, distance - Topology.DISTANCE_LOCAL);
  }
}
