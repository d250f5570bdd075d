package org.numaslab.deploy;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.audit.Audit;
import org.numaslab.coordinator.audit.HistoryFile;
import org.numaslab.coordinator.audit.HistoryHeader;
import org.numaslab.coordinator.audit.HistoryWriter;
import org.numaslab.coordinator.cost.Calibration;
import org.numaslab.coordinator.cost.CostLogs;
import org.numaslab.coordinator.cost.CostParts;
import org.numaslab.coordinator.driver.cluster.LeadOfRun;
import org.numaslab.coordinator.experiment.PlannedWrites;
import org.numaslab.coordinator.experiment.ReplaySettings;
import org.numaslab.coordinator.experiment.ReplaySettings.Driver;
import org.numaslab.coordinator.fault.FaultKind;
import org.numaslab.coordinator.fault.FaultSchedule;
import org.numaslab.coordinator.fault.ScheduleText;
import org.numaslab.coordinator.membership.Phase;
import org.numaslab.coordinator.membership.RunLead;
import org.numaslab.coordinator.membership.RunMessage.Want;
import org.numaslab.coordinator.registry.RunCaches;
import org.numaslab.coordinator.report.AuditFigures;
import org.numaslab.coordinator.report.CostTables;
import org.numaslab.coordinator.report.Json;
import org.numaslab.coordinator.report.LostMember;
import org.numaslab.coordinator.report.MachineFiles;
import org.numaslab.coordinator.report.OutputFolder;
import org.numaslab.coordinator.report.PartBytes;
import org.numaslab.coordinator.report.RunFiles;
import org.numaslab.coordinator.report.RunPart;
import org.numaslab.coordinator.report.RunResult;
import org.numaslab.coordinator.report.RunTiming;
import org.numaslab.coordinator.report.Setup;
import org.numaslab.coordinator.report.WholeRun;
import org.numaslab.coordinator.swarm.ClusterSwarm;
import org.numaslab.coordinator.swarm.ClusterSwarmView;
import org.numaslab.coordinator.swarm.FaultChoice;
import org.numaslab.coordinator.swarm.SwarmPart;
import org.numaslab.coordinator.trace.TraceReader;
import org.numaslab.coordinator.wire.BadFrame;
import org.numaslab.coordinator.wire.FrameCodec;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.EnvironmentFailure;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// What a cluster is to run, wherever its processes come from: options, and what becomes of the
/// result.
final class ClusterWork {
  private static final String SCHEDULE = "schedule.txt";
  private static final String HISTORY = HistoryFile.NAME + ".gz";
  private static final String NODES = "nodes/";

  /// Random faults are drawn for leases of 0.4 s; real processes have 2 s.
  private static final int SLOWER = 5;

  private static final long FAULTY_NANOS = 4_000_000_000L;

  /// Leads a run on processes.
  interface Cluster {
    LeadOfRun.Outcome lead(ClusterRun run, FaultSchedule faults);
  }

  @Spec(Spec.Target.MIXEE)
  CommandSpec spec = CommandSpec.create();

  @Mixin TraceOptions trace = new TraceOptions();

  @Option(
      names = "--only-cpus",
      paramLabel = "LIST",
      order = 4,
      converter = CpuListConverter.class,
      description = "Only events on these cpus, as 0-3,6.")
  void onlyCpus(CpuList list) {
    trace.cpus = list;
  }

  @Mixin WorkloadOptions workload = new WorkloadOptions();
  @Mixin MachineOptions machine = new MachineOptions();

  /// What is done to a swarm, as [FaultChoice] reads it.
  String faults = FaultChoice.NONE.text();

  @Option(
      names = "--out",
      order = 30,
      paramLabel = "DIR",
      description = "Folder for the results (numaslab-out/cluster).")
  Path out = Path.of("numaslab-out", "cluster");

  @Option(names = "--quiet", order = 31, description = "No progress.")
  boolean quiet;

  /// Whether a run goes on that another coordinator has begun: what it wrote is kept.
  boolean resumes;

  /// Runs it.
  ///
  /// @return exit code
  int on(Cluster cluster, Topology topology) {
    Set<String> names = new HashSet<>(RunFiles.NAMES);
    names.addAll(Set.of(SCHEDULE, HISTORY, NODES));
    OutputFolder output = OutputFolder.at(out, names);
    if (!workload.isGiven() && trace.source().equals(TraceReader.STANDARD_INPUT)) {
      throw new BadInput("--trace: got standard input, allowed: a file, which every process reads");
    }
    if (workload.isSwarm() || workload.isCalibration()) {
      ClusterWords.unused(spec.commandLine().getParseResult())
          .ifPresent(option -> {
            throw new BadInput(
                option + ": got it with --workload " + workload.workload + ", allowed: without");
          });
    }
    if (workload.isSwarm()) {
      return swarm(cluster, topology, output);
    }
    boolean hasFaults = !faults.equals(FaultChoice.NONE.text());
    if (workload.isCalibration() && !hasFaults) {
      return calibration(cluster, topology, output);
    }
    if (hasFaults) {
      throw new BadInput("--faults: got some, allowed: with --workload swarm");
    }
    workload.check(trace, machine, DriverOptions.NONE);
    machine.check();
    return experiment(cluster, topology, output);
  }

  /// @param option that wants to measure
  static void requireTwoCpus(String option, Topology topology) {
    int fewest =
        IntStream.range(0, topology.nodeCount())
            .map(node -> topology.cpusOf(new NodeId(node)).size())
            .min()
            .orElseThrow();
    if (topology.nodeCount() < 2 || fewest < 2) {
      throw new BadInput(
          "%s: got a machine of %d nodes, one with %d cpus, allowed: two nodes with two cpus or more: one has traffic while another one measures"
              .formatted(option, topology.nodeCount(), fewest));
    }
  }

  /// Measures, however loaded the machine is.
  private int calibration(Cluster cluster, Topology topology, OutputFolder output) {
    requireTwoCpus("--workload calibrate", topology);
    Path folder = nodes(output);
    List<String> words = words();
    LeadOfRun.Outcome outcome;
    try (Shown shown = new Shown(spec.commandLine().getErr(), quiet)) {
      outcome =
          cluster.lead(
              new ClusterRun(topology, words, null, 0, folder, shown), FaultSchedule.none());
    }
    Calibration figures = Calibration.decode(outcome.parts());
    output.write(
        Map.of(
            RunFiles.SUMMARY,
            figures.text(),
            RunFiles.RESULT,
            Json.of(Version.current(), command(), figures)));
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.print(figures.text());
    stdout.println("Results: " + output.path());
    stdout.flush();
    return ExitCode.OK;
  }

  /// Where the processes write. A folder alone would not be known as a run's.
  private Path nodes(OutputFolder output) {
    Path nodes = output.file(NODES);
    if (resumes) {
      return nodes.toAbsolutePath();
    }
    NodesFolder.emptied(nodes);
    NodesFolder.write(
        output.path().resolve(RunFiles.SUMMARY), "This run has not ended: " + command() + "\n");
    return nodes.toAbsolutePath();
  }

  /// A trace or a random load.
  private int experiment(Cluster cluster, Topology topology, OutputFolder output) {
    long start = System.nanoTime();
    RunInputs traced = workload.isGiven() ? null : RunInputs.read(trace, machine);
    LoadInputs loaded = workload.isGiven() ? LoadInputs.read(machine) : null;
    ExperimentJob.require(
        topology, traced == null ? Objects.requireNonNull(loaded).topology() : traced.topology());
    ReplaySettings settings =
        machine.settings(DriverOptions.NONE, traced == null ? 1 : trace.repeat);
    RunCaches caches =
        PlannedWrites.of(
            traced != null
                ? traced.caches(settings)
                : Objects.requireNonNull(loaded).caches(settings, workload.caches()),
            machine.writes(),
            machine.writesAfter());
    machine.messages().forEach(spec.commandLine().getErr()::println);
    Path folder = nodes(output);
    List<String> words = words();
    long readNanos = System.nanoTime() - start;
    LeadOfRun.Outcome outcome;
    List<LostMember> lost;
    Calibration calibration;
    try (Shown shown = new Shown(spec.commandLine().getErr(), quiet)) {
      ClusterRun led = new ClusterRun(topology, words, caches, 0, folder, shown);
      outcome = cluster.lead(led, FaultSchedule.none());
      lost = led.lost(outcome);
      calibration = led.calibration();
    }
    long ended = System.nanoTime();
    WholeRun run = together(() -> whole(topology, outcome, lost, calibration));
    Audit audit = Audit.of(run.dump());
    RunTiming timing =
        RunTiming.of(
            readNanos,
            traced == null ? RunTiming.Decoding.NONE : traced.decoding(),
            run,
            System.nanoTime() - ended);
    Setup setup =
        traced != null
            ? traced.setup(trace, machine, settings, run.assumed())
            : Objects.requireNonNull(loaded)
                .setup(
                    "workload " + workload.text(Driver.EMBEDDED), settings, machine, run.assumed());
    RunResult result =
        RunResult.of(
            Version.current(),
            command(),
            setup.onProcesses(),
            traced == null ? null : traced.trace(),
            run,
            AuditFigures.of(audit));
    RunFiles files = RunFiles.of(run, result, timing);
    output.write(files.texts(), MachineFiles.links(run));
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.print(files.summary());
    files.remarks().forEach(stdout::println);
    stdout.println("Results: " + output.path());
    stdout.flush();
    return audit.isClean() ? ExitCode.OK : ExitCode.DIFFERENT;
  }

  /// The words for the nodes: also the machine, where only this process knows it.
  private List<String> words() {
    List<String> words = new ArrayList<>(ClusterWords.of(spec.commandLine().getParseResult()));
    if (words.stream()
        .noneMatch(word ->
            word.startsWith("--topology=")
                || (word.startsWith("--kernel=")
                    && !word.equals("--kernel=" + MachineOptions.NO_KERNEL)))) {
      words.addAll(machineWords());
    }
    try {
      var _ =
          new FrameCodec()
              .encode(new Want(RunLead.LOOK, Phase.NONE, false, words.toArray(String[]::new)));
    } catch (BadFrame tooLong) {
      throw new BadInput("options, for other processes: " + tooLong.getMessage(), tooLong);
    }
    return words;
  }

  private String command() {
    return RunLine.typed(spec);
  }

  private int swarm(Cluster cluster, Topology topology, OutputFolder output) {
    FaultSchedule schedule = schedule(topology);
    String text = ScheduleText.of(schedule).text();
    Path file = output.file(SCHEDULE);
    Path folder = nodes(output);
    NodesFolder.write(file, text);
    List<String> words = new ArrayList<>(words());
    words.add("--histories=" + folder);
    words.add("--faults=" + file.toAbsolutePath());
    long begin = System.nanoTime();
    LeadOfRun.Outcome outcome;
    Calibration calibration;
    try (Shown shown = new Shown(spec.commandLine().getErr(), quiet)) {
      ClusterRun led =
          new ClusterRun(topology, words, null, workload.swarmOperations(), folder, shown);
      outcome = cluster.lead(led, schedule);
      calibration = led.calibration();
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    List<SwarmPart> parts =
        together(() -> outcome.parts().stream().map(SwarmPart::decode).toList());
    ClusterSwarm swarm =
        together(() ->
            audited(
                topology,
                parts,
                calibration,
                outcome.refusedFrames(),
                folder,
                output.file(HISTORY)));
    String summary = ClusterSwarmView.of(swarm, text) + CostTables.of(swarm.costs());
    Map<String, String> files = new LinkedHashMap<>();
    files.put(RunFiles.SUMMARY, summary);
    files.put(RunFiles.RESULT, Json.of(Version.current(), command(), swarm));
    files.putAll(
        CostLogs.of(CostParts.merged(parts.stream().map(SwarmPart::costs).toList()), seconds));
    output.write(files);
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.print(summary);
    stdout.println("Results: " + output.path());
    stdout.flush();
    return swarm.isClean() ? ExitCode.OK : ExitCode.DIFFERENT;
  }

  private WholeRun whole(
      Topology topology,
      LeadOfRun.Outcome outcome,
      List<LostMember> lost,
      @Nullable Calibration calibration) {
    List<RunPart> parts = outcome.parts().stream().map(PartBytes::read).toList();
    return resumes
        ? WholeRun.resumed(topology, parts, lost, outcome.refusedFrames())
        : WholeRun.of(topology, parts, lost, calibration, outcome.refusedFrames());
  }

  /// What processes have sent, put together. It is no input of whoever has typed the command.
  ///
  /// @throws EnvironmentFailure when it is damaged
  private static <T> T together(Supplier<T> parts) {
    try {
      return parts.get();
    } catch (BadInput damaged) {
      throw new EnvironmentFailure("what the processes have sent: " + damaged.getMessage());
    }
  }

  private ClusterSwarm audited(
      Topology topology,
      List<SwarmPart> parts,
      @Nullable Calibration calibration,
      long refusedByLead,
      Path folder,
      Path history) {
    List<Integer> nodeOfCpu = new ArrayList<>();
    for (int cpu = 0; cpu < topology.cpuCount(); cpu++) {
      nodeOfCpu.add(topology.nodeOf(new CpuId(cpu)).value());
    }
    HistoryHeader header =
        new HistoryHeader(machine.seed, Version.current(), topology.nodeCount(), nodeOfCpu);
    try (HistoryWriter writer = HistoryFile.create(history, header)) {
      ClusterSwarm swarm =
          ClusterSwarm.of(
              machine.seed, topology, parts, calibration, refusedByLead, folder, writer);
      writer.end();
      return swarm;
    }
  }

  private FaultSchedule schedule(Topology topology) {
    FaultChoice choice = new FaultChoice(faults);
    Path file = choice.file();
    if (file != null) {
      ScheduleText text = ScheduleText.read(file, topology);
      text.requireDoneBy(FaultKind.Driver.PROCESSES);
      return text.schedule();
    }
    FaultSchedule drawn =
        choice.of(new SplittableRandom(machine.seed), topology, FAULTY_NANOS).onProcesses(SLOWER);
    ScheduleText.of(drawn).requireDoneBy(FaultKind.Driver.PROCESSES);
    return drawn;
  }

  /// The options that say which machine it is, for other processes.
  List<String> machineWords() {
    return machineWords(
        workload.isGiven() ? machine.kernel : RunInputs.kernelOf(trace, machine).orElse(null),
        machine.topology);
  }

  static List<String> machineWords(@Nullable String kernel, @Nullable String topology) {
    return kernel != null && !kernel.equals(MachineOptions.NO_KERNEL)
        ? List.of(ClusterWords.word("--kernel", kernel))
        : List.of(
            ClusterWords.word(
                "--topology", topology == null ? LoadInputs.TOPOLOGY_DEFAULT : topology));
  }
}
