package org.numaslab.deploy;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.conform.ConformResult;
import org.numaslab.coordinator.conform.ConformText;
import org.numaslab.coordinator.conform.Judge;
import org.numaslab.coordinator.conform.Recording;
import org.numaslab.coordinator.conform.Recordings;
import org.numaslab.coordinator.conform.Verdict;
import org.numaslab.coordinator.report.OutputFolder;
import org.numaslab.coordinator.report.RunFiles;
import org.numaslab.coordinator.topologies.KernelDirectory;
import org.numaslab.node.topology.Topology;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `numaslab conform`: does the emulated machine do what a real kernel was recorded doing?
@Command(
    name = "conform",
    description = {
      "Runs recordings of a real Linux 6.1 on an emulated machine and compares every state and"
          + " every step."
    },
    footer = {
      "",
      "Exit code 0: all equal; 1: a difference, or something that could not be judged.",
      "",
      "Examples:",
      "  numaslab conform deploy/recordings/scenarios/recorded",
      "  numaslab conform --kernel my/machine my/recording.tsv.gz"
    })
public final class ConformCommand implements Callable<Integer> {
  private static final String DEFAULT_MACHINE = "recordings/machine/setC-4node-8cpu";

  /// Beside a recording: the machine on which it was made.
  private static final String MACHINE_BESIDE = "kernel";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "1..*",
      paramLabel = "PATH",
      description = "Recordings (*.tsv, *.tsv.gz), or folders of them.")
  List<Path> paths = new ArrayList<>();

  @Option(
      names = "--kernel",
      paramLabel = "DIR",
      description =
          "The recorded machine: its zoneinfo.txt, node/ and so on. Without it, a folder kernel/"
              + " beside the recording, else 4 nodes with 8 cpus and 512 MiB each.")
  @Nullable Path kernel;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Also write result.json to this folder.")
  @Nullable Path out;

  private final Map<Path, Judge> judges = new LinkedHashMap<>();

  @Override
  public Integer call() {
    Recordings recordings = Recordings.find(paths);
    // All input is checked before the first verdict: what is bad is said, and nothing else.
    for (Path file : recordings.files()) {
      judge(file).check(Recording.read(file));
    }
    OutputFolder folder = out == null ? null : OutputFolder.at(out, Set.of(RunFiles.RESULT));
    PrintWriter stdout = spec.commandLine().getOut();
    judges.keySet().forEach(machine -> stdout.println("machine: " + machine));
    recordings
        .leftOut()
        .forEach(file -> stdout.println("left out: " + file + ": another kind of table"));
    List<Verdict> verdicts = judge(recordings.files(), stdout);
    stdout.print(ConformText.total(verdicts));
    stdout.flush();
    if (folder != null) {
      String machines = String.join(" ", judges.keySet().stream().map(Path::toString).toList());
      folder.write(
          Map.of(RunFiles.RESULT, ConformResult.json(RunLine.typed(spec), machines, verdicts)));
    }
    return verdicts.stream().allMatch(Verdict::isEqual) ? ExitCode.OK : ExitCode.DIFFERENT;
  }

  private List<Verdict> judge(List<Path> files, PrintWriter stdout) {
    int width =
        files.stream().mapToInt(file -> String.valueOf(file.getFileName()).length()).max().orElse(0)
            - ".tsv.gz".length();
    List<Verdict> verdicts = new ArrayList<>();
    for (Path file : files) {
      Verdict verdict = judge(file).judge(Recording.read(file));
      stdout.print(ConformText.verdict(verdict, width));
      stdout.flush();
      verdicts.add(verdict);
    }
    return verdicts;
  }

  private Judge judge(Path recording) {
    return judges.computeIfAbsent(
        machineOf(recording),
        folder -> {
          Topology machine = KernelDirectory.read(folder).topology();
          return new Judge(machine);
        });
  }

  private Path machineOf(Path recording) {
    Path named = kernel;
    if (named != null) {
      return named;
    }
    Path beside = recording.resolveSibling(MACHINE_BESIDE);
    return Files.isDirectory(beside)
        ? beside
        : Path.of(System.getProperty("numaslab.home", "deploy"), DEFAULT_MACHINE);
  }
}
