package org.numaslab.coordinator.fault;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.numaslab.coordinator.registry.NearestName;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// What stands behind the keyword of a fault: `KEY=VALUE`, and for some a word without a key.
///
/// Each value is checked when it is asked for; one that is missing is complained about as an empty
/// one, so that an error always says what would be allowed.
final class FaultWords {
  private static final int PERCENT_MAX = 100;
  private static final String NEVER = "never";

  /// One spelling for each number.
  private static final Pattern DIGITS = Pattern.compile("0|-?[1-9][0-9]{0,18}");

  private final Where where;
  private final FaultKind kind;
  private final Topology topology;
  private final Map<String, String> values = new HashMap<>();
  private String word = "";

  FaultWords(Where where, FaultKind kind, Topology topology, List<String> words) {
    this.where = where;
    this.kind = kind;
    this.topology = topology;
    for (String each : words) {
      String[] parts = each.split("=", 2);
      if (parts.length == 1) {
        takeWord(each);
      } else if (!kind.keys().contains(parts[0])) {
        throw where.bad(kind.keyword(), each, kind.usage() + meant(parts[0], kind.keys()));
      } else if (values.put(parts[0], parts[1]) != null) {
        throw where.bad(kind.keyword(), each, parts[0] + "= once");
      }
    }
  }

  private void takeWord(String text) {
    if (kind.word().isEmpty() || !word.isEmpty()) {
      throw where.bad(kind.keyword(), text, kind.usage());
    }
    word = text;
  }

  /// What a person may have meant, to go behind what is allowed.
  static String meant(String typed, List<String> names) {
    // A name is short: what is long is none, and comparing takes its length squared.
    return typed.length() > 40
        ? ""
        : NearestName.to(typed, names).map(near -> "; did you mean " + near + "?").orElse("");
  }

  NodeId node(String key) {
    return new NodeId(integer(key, 0, topology.nodeCount() - 1));
  }

  CpuId cpu(String key) {
    return new CpuId(integer(key, 0, topology.cpuCount() - 1));
  }

  /// The sender; everybody where none is named.
  NodeId from() {
    return values.containsKey("from") ? node("from") : Fault.ALL;
  }

  /// The receiver; everybody where none is named.
  NodeId to() {
    return values.containsKey("to") ? otherNode("to", from()) : Fault.ALL;
  }

  NodeId otherNode(String key, NodeId than) {
    NodeId node = node(key);
    if (node.equals(than)) {
      throw bad(key, "another node than from=" + than.value());
    }
    return node;
  }

  int integer(String key, int min, int max) {
    return (int) number(key(key), values.getOrDefault(key, ""), min, max);
  }

  /// The word without a key, as `10%`.
  int percent() {
    String digits = word.endsWith("%") ? word.substring(0, word.length() - 1) : "";
    OptionalLong percent = parse(digits, 0, PERCENT_MAX);
    if (percent.isEmpty()) {
      throw where.bad(kind.keyword(), word, "0%.." + PERCENT_MAX + "%");
    }
    return (int) percent.getAsLong();
  }

  long nanos(String key, long min, long max) {
    return nanos(where, key(key), values.getOrDefault(key, ""), min, max, "");
  }

  /// A length of time, or [Fault#NEVER] for the word `never`.
  long nanosOrNever(String key) {
    String text = values.getOrDefault(key, "");
    return text.equals(NEVER)
        ? Fault.NEVER
        : nanos(where, key(key), text, 0, Durations.NANOS_MAX, ", or " + NEVER);
  }

  static long nanos(Where where, String what, String text, long min, long max, String orElse) {
    OptionalLong nanos = Durations.parse(text);
    if (nanos.isEmpty() || nanos.getAsLong() < min || nanos.getAsLong() > max) {
      throw where.bad(
          what, text, Durations.text(min) + ".." + Durations.text(max) + orElse + ", as in 1.5s");
    }
    return nanos.getAsLong();
  }

  static String neverOr(long nanos) {
    return nanos == Fault.NEVER ? NEVER : Durations.text(nanos);
  }

  /// The word without a key, as `0,1|2,3`.
  List<Set<NodeId>> sides() {
    String[] texts = word.split("\\|", -1);
    if (texts.length < 2) {
      throw where.bad(kind.keyword(), word, "two sides or more, as in 0,1|2,3");
    }
    Set<Integer> seen = new HashSet<>();
    List<Set<NodeId>> sides = new ArrayList<>();
    for (String text : texts) {
      if (text.isEmpty()) {
        throw where.bad(kind.keyword(), word, "a node on each side, as in 0,1|2,3");
      }
      Set<NodeId> side = new HashSet<>();
      for (String digits : text.split(",", -1)) {
        int node = (int) number(kind.keyword() + " node", digits, 0, topology.nodeCount() - 1);
        if (!seen.add(node)) {
          throw where.bad(kind.keyword() + " node", digits, "each node once");
        }
        side.add(new NodeId(node));
      }
      sides.add(Set.copyOf(side));
    }
    return List.copyOf(sides);
  }

  /// Sides in their order, the nodes of each by number.
  static String text(List<Set<NodeId>> sides) {
    List<String> texts = new ArrayList<>();
    for (Set<NodeId> side : sides) {
      TreeSet<Integer> nodes = new TreeSet<>();
      side.forEach(node -> nodes.add(node.value()));
      texts.add(String.join(",", nodes.stream().map(String::valueOf).toList()));
    }
    return String.join("|", texts);
  }

  BadInput bad(String key, String allowed) {
    return where.bad(key(key), values.getOrDefault(key, ""), allowed);
  }

  private String key(String key) {
    return kind.keyword() + " " + key + "=";
  }

  private long number(String what, String digits, long min, long max) {
    return parse(digits, min, max).orElseThrow(() -> where.bad(what, digits, min + ".." + max));
  }

  private static OptionalLong parse(String digits, long min, long max) {
    try {
      long value = DIGITS.matcher(digits).matches() ? Long.parseLong(digits) : min - 1;
      return value >= min && value <= max ? OptionalLong.of(value) : OptionalLong.empty();
    } catch (NumberFormatException beyondLong) {
      return OptionalLong.empty();
    }
  }
}
