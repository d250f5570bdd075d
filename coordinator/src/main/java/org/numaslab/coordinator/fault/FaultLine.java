package org.numaslab.coordinator.fault;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// One line of a schedule: `at TIME [for TIME] FAULT`, read and written.
final class FaultLine {
  /// KMALLOC_MAX_SIZE: no object is larger.
  private static final int BYTES_MAX = 4 << 20;

  /// Messages under way or until a crash: more than a run has.
  private static final int MESSAGES_MAX = 1_000_000_000;

  /// A tenth: three times what the protocol assumes.
  private static final int PARTS_PER_MILLION_MAX = 100_000;

  /// Below it a member would do nothing else.
  private static final long CHURN_NANOS_MIN = 1_000_000;

  /// Twice what all settings of an injection point take.
  private static final int SETTINGS_MAX = 256;

  private static final String FORM =
      "at TIME [for TIME] FAULT, as in at 1.5s for 500ms pause node=2";

  private static final List<String> KEYWORDS =
      Arrays.stream(FaultKind.values()).map(FaultKind::keyword).toList();

  private final Where where;
  private final List<String> words;
  private final int keywordIndex;

  /// @param text without comment, not blank
  FaultLine(Where where, String text) {
    this.where = where;
    this.words = List.of(text.strip().split("[ \t]+"));
    boolean lasts = words.size() > 2 && words.get(2).equals("for");
    this.keywordIndex = lasts ? 4 : 2;
    if (!words.getFirst().equals("at") || words.size() <= keywordIndex) {
      throw where.bad("line", text.strip(), FORM);
    }
  }

  String keyword() {
    return words.get(keywordIndex);
  }

  /// The rest of the line is one word: for what has a reader of its own, at 0 s and without `for`.
  String settings() {
    String keyword = keyword();
    if (atNanos() != 0) {
      throw where.bad(keyword + " at", words.get(1), "0s");
    }
    if (keywordIndex > 2) {
      throw where.bad(keyword + " for", words.get(3), "none: it lasts to the end");
    }
    if (words.size() != keywordIndex + 2) {
      throw where.bad(
          keyword,
          String.join(" ", words.subList(keywordIndex + 1, words.size())),
          "INTERVAL,PROBABILITY,SPACE,TIMES as in 1,10,0,-1");
    }
    if (words.getLast().length() > SETTINGS_MAX) {
      throw where.bad(keyword, words.getLast(), "up to " + SETTINGS_MAX + " characters");
    }
    return words.getLast();
  }

  /// @param others keywords that are no [Fault]
  ScheduledFault read(Topology topology, List<String> others) {
    long atNanos = atNanos();
    FaultKind kind = kind(others);
    long forNanos = forNanos(kind);
    FaultWords rest =
        new FaultWords(where, kind, topology, words.subList(keywordIndex + 1, words.size()));
    return new ScheduledFault(atNanos, forNanos, fault(kind, rest));
  }

  private long atNanos() {
    return FaultWords.nanos(where, "at", words.get(1), 0, Durations.NANOS_MAX, "");
  }

  private FaultKind kind(List<String> others) {
    Optional<FaultKind> known =
        Arrays.stream(FaultKind.values()).filter(k -> k.keyword().equals(keyword())).findAny();
    if (known.isEmpty()) {
      List<String> all = new ArrayList<>(KEYWORDS);
      all.addAll(others);
      throw where.bad(
          "fault", keyword(), String.join(", ", all) + FaultWords.meant(keyword(), all));
    }
    return known.get();
  }

  private long forNanos(FaultKind kind) {
    String what = kind.keyword() + " for";
    if (!kind.lasts()) {
      if (keywordIndex > 2) {
        throw where.bad(what, words.get(3), "none: it happens at one moment");
      }
      return 0;
    }
    String text = keywordIndex > 2 ? words.get(3) : "";
    return text.equals("end")
        ? ScheduledFault.TO_THE_END
        : FaultWords.nanos(where, what, text, 1, Durations.NANOS_MAX, ", or end");
  }

  private static Fault fault(FaultKind kind, FaultWords words) {
    return switch (kind) {
      case KILL -> new Fault.Kill(words.node("node"), words.nanosOrNever("restart"));
      case LEAVE -> new Fault.Leave(words.node("node"), words.nanosOrNever("rejoin"));
      case DOWN -> new Fault.Down(words.node("node"), nanos(words, "unaware"));
      case PAUSE -> new Fault.Pause(words.node("node"));
      case PARTITION -> new Fault.Partition(words.sides());
      case CUT -> {
        NodeId from = words.node("from");
        yield new Fault.Cut(from, words.otherNode("to", from));
      }
      case BRIDGE -> new Fault.Bridge(words.node("node"));
      case RING -> new Fault.Ring();
      case LOSS -> new Fault.Loss(words.from(), words.to(), words.percent());
      case DUPLICATE -> new Fault.Duplicate(words.from(), words.to(), words.percent());
      case DELAY -> delay(words);
      case REORDER ->
          new Fault.Reorder(words.from(), words.to(), words.percent(), nanos(words, "max"));
      case CLOG -> new Fault.Clog(words.from(), words.to());
      case CLOCK_JUMP ->
          new Fault.ClockJump(
              words.node("node"), words.nanos("by", -Durations.NANOS_MAX, Durations.NANOS_MAX));
      case DRIFT ->
          new Fault.Drift(
              words.node("node"),
              words.integer("ppm", -PARTS_PER_MILLION_MAX, PARTS_PER_MILLION_MAX));
      case NO_PAGES -> new Fault.NoPages(words.node("node"));
      case CHURN -> new Fault.Churn(words.nanos("every", CHURN_NANOS_MIN, Durations.NANOS_MAX));
      case COORDINATOR_KILL -> new Fault.CoordinatorKill(nanos(words, "restart"));
      case CPU_CRASH -> new Fault.CpuCrash(words.cpu("cpu"), count(words, "send"));
      case NODE_CRASH -> new Fault.NodeCrash(words.node("node"), count(words, "answer"));
      case QUEUE_BOUND -> new Fault.QueueBound(words.from(), words.to(), count(words, "messages"));
      case CORRUPT -> new Fault.Corrupt(words.node("node"), words.integer("bytes", 1, BYTES_MAX));
      case CPU_OFFLINE -> new Fault.CpuOffline(words.cpu("cpu"));
      case MEMORY_OFFLINE -> new Fault.MemoryOffline(words.node("node"));
      case PREEMPT -> new Fault.Preempt(words.cpu("cpu"));
    };
  }

  private static Fault delay(FaultWords words) {
    long min = nanos(words, "min");
    long max = nanos(words, "max");
    if (min > max) {
      throw words.bad("min", "0s..max=" + Durations.text(max));
    }
    return new Fault.Delay(words.from(), words.to(), words.percent(), min, max);
  }

  private static long nanos(FaultWords words, String key) {
    return words.nanos(key, 0, Durations.NANOS_MAX);
  }

  private static int count(FaultWords words, String key) {
    return words.integer(key, 1, MESSAGES_MAX);
  }

  /// The line that is read as this fault; the same for equal faults.
  static String write(ScheduledFault scheduled) {
    FaultKind kind = FaultKind.of(scheduled.fault());
    String length =
        scheduled.forNanos() == ScheduledFault.TO_THE_END
            ? "end"
            : Durations.text(scheduled.forNanos());
    String rest = rest(scheduled.fault());
    return "at "
        + Durations.text(scheduled.atNanos())
        + (kind.lasts() ? " for " + length : "")
        + " "
        + kind.keyword()
        + (rest.isEmpty() ? "" : " " + rest);
  }

  private static String rest(Fault fault) {
    return switch (fault) {
      case Fault.Kill f -> node(f.node()) + " restart=" + FaultWords.neverOr(f.restartNanos());
      case Fault.Leave f -> node(f.node()) + " rejoin=" + FaultWords.neverOr(f.rejoinNanos());
      case Fault.Down f -> node(f.node()) + " unaware=" + Durations.text(f.unawareNanos());
      case Fault.Pause f -> node(f.node());
      case Fault.Partition f -> FaultWords.text(f.sides());
      case Fault.Cut f -> link(f.from(), f.to());
      case Fault.Bridge f -> node(f.bridge());
      case Fault.Ring _ -> "";
      case Fault.Loss f -> percent(f.percent(), "", f.from(), f.to());
      case Fault.Duplicate f -> percent(f.percent(), "", f.from(), f.to());
      case Fault.Delay f ->
          percent(
              f.percent(),
              "min=" + Durations.text(f.minNanos()) + " max=" + Durations.text(f.maxNanos()),
              f.from(),
              f.to());
      case Fault.Reorder f ->
          percent(f.percent(), "max=" + Durations.text(f.maxNanos()), f.from(), f.to());
      case Fault.Clog f -> link(f.from(), f.to());
      case Fault.ClockJump f -> node(f.node()) + " by=" + Durations.text(f.byNanos());
      case Fault.Drift f -> node(f.node()) + " ppm=" + f.partsPerMillion();
      case Fault.NoPages f -> node(f.node());
      case Fault.Churn f -> "every=" + Durations.text(f.everyNanos());
      case Fault.CoordinatorKill f -> "restart=" + Durations.text(f.restartNanos());
      case Fault.CpuCrash f -> "cpu=" + f.cpu().value() + " send=" + f.atSend();
      case Fault.NodeCrash f -> node(f.node()) + " answer=" + f.atAnswer();
      case Fault.QueueBound f ->
          ("messages=" + f.messagesMax() + " " + link(f.from(), f.to())).strip();
      case Fault.Corrupt f -> node(f.node()) + " bytes=" + f.bytes();
      case Fault.CpuOffline f -> "cpu=" + f.cpu().value();
      case Fault.MemoryOffline f -> node(f.node());
      case Fault.Preempt f -> "cpu=" + f.cpu().value();
    };
  }

  private static String percent(int percent, String middle, NodeId from, NodeId to) {
    return (percent + "% " + (middle + " " + link(from, to)).strip()).strip();
  }

  private static String node(NodeId node) {
    return "node=" + node.value();
  }

  private static String link(NodeId from, NodeId to) {
    String text = from.equals(Fault.ALL) ? "" : "from=" + from.value();
    return (text + (to.equals(Fault.ALL) ? "" : " to=" + to.value())).strip();
  }
}
