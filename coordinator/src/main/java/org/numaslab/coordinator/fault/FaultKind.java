package org.numaslab.coordinator.fault;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The kinds of [Fault], one per record: how a schedule calls them, and who can make them.
///
/// The id is the one of the list of fault kinds; empty for what the kernel does by itself.
public enum FaultKind {
  KILL("kill", "F1", false, "", "node", "restart"),
  LEAVE("leave", "F2", false, "", "node", "rejoin"),
  DOWN("down", "F20", false, "", "node", "unaware"),
  PAUSE("pause", "F3", true, "", "node"),
  PARTITION("partition", "F4", true, "NODES|NODES"),
  CUT("cut", "F5", true, "", "from", "to"),
  BRIDGE("bridge", "F6", true, "", "node"),
  RING("ring", "F7", true, ""),
  LOSS("loss", "F8", true, "PERCENT%", "from", "to"),
  DUPLICATE("duplicate", "F11", true, "PERCENT%", "from", "to"),
  DELAY("delay", "F9", true, "PERCENT%", "min", "max", "from", "to"),
  REORDER("reorder", "F10", true, "PERCENT%", "max", "from", "to"),
  CLOG("clog", "F12", true, "", "from", "to"),
  CLOCK_JUMP("clock-jump", "F13", false, "", "node", "by"),
  DRIFT("drift", "F13", true, "", "node", "ppm"),
  NO_PAGES("no-pages", "F14", true, "", "node"),
  CHURN("churn", "F19", true, "", "every"),
  COORDINATOR_KILL("coordinator-kill", "F21", false, "", "restart"),
  CPU_CRASH("cpu-crash", "F22", false, "", "cpu", "send"),
  NODE_CRASH("node-crash", "F23", false, "", "node", "answer"),
  QUEUE_BOUND("queue-bound", "F25", true, "", "messages", "from", "to"),
  CORRUPT("corrupt", "F26", false, "", "node", "bytes"),
  CPU_OFFLINE("cpu-offline", "", true, "", "cpu"),
  MEMORY_OFFLINE("memory-offline", "", true, "", "node"),
  PREEMPT("preempt", "", true, "", "cpu");

  /// What makes the faults of a schedule.
  public enum Driver {
    /// One thread, virtual time.
    SIMULATE,
    /// Members that are processes; faults by signals and between their messages.
    PROCESSES;

    /// How a person calls it.
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// What a schedule can do to processes from outside, of the list of fault kinds.
  private static final Set<String> OF_PROCESSES =
      Set.of("F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "F11", "F20");

  private final String keyword;
  private final String id;
  private final boolean lasts;
  private final String word;
  private final String keys;

  FaultKind(String keyword, String id, boolean lasts, String word, String... keys) {
    this.keyword = keyword;
    this.id = id;
    this.lasts = lasts;
    this.word = word;
    this.keys = String.join(" ", keys);
  }

  public static FaultKind of(Fault fault) {
    return switch (fault) {
      case Fault.Kill _ -> KILL;
      case Fault.Leave _ -> LEAVE;
      case Fault.Down _ -> DOWN;
      case Fault.Pause _ -> PAUSE;
      case Fault.Partition _ -> PARTITION;
      case Fault.Cut _ -> CUT;
      case Fault.Bridge _ -> BRIDGE;
      case Fault.Ring _ -> RING;
      case Fault.Loss _ -> LOSS;
      case Fault.Duplicate _ -> DUPLICATE;
      case Fault.Delay _ -> DELAY;
      case Fault.Reorder _ -> REORDER;
      case Fault.Clog _ -> CLOG;
      case Fault.ClockJump _ -> CLOCK_JUMP;
      case Fault.Drift _ -> DRIFT;
      case Fault.NoPages _ -> NO_PAGES;
      case Fault.Churn _ -> CHURN;
      case Fault.CoordinatorKill _ -> COORDINATOR_KILL;
      case Fault.CpuCrash _ -> CPU_CRASH;
      case Fault.NodeCrash _ -> NODE_CRASH;
      case Fault.QueueBound _ -> QUEUE_BOUND;
      case Fault.Corrupt _ -> CORRUPT;
      case Fault.CpuOffline _ -> CPU_OFFLINE;
      case Fault.MemoryOffline _ -> MEMORY_OFFLINE;
      case Fault.Preempt _ -> PREEMPT;
    };
  }

  /// How a schedule calls it, as `clock-jump`.
  public String keyword() {
    return keyword;
  }

  /// F1..F26, or empty.
  public String id() {
    return id;
  }

  /// Whether it goes on as long as its [ScheduledFault] says; else it happens at one moment.
  public boolean lasts() {
    return lasts;
  }

  public boolean canBeDoneBy(Driver driver) {
    return switch (driver) {
      case SIMULATE -> true;
      case PROCESSES -> OF_PROCESSES.contains(id);
    };
  }

  /// The drivers that can do it, for errors.
  String drivers() {
    return Arrays.stream(Driver.values())
        .filter(this::canBeDoneBy)
        .map(Driver::word)
        .collect(Collectors.joining(", "));
  }

  /// What stands behind the keyword without a key; empty for nothing.
  String word() {
    return word;
  }

  List<String> keys() {
    return keys.isEmpty() ? List.of() : List.of(keys.split(" "));
  }

  /// What may stand behind the keyword, for errors.
  String usage() {
    String usage =
        Stream.concat(Stream.of(word), keys().stream().map(key -> key + "="))
            .filter(part -> !part.isEmpty())
            .collect(Collectors.joining(" "));
    return usage.isEmpty() ? "nothing more" : usage;
  }
}
