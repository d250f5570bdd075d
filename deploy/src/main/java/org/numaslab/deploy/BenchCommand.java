package org.numaslab.deploy;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.numaslab.coordinator.report.Json;
import org.numaslab.coordinator.report.OutputFolder;
import org.numaslab.coordinator.report.RunFiles;
import org.numaslab.deploy.bench.Bench;
import org.numaslab.deploy.bench.BenchResult;
import org.numaslab.deploy.bench.BenchTable;
import org.numaslab.deploy.bench.Row;
import org.numaslab.node.topology.BadInput;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `numaslab bench`: how fast the emulation itself is, each figure beside its limit.
@Command(
    name = "bench",
    sortOptions = false,
    sortSynopsis = false,
    description = {
      "Measures how fast the emulation is on this machine, each row beside its limit in the same"
          + " run. The short set takes about four minutes, the full one about twelve."
    },
    footer = {
      "",
      "Examples:",
      "  numaslab bench",
      "  numaslab bench --full --check",
      "  numaslab bench pair batch-256",
      "",
      "The folder gets summary.txt and result.json. Rows in which two threads work at",
      "the same time are skipped when the load of the machine is above 0.5 per core."
    })
public final class BenchCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "ROW", description = "Only these rows (all; --list names them).")
  List<String> names = new ArrayList<>();

  @Option(names = "--full", order = 1, description = "Five longer forks of each side, not three.")
  boolean full;

  @Option(names = "--list", order = 2, description = "Name the rows and measure nothing.")
  boolean list;

  @Option(
      names = "--check",
      order = 3,
      description = "End with exit code 1 when a goal was missed.")
  boolean check;

  @Option(
      names = "--out",
      order = 4,
      paramLabel = "DIR",
      description = "Folder for the results (numaslab-out/bench).")
  Path out = Path.of("numaslab-out", "bench");

  @Option(names = "--quiet", order = 5, description = "Do not say what is being measured.")
  boolean quiet;

  @Override
  public Integer call() {
    List<Row> rows = rows();
    PrintWriter stdout = spec.commandLine().getOut();
    if (list) {
      rows.forEach(
          row -> stdout.printf("%-11s %s; beside it: %s%n", row.label(), row.ours(), row.limit()));
      stdout.flush();
      return ExitCode.OK;
    }
    OutputFolder output = OutputFolder.at(out, Set.of(RunFiles.SUMMARY, RunFiles.RESULT));
    Bench bench = new Bench(full ? Bench.Extent.FULL : Bench.Extent.SHORT);
    BenchResult result = bench.run(Version.current(), command(), rows, this::say);
    String summary = load(bench, rows) + BenchTable.of(result);
    output.write(Map.of(RunFiles.SUMMARY, summary, RunFiles.RESULT, Json.of(result)));
    stdout.print(summary);
    stdout.println("Results: " + output.path());
    stdout.flush();
    return check && !result.allMet() ? ExitCode.DIFFERENT : ExitCode.OK;
  }

  private List<Row> rows() {
    List<Row> all = List.of(Row.values());
    for (String name : names) {
      if (all.stream().noneMatch(row -> row.label().equals(name))) {
        throw new BadInput(
            "ROW: got '%s', allowed: %s"
                .formatted(name, all.stream().map(Row::label).collect(Collectors.joining(" "))));
      }
    }
    return names.isEmpty()
        ? all
        : Arrays.stream(Row.values()).filter(row -> names.contains(row.label())).toList();
  }

  private void say(Row row, int fork) {
    if (!quiet) {
      PrintWriter stderr = spec.commandLine().getErr();
      stderr.println("numaslab: fork " + fork + " of " + row.label());
      stderr.flush();
    }
  }

  private static String load(Bench bench, List<Row> rows) {
    String line =
        String.format(Locale.ROOT, "Load before the start: %.2f per core", bench.loadPerCore());
    String skipped =
        rows.stream().filter(bench::skips).map(Row::label).collect(Collectors.joining(" "));
    if (!skipped.isEmpty()) {
      line += "; skipped, since two threads need two idle cores: " + skipped;
    } else if (bench.loadPerCore() > Bench.LOAD_PER_CORE_MAX) {
      line += ": others work here too, the times are theirs as well";
    }
    return line + "%n%n".formatted();
  }

  private String command() {
    StringBuilder command = new StringBuilder("numaslab bench");
    if (full) {
      command.append(" --full");
    }
    names.forEach(name -> command.append(' ').append(name));
    return command.toString();
  }
}
