package org.numaslab.deploy;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.audit.Audit;
import org.numaslab.coordinator.experiment.Experiment;
import org.numaslab.coordinator.experiment.RandomLoad;
import org.numaslab.coordinator.experiment.Replay;
import org.numaslab.coordinator.experiment.ReplaySettings;
import org.numaslab.coordinator.experiment.ReplaySettings.Order;
import org.numaslab.coordinator.report.AuditFigures;
import org.numaslab.coordinator.report.MachineFiles;
import org.numaslab.coordinator.report.OutputFolder;
import org.numaslab.coordinator.report.RunFiles;
import org.numaslab.coordinator.report.RunResult;
import org.numaslab.coordinator.report.RunTiming;
import org.numaslab.coordinator.report.WholeRun;
import org.numaslab.node.topology.BadInput;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `numaslab run`: a recorded trace, or a load, on an emulated machine, and what came of it.
@Command(
    name = "run",
    sortOptions = false,
    sortSynopsis = false,
    description = {
      "Replays a kernel's allocation trace on an emulated NUMA machine: where was every allocation"
          + " served, what crossed nodes, what did it cost? Without options it replays the demo:"
          + " files made on one node and unlinked on another, on 4 nodes with 8 cpus."
    },
    footer = {
      "",
      "Examples:",
      "  numaslab run",
      "  numaslab run --trace trace.txt.gz --topology 4x2:8G --out result",
      "  numaslab run --driver simulate --seed 7 --caches 'dentry,*inode*'",
      "  numaslab run --write '*/cpu_partial=0' --write-after '*/shrink=1'",
      "  numaslab run --workload random:60 --topology 64x64:1G --workload-caches 200",
      "",
      "README.md tells what the output means. The folder gets summary.txt,",
      "result.json, timing.json, slabinfo, state.json, proc/ and sys/ as a kernel",
      "would show them, and dmesg if the emulated kernel printed anything. One of an",
      "earlier run is replaced; one that holds anything else is not touched."
    })
public final class RunCommand implements Callable<Integer> {
  private static final Path OUTPUT = Path.of("numaslab-out");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin TraceOptions trace = new TraceOptions();

  @Option(
      names = "--cpus",
      paramLabel = "LIST",
      order = 4,
      converter = CpuListConverter.class,
      description = "Only events on these cpus, as 0-3,6.")
  void onlyCpus(CpuList list) {
    trace.cpus = list;
  }

  @Mixin WorkloadOptions workload = new WorkloadOptions();

  @Mixin MachineOptions machine = new MachineOptions();

  @Mixin DriverOptions moves = new DriverOptions();

  @Option(
      names = "--out",
      order = 30,
      paramLabel = "DIR",
      description = "Folder for the results (numaslab-out/TRACE-DRIVER).")
  @Nullable Path out;

  @Option(
      names = "--attach",
      paramLabel = "DIR",
      order = 29,
      description =
          "Run on the processes that numaslab cluster up has started, instead of in this one; DIR is"
              + " its folder.")
  @Nullable Path attach;

  @Option(names = "--quiet", order = 31, description = "No progress bar.")
  boolean quiet;

  @Override
  public Integer call() {
    Path standing = attach;
    if (standing != null) {
      return attached(StandingCluster.in(standing));
    }
    long start = System.nanoTime();
    Path folder = out;
    OutputFolder output =
        OutputFolder.at(folder == null ? OUTPUT.resolve(runName()) : folder, RunFiles.NAMES);
    workload.check(trace, machine, moves);
    machine.check();
    return workload.isGiven() ? load(start, output) : replay(start, output);
  }

  /// On processes that are there.
  private int attached(StandingCluster cluster) {
    if (moves.isGiven()) {
      throw new BadInput(
          "--attach: got --driver simulate or an --order too, allowed: either; processes move"
              + " themselves");
    }
    MachineOptions theirs = ClusterWords.parse(cluster.machine().toArray(String[]::new)).machine;
    boolean hasKernel = !workload.isGiven() && RunInputs.kernelOf(trace, machine).isPresent();
    if (machine.topology == null && machine.kernel == null && !hasKernel) {
      machine.topology = theirs.topology;
      machine.kernel = theirs.kernel;
    }
    ClusterWork work = new ClusterWork();
    work.spec = spec;
    work.trace = trace;
    work.workload = workload;
    work.machine = machine;
    work.quiet = quiet;
    Path folder = out;
    work.out = folder == null ? OUTPUT.resolve("attached") : folder;
    MemberOptions member = new MemberOptions();
    member.seeds = cluster.seeds();
    member.threads = 1;
    return work.on(
        (run, faults) -> run.lead(member, null, faults.faults()),
        LoadInputs.read(theirs).topology());
  }

  private int replay(long start, OutputFolder output) {
    RunInputs inputs = RunInputs.read(trace, machine);
    ReplaySettings settings = machine.settings(moves, trace.repeat);
    try (Replay replay = new Replay(inputs.topology(), inputs.kernel(), inputs.trace(), settings)) {
      return finish(
          start,
          inputs.decoding(),
          replay,
          output,
          (run, audit) ->
              RunResult.of(
                  Version.current(),
                  RunLine.of(inputs.shownTrace(), trace, machine, moves),
                  inputs.setup(trace, machine, settings, run.assumed()),
                  inputs.trace(),
                  run,
                  audit));
    }
  }

  private int load(long start, OutputFolder output) {
    LoadInputs inputs = LoadInputs.read(machine);
    ReplaySettings settings = machine.settings(moves, 1).withOrder(Order.CAUSAL);
    try (RandomLoad load =
        new RandomLoad(
            inputs.topology(),
            inputs.kernel(),
            settings,
            workload.length(moves.driver),
            workload.caches())) {
      return finish(
          start,
          RunTiming.Decoding.NONE,
          load,
          output,
          (run, audit) ->
              RunResult.of(
                  Version.current(),
                  RunLine.of(workload, machine, moves),
                  inputs.setup(
                      "workload " + workload.text(moves.driver), settings, machine, run.assumed()),
                  null,
                  run,
                  audit));
    }
  }

  /// Runs it, audits what is left, and writes and prints the results.
  private int finish(
      long start,
      RunTiming.Decoding decoding,
      Experiment experiment,
      OutputFolder output,
      BiFunction<WholeRun, AuditFigures, RunResult> gather) {
    experiment.write(machine.writes());
    experiment.check(machine.writesAfter());
    long readNanos = System.nanoTime() - start;
    machine.messages().forEach(spec.commandLine().getErr()::println);
    try (ProgressDisplay progress = ProgressDisplay.of(experiment, quiet)) {
      experiment.run();
      progress.finished();
    }
    experiment.write(machine.writesAfter());
    long ended = System.nanoTime();
    WholeRun run = WholeRun.of(experiment);
    Audit audit = Audit.of(run.dump());
    RunTiming timing = RunTiming.of(readNanos, decoding, run, System.nanoTime() - ended);
    RunFiles files = RunFiles.of(run, gather.apply(run, AuditFigures.of(audit)), timing);
    output.write(files.texts(), MachineFiles.links(run));
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.print(files.summary());
    files.remarks().forEach(stdout::println);
    stdout.println("Results: " + output.path());
    stdout.flush();
    return audit.isClean() ? ExitCode.OK : ExitCode.DIFFERENT;
  }

  private String runName() {
    return (workload.isGiven() ? "random" : trace.name()) + "-" + EnumWord.of(moves.driver);
  }
}
