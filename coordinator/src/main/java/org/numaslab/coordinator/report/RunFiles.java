package org.numaslab.coordinator.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.numaslab.coordinator.cost.CostLogs;

/// What a run writes into its folder, and says of it.
public final class RunFiles {
  /// What a command prints, for those who read it later.
  public static final String SUMMARY = "summary.txt";

  /// Every figure that a command prints.
  public static final String RESULT = "result.json";

  private static final String TIMING = "timing.json";
  private static final String SLABINFO = "slabinfo";
  private static final String DMESG = "dmesg";

  /// Of all files and folders that a run may write.
  public static final Set<String> NAMES =
      Set.of(SUMMARY, RESULT, TIMING, SLABINFO, DMESG, StateFile.NAME, "proc/", "sys/", "costs/");

  private final Map<String, String> texts = new LinkedHashMap<>();
  private final List<String> remarks = new ArrayList<>();
  private final String summary;

  private RunFiles(String summary) {
    this.summary = summary;
  }

  /// All but the links of [MachineFiles#links].
  public static RunFiles of(WholeRun run, RunResult result, RunTiming timing) {
    RunFiles files = new RunFiles(Summary.of(result, timing));
    files.texts.put(SUMMARY, files.summary);
    files.texts.put(RESULT, Json.of(result));
    files.texts.put(TIMING, Json.of(timing));
    files.texts.put(SLABINFO, Slabinfo.of(run.caches()));
    files.texts.putAll(MachineFiles.of(run));
    files.texts.putAll(CostLogs.of(run.costs(), timing.replaySeconds()));
    files.dmesg(run);
    files.state(run);
    return files;
  }

  private void dmesg(WholeRun run) {
    List<String> printed = run.kernelLog();
    if (!printed.isEmpty()) {
      texts.put(DMESG, String.join("\n", printed) + "\n");
      remarks.add(
          "dmesg: "
              + printed.size()
              + " lines of the emulated kernel"
              + (run.kernelLogLost() == 0
                  ? ""
                  : ", the newest; " + run.kernelLogLost() + " older ones are lost"));
    }
  }

  private void state(WholeRun run) {
    Optional<String> state = StateFile.of(run.dump());
    state.ifPresentOrElse(
        text -> texts.put(StateFile.NAME, text), () -> remarks.add(StateFile.leftOut(run.dump())));
  }

  /// By path.
  public Map<String, String> texts() {
    return texts;
  }

  /// The summary, for the terminal.
  public String summary() {
    return summary;
  }

  /// Lines for the terminal, after the summary.
  public List<String> remarks() {
    return remarks;
  }
}
