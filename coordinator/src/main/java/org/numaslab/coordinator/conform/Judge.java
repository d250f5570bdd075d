package org.numaslab.coordinator.conform;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.conform.Recording.Row;
import org.numaslab.coordinator.conform.Recording.Step;
import org.numaslab.coordinator.conform.Verdict.Difference;
import org.numaslab.coordinator.driver.simulate.SimulatedMachine;
import org.numaslab.node.topology.Topology;

/// Runs a recording's commands on an emulated machine and compares row by row.
public final class Judge {
  /// Rows that an emulated machine must have equal. The others are a whole kernel's numbers, or what the recording decides.
  private static final Set<String> COMPARED =
      Set.of(
          "RC", "DONE", "CREATE", "A", "R", "CPU", "CPUPART", "NODE", "NODEPART", "NODEFULL",
          "CTOR", "CTORSEQ", "SYSFS", "SLABINFO", "DMESG", "DESTROY", "CLEANUP", "CAT", "HEX",
          "HEXROW", "TAIL");

  /// Files of which a `!cat` is compared.
  private static final List<String> COMPARED_FILES =
      List.of("/cpu_partial", "/min_partial", "/remote_node_defrag_ratio", "/cpu/online");

  /// Objects are small and freed pages are used again: a script does not touch more.
  private static final long TOUCHED_BYTES_MAX = 4L << 30;

  private static final int ROWS_SHOWN = 6;

  private final Topology topology;

  /// @param topology the machine that was recorded
  public Judge(Topology topology) {
    this.topology = topology;
  }

  public Verdict judge(Recording recording) {
    RecordedNature[] nature = new RecordedNature[1];
    try (SimulatedMachine machine =
        SimulatedMachine.instant(
            topology, memory -> nature[0] = new RecordedNature(memory.frames()), TOUCHED_BYTES_MAX)) {
      ScriptRun run =
          new ScriptRun(
              topology,
              machine,
              nature[0],
              new Expectations(recording.name(), recording.steps()));
      return new Comparison(recording, run).verdict();
    }
  }

  private static final class Comparison {
    private final Recording recording;
    private final ScriptRun run;
    private int statesEqual;
    private int states;
    private int stepsEqual;
    private int ordersTaken;
    private @Nullable Difference first;

    Comparison(Recording recording, ScriptRun run) {
      this.recording = recording;
      this.run = run;
    }

    Verdict verdict() {
      String unjudged = null;
      for (Step step : recording.steps()) {
        Command command =
            Command.parse(step.command(), recording.name() + ":" + step.line());
        boolean state = command instanceof Command.State;
        states += state ? 1 : 0;
        if (unjudged != null) {
          continue;
        }
        try {
          if (isEqual(command, step)) {
            stepsEqual++;
            statesEqual += state ? 1 : 0;
          }
        } catch (UnsupportedOperationException e) {
          unjudged = "step " + step.number() + " needs " + e.getMessage();
        }
      }
      return new Verdict(
          recording.name(), statesEqual, states, stepsEqual, recording.steps().size(),
          ordersTaken, first, unjudged);
    }

    private boolean isEqual(Command command, Step step) {
      List<String> recorded = comparable(command, step);
      List<String> emulated;
      try {
        ordersTaken += run.takeOrderAfterShrink(command, step) ? 1 : 0;
        emulated = run.execute(command, step);
      } catch (IllegalStateException e) {
        emulated = List.of("IMPOSSIBLE\t" + e.getMessage());
      }
      int at = firstDifference(recorded, emulated);
      if (at >= 0 && first == null) {
        first =
            new Difference(
                step.number(),
                step.line(),
                step.command(),
                from(recorded, at),
                from(emulated, at));
      }
      return at < 0;
    }

    private static List<String> comparable(Command command, Step step) {
      List<String> rows = new ArrayList<>();
      List<String> log = new ArrayList<>();
      for (Row row : step.rows()) {
        if (row.tag().equals("DMESG")) {
          log.add(String.join("\t", row.fields()));
        } else if (COMPARED.contains(row.tag()) && isCompared(command)) {
          rows.add(row.text());
        }
      }
      LogLines.masked(log).forEach(line -> rows.add("DMESG\t" + line));
      return rows;
    }

    private static boolean isCompared(Command command) {
      return !(command instanceof Command.Cat cat)
          || COMPARED_FILES.stream().anyMatch(cat.file()::endsWith);
    }

    /// -1 when both are equal.
    private static int firstDifference(List<String> recorded, List<String> emulated) {
      for (int i = 0; i < Math.max(recorded.size(), emulated.size()); i++) {
        if (i >= recorded.size()
            || i >= emulated.size()
            || !same(recorded.get(i), emulated.get(i))) {
          return i;
        }
      }
      return -1;
    }

    /// A constructor list that was too long for the recorder is empty.
    private static boolean same(String recorded, String emulated) {
      return recorded.strip().equals(emulated.strip())
          || (recorded.strip().equals("CTORSEQ") && emulated.startsWith("CTORSEQ\t"));
    }

    private static List<String> from(List<String> rows, int at) {
      return at >= rows.size()
          ? List.of("(no further row)")
          : rows.subList(at, Math.min(rows.size(), at + ROWS_SHOWN));
    }
  }
}
