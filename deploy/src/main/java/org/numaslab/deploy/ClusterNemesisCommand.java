package org.numaslab.deploy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.numaslab.coordinator.audit.MappedHistory;
import org.numaslab.coordinator.report.Json;
import org.numaslab.coordinator.report.OutputFolder;
import org.numaslab.coordinator.report.RunFiles;
import org.numaslab.coordinator.swarm.FaultChoice;
import org.numaslab.coordinator.swarm.Nemesis;
import org.numaslab.deploy.NemesisResult.Trial;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.EnvironmentFailure;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `numaslab cluster nemesis`.
@Command(
    name = "nemesis",
    sortOptions = false,
    sortSynopsis = false,
    description = {
      "Runs swarms on real processes while these are killed, stopped, parted, slowed down or removed,"
          + " and audits who had which object. Each trial is a `numaslab cluster run` of its own, with"
          + " its folder below --out."
    },
    footer = {
      "",
      "Examples:",
      "  numaslab cluster nemesis",
      "  numaslab cluster nemesis --nodes 3,5 --seeds 10 --operations 100000",
      "  numaslab cluster nemesis --kinds kill,pause --seeds 3",
      "",
      "Exit code 1: an invariant was broken; 3: a trial did not come to its end."
    })
public final class ClusterNemesisCommand implements Callable<Integer> {
  private static final Pattern TRIAL =
      Pattern.compile("[a-z-]+-\\d+-seed--?\\d+(\\.schedule|\\.nodes)?");
  private static final Duration COORDINATOR_MAX = Duration.ofMinutes(5);

  /// Of a run whose coordinator is killed: fewer are over before it is.
  private static final long OPERATIONS_WITH_KILL = 100_000;

  private static final int LOOK_MILLIS = 20;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--nodes",
      paramLabel = "LIST",
      split = ",",
      order = 1,
      description = "Sizes of the machine (3).")
  List<Integer> nodes = List.of(3);

  @Option(names = "--cpus", paramLabel = "N", order = 2, description = "Cpus of each node (2).")
  int cpus = 2;

  @Option(
      names = "--kinds",
      paramLabel = "LIST",
      split = ",",
      order = 3,
      description =
          "What is done: none, kill, pause, partition, one-way, bridge, loss, duplicate, delay, down,"
              + " leave, coordinator-kill (all).")
  List<String> kinds = Arrays.stream(Nemesis.values()).map(Nemesis::word).toList();

  @Option(names = "--seeds", paramLabel = "N", order = 4, description = "Trials of each (1).")
  int seeds = 1;

  @Option(
      names = "--first-seed",
      paramLabel = "N",
      order = 5,
      description = "Their first seed (1).")
  long first = 1;

  @Option(
      names = "--operations",
      paramLabel = "N",
      order = 6,
      description = "At least so many in each trial (20000).")
  long operations = 20_000;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      order = 30,
      description = "Folder for the results (numaslab-out/nemesis).")
  Path out = Path.of("numaslab-out", "nemesis");

  @Override
  public Integer call() {
    List<Nemesis> wanted = kinds.stream().map(word -> Nemesis.of("--kinds", word)).toList();
    for (int size : nodes) {
      if (size < 3 || size > 16) {
        throw new BadInput(
            "--nodes: got " + size + ", allowed: 3..16, so that a majority can go on");
      }
    }
    if (cpus < 1) {
      throw new BadInput("--cpus: got " + cpus + ", allowed: 1 or more");
    }
    if (seeds < 1) {
      throw new BadInput("--seeds: got " + seeds + ", allowed: 1 or more");
    }
    if (operations < 1) {
      throw new BadInput("--operations: got " + operations + ", allowed: 1 or more");
    }
    OutputFolder.at(out, ours());
    PrintWriter stdout = spec.commandLine().getOut();
    List<Trial> trials = new ArrayList<>();
    keep(trials);
    // All kinds before the next seed: what breaks is seen early.
    for (int i = 0; i < seeds; i++) {
      for (int size : nodes) {
        for (Nemesis kind : wanted) {
          trials.add(trial(kind, size, first + i, stdout));
          keep(trials); // a matrix takes hours
        }
      }
    }
    NemesisResult result = NemesisResult.of(trials);
    stdout.println(result.text());
    stdout.println("Results: " + out.toAbsolutePath());
    stdout.flush();
    return result.exitCode();
  }

  /// What is there, and is of an earlier matrix.
  private Set<String> ours() {
    try (Stream<Path> there = Files.isDirectory(out) ? Files.list(out) : Stream.empty()) {
      return Stream.concat(
              Stream.of(RunFiles.RESULT),
              there
                  .map(Path::getFileName)
                  .map(Path::toString)
                  .filter(name -> TRIAL.matcher(name).matches())
                  .map(name -> name + "/"))
          .collect(Collectors.toSet());
    } catch (IOException refused) {
      throw new BadInput("--out " + out + ": cannot be read: " + refused.getMessage(), refused);
    }
  }

  private void keep(List<Trial> trials) {
    NodesFolder.write(
        out.resolve(RunFiles.RESULT),
        Json.of(Version.current(), RunLine.typed(spec), NemesisResult.of(trials)));
  }

  private Trial trial(Nemesis kind, int size, long seed, PrintWriter stdout) {
    String name = "%s-%d-seed-%d".formatted(kind.word(), size, seed);
    Path folder = out.resolve(name);
    NodesFolder.delete(folder.resolve(RunFiles.RESULT));
    long start = System.nanoTime();
    StringWriter said = new StringWriter();
    int code =
        kind == Nemesis.COORDINATOR_KILL
            ? coordinatorKill(size, seed, folder, said)
            : run(kind, size, seed, folder, said);
    String last =
        said.toString()
            .lines()
            .filter(line ->
                line.startsWith("Audit:")
                    || line.startsWith("AUDIT:")
                    || line.startsWith("numaslab: error"))
            .findFirst()
            .orElse("");
    double seconds = (System.nanoTime() - start) / 1e9;
    Trial trial = Trial.of(folder, kind, size, seed, code, seconds, last);
    stdout.println(trial.line());
    if (!trial.isClean()) {
      stdout.println(said.toString().indent(2));
    }
    stdout.flush();
    return trial;
  }

  private int run(Nemesis kind, int size, long seed, Path folder, StringWriter said) {
    CommandLine line = Numaslab.commandLine();
    line.setOut(new PrintWriter(said, true));
    line.setErr(new PrintWriter(said, true));
    return Numaslab.execute(
        line,
        "cluster",
        "run",
        "--nodes=" + size,
        "--cpus=" + cpus,
        "--workload=swarm:" + operations + "ops",
        "--seed=" + seed,
        "--faults=" + faults(kind, size, seed, folder),
        "--quiet",
        "--out=" + folder);
  }

  /// What the trial does, as `cluster run` takes it.
  private static String faults(Nemesis kind, int size, long seed, Path folder) {
    if (kind == Nemesis.NONE) {
      return FaultChoice.NONE.text();
    }
    Path schedules = NodesFolder.emptied(folder.resolveSibling(folder.getFileName() + ".schedule"));
    Path schedule = schedules.resolve("schedule.txt");
    NodesFolder.write(schedule, kind.schedule(new SplittableRandom(seed), size));
    return schedule.toString();
  }

  /// Waits until the nodes have written down so many events, which are more than operations.
  private static void awaitEvents(ChildProcess coordinator, Path histories, long events)
      throws InterruptedException {
    long until = System.nanoTime() + COORDINATOR_MAX.toNanos();
    while (written(histories) < events) {
      if (!coordinator.isAlive() || System.nanoTime() > until) {
        throw new EnvironmentFailure(
            "its run has not come to where the coordinator was to be killed: " + coordinator.why());
      }
      Thread.sleep(LOOK_MILLIS);
    }
  }

  private static long written(Path histories) {
    return Files.isDirectory(histories)
        ? MappedHistory.in(histories).stream()
            .mapToLong(file -> MappedHistory.read(file).size())
            .sum()
        : 0;
  }

  /// The coordinator is a process of its own here: it is killed, and another one goes on.
  private int coordinatorKill(int size, long seed, Path folder, StringWriter said) {
    String topology = size + "x" + cpus + ClusterRunCommand.SWARM_MEMORY;
    long enough = Math.max(operations, OPERATIONS_WITH_KILL);
    try (NodeProcesses processes =
        new NodeProcesses(
            List.of("--topology=" + topology),
            size,
            NodesFolder.emptied(folder.resolveSibling(folder.getFileName() + ".nodes")))) {
      List<String> arguments =
          new ArrayList<>(
              List.of(
                  "coordinator",
                  "--seed-nodes=" + processes.seed(),
                  "--topology=" + topology,
                  "--workload=swarm:" + enough + "ops",
                  "--seed=" + seed,
                  "--threads=1",
                  "--out=" + folder.toAbsolutePath()));
      Path log = folder.resolveSibling(folder.getFileName() + ".nodes").resolve("coordinator.log");
      ChildProcess coordinator = ChildProcess.start("coordinator", arguments, log, false);
      try {
        long middle = new SplittableRandom(seed).nextLong(enough / 20, enough / 2);
        awaitEvents(coordinator, folder.resolve("nodes"), middle);
        coordinator.kill();
        arguments.add("--resume");
        coordinator = ChildProcess.start("coordinator", arguments, log, false);
        int code = coordinator.awaitExit(COORDINATOR_MAX);
        said.append(coordinator.said());
        if (code != ExitCode.OK) {
          said.append("numaslab: error: ").append(coordinator.why()).append('\n');
        }
        return code;
      } finally {
        coordinator.kill();
      }
    } catch (EnvironmentFailure failed) {
      said.append("numaslab: error: ").append(failed.getMessage());
      return ExitCode.FAILURE;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ExitCode.FAILURE;
    }
  }
}
