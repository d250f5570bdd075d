package org.numaslab.coordinator.conform;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.conform.Recording.Row;
import org.numaslab.coordinator.conform.Recording.Step;
import org.numaslab.coordinator.conform.Verdict.Difference;
import org.numaslab.coordinator.driver.simulate.SimulatedMachine;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.memory.SlabWord;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.Topology;

/// Runs a recording's commands on an emulated machine and compares row by row.
public final class Judge {
  /// Rows that an emulated machine must have equal. The others are a whole kernel's numbers, or
  /// what the recording decides.
  private static final Set<String> COMPARED =
      Set.of(
          "RC",
          "DONE",
          "CREATE",
          "A",
          "R",
          "CPU",
          "CPUPART",
          "NODE",
          "NODEPART",
          "NODEFULL",
          "CTOR",
          "CTORSEQ",
          "SYSFS",
          "SLABINFO",
          "DMESG",
          "DESTROY",
          "CLEANUP",
          "CAT",
          "HEX",
          "HEXROW",
          "TAIL");

  /// Files of which a `!cat` is compared.
  private static final Pattern COMPARED_FILES =
      Pattern.compile(
          "/sys/kernel/slab/[^/]+/(cpu_partial|min_partial|remote_node_defrag_ratio)"
              + "|/sys/devices/system/cpu/(cpu\\d+/)?online");

  /// Objects are small and freed pages are used again: a script does not touch more.
  private static final long TOUCHED_BYTES_MAX = 4L << 30;

  private final Topology topology;

  /// @param topology the machine that was recorded
  public Judge(Topology topology) {
    this.topology = topology;
  }

  /// Whether this machine can run the recording at all.
  ///
  /// @throws BadInput when not, or when a line is no command
  public void check(Recording recording) {
    Script.of(recording, topology);
  }

  /// @throws BadInput when the recording is not for this machine, or a line is no command
  public Verdict judge(Recording recording) {
    Script script = Script.of(recording, topology);
    Expectations expectations = new Expectations(recording.steps());
    RecordedNature[] nature = new RecordedNature[1];
    SimulatedMachine[] self = new SimulatedMachine[1];
    StandIns[] standIns = new StandIns[1];
    try (SimulatedMachine machine =
        SimulatedMachine.instant(
            topology,
            memory -> {
              FrameTable frames = memory.frames();
              standIns[0] =
                  new StandIns(
                      topology,
                      frames,
                      expectations.mentioned(),
                      f -> sequence(self[0], frames, f));
              nature[0] = new RecordedNature(frames, standIns[0]);
              return nature[0];
            },
            TOUCHED_BYTES_MAX)) {
      self[0] = machine;
      ScriptRun run = new ScriptRun(topology, machine, nature[0], expectations);
      return new Comparison(recording, script, run, standIns[0]).verdict();
    }
  }

  /// The order of the indexes in a new slab's list, before it is turned to its start.
  private static int[] sequence(SimulatedMachine machine, FrameTable frames, long slab) {
    KmemCache cache = machine.registry().caches().get(frames.cache(slab));
    int objects = SlabWord.objects(frames.word(slab));
    return IntStream.of(cache.randomSequence()).filter(i -> i < objects).toArray();
  }

  private static final class Comparison {
    private final Recording recording;
    private final Script script;
    private final ScriptRun run;
    private final StandIns standIns;
    private final Map<String, Integer> notJudged = new LinkedHashMap<>();
    private int statesEqual;
    private int states;
    private int stepsEqual;
    private int ordersTaken;
    private boolean lost;
    private @Nullable Difference first;

    Comparison(Recording recording, Script script, ScriptRun run, StandIns standIns) {
      this.recording = recording;
      this.script = script;
      this.run = run;
      this.standIns = standIns;
    }

    Verdict verdict() {
      for (int i = 0; i < recording.steps().size(); i++) {
        Command command = script.commands().get(i);
        boolean state = command instanceof Command.State;
        states += state ? 1 : 0;
        try {
          if (!lost && isEqual(command, recording.steps().get(i))) {
            stepsEqual++;
            statesEqual += state ? 1 : 0;
          }
        } catch (NotJudged why) {
          notJudged.merge(String.valueOf(why.getMessage()), 1, Integer::sum);
        }
      }
      return new Verdict(
          recording.name(),
          statesEqual,
          states,
          stepsEqual,
          recording.steps().size(),
          ordersTaken,
          notJudged,
          first);
    }

    private boolean isEqual(Command command, Step step) {
      List<String> emulated = execute(command, step);
      List<Row> rows = comparable(command, step);
      for (int i = 0; i < emulated.size(); i++) {
        emulated.set(i, standIns.rename(emulated.get(i), i < rows.size() ? rows.get(i) : null));
      }
      List<String> recorded = new ArrayList<>();
      rows.forEach(row -> recorded.add(row.text()));
      LogLines.masked(log(step)).forEach(line -> recorded.add("DMESG\t" + line));
      int at = firstDifference(command, recorded, emulated);
      if (at >= 0 && first == null) {
        first =
            new Difference(
                step.number(), step.line(), step.command(), recorded, List.copyOf(emulated), at);
      }
      return at < 0;
    }

    /// After a step that broke the machine, nothing that follows means anything.
    private List<String> execute(Command command, Step step) {
      try {
        ordersTaken += run.takeOrderAfterShrink(command, step) ? 1 : 0;
        return new ArrayList<>(run.execute(command, step));
      } catch (BadInput e) {
        throw new BadInput(recording.file() + ":" + step.line() + ": " + e.getMessage(), e);
      } catch (NotJudged e) {
        throw e;
      } catch (RuntimeException | AssertionError e) {
        lost = true;
        return new ArrayList<>(List.of("IMPOSSIBLE\t" + e));
      }
    }

    private List<Row> comparable(Command command, Step step) {
      return step.rows().stream()
          .filter(row -> COMPARED.contains(row.tag()) && !row.tag().equals("DMESG"))
          .filter(row -> isCompared(command) && run.isCompared(row))
          .toList();
    }

    private static List<String> log(Step step) {
      return step.rows().stream()
          .filter(row -> row.tag().equals("DMESG"))
          .map(row -> String.join("\t", row.fields()))
          .toList();
    }

    private static boolean isCompared(Command command) {
      return !(command instanceof Command.Cat cat) || COMPARED_FILES.matcher(cat.file()).matches();
    }

    /// -1 when both are equal.
    private static int firstDifference(
        Command command, List<String> recorded, List<String> emulated) {
      for (int i = 0; i < Math.max(recorded.size(), emulated.size()); i++) {
        if (i >= recorded.size()
            || i >= emulated.size()
            || !same(command, recorded.get(i).strip(), emulated.get(i).strip())) {
          return i;
        }
      }
      return -1;
    }

    /// A constructor list that was too long for the recorder is empty. Of a command that was
    /// refused only that is compared.
    private static boolean same(Command command, String recorded, String emulated) {
      return recorded.equals(emulated)
          || (recorded.equals("CTORSEQ") && emulated.startsWith("CTORSEQ\t"))
          || (command instanceof Command.OnCache
              && recorded.startsWith("RC\t-")
              && emulated.startsWith("RC\t-"));
    }
  }
}
