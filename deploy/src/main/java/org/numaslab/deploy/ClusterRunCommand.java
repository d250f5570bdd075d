package org.numaslab.deploy;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.audit.HistoryFile;
import org.numaslab.coordinator.audit.HistoryHeader;
import org.numaslab.coordinator.audit.HistoryWriter;
import org.numaslab.coordinator.driver.cluster.LeadOfRun;
import org.numaslab.coordinator.fault.FaultKind;
import org.numaslab.coordinator.fault.FaultSchedule;
import org.numaslab.coordinator.fault.ScheduleText;
import org.numaslab.coordinator.report.Json;
import org.numaslab.coordinator.report.OutputFolder;
import org.numaslab.coordinator.swarm.ClusterSwarm;
import org.numaslab.coordinator.swarm.ClusterSwarmView;
import org.numaslab.coordinator.swarm.FaultChoice;
import org.numaslab.coordinator.swarm.SwarmPart;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.Topology;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `numaslab cluster run`.
@Command(
    name = "run",
    sortOptions = false,
    description = {
      "Starts one process for each node of a machine on this host, runs a trace or a load on all of"
          + " them, audits what they have, and stops them.",
      "What crosses nodes crosses processes: loans, frees and objects that tasks pass on travel as"
          + " messages of Pekko Artery."
    },
    footer = {
      "",
      "Examples:",
      "  numaslab cluster run --nodes 4 --cpus 2",
      "  numaslab cluster run --trace my-trace.txt.gz",
      "  numaslab cluster run --nodes 3 --workload swarm:100000ops --faults only:kill",
      "",
      "The folder gets summary.txt and result.json; of a swarm also history.log.gz, which `numaslab"
          + " audit` reads; nodes/ has what each process said."
    })
public final class ClusterRunCommand implements Callable<Integer> {
  private static final String SUMMARY = "summary.txt";
  private static final String RESULT = "result.json";
  private static final String SCHEDULE = "schedule.txt";
  private static final String HISTORY = HistoryFile.NAME + ".gz";
  private static final String NODES = "nodes/";
  private static final Path OUTPUT = Path.of("numaslab-out", "cluster");

  /// Memory of a node of a swarm: so little that every address is used again and again.
  private static final String SWARM_MEMORY = ":4M";

  /// Random faults are drawn for leases of 0.4 s; real processes have 2 s.
  private static final int SLOWER = 5;

  private static final long FAULTY_NANOS = 4_000_000_000L;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--nodes",
      paramLabel = "N",
      order = 1,
      description = "Nodes of the machine, where nothing else says so (4).")
  @Nullable Integer nodes;

  @Option(
      names = "--cpus",
      paramLabel = "N",
      order = 2,
      description = "Cpus of each node, where nothing else says so (2).")
  @Nullable Integer cpus;

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

  @Option(
      names = "--faults",
      paramLabel = "CHOICE",
      order = 28,
      description =
          "Of a swarm: none, only:KIND, pair:KIND,KIND drawn from the seed, or a file with a schedule"
              + " (none).")
  String faults = FaultChoice.NONE.text();

  @Option(
      names = "--out",
      order = 30,
      paramLabel = "DIR",
      description = "Folder for the results (numaslab-out/cluster).")
  Path out = OUTPUT;

  @Option(names = "--quiet", order = 31, description = "No progress.")
  boolean quiet;

  @Override
  public Integer call() {
    OutputFolder output = OutputFolder.at(out, Set.of(SUMMARY, RESULT, SCHEDULE, HISTORY, NODES));
    if (!workload.isSwarm()) {
      throw new BadInput("a cluster runs swarms only so far");
    }
    return swarm(output);
  }

  private Topology topology() {
    if (machine.topology == null && machine.kernel == null) {
      machine.topology =
          (nodes == null ? 4 : nodes) + "x" + (cpus == null ? 2 : cpus) + SWARM_MEMORY;
    } else if (nodes != null || cpus != null) {
      throw new BadInput(
          "--nodes and --cpus: got a machine by --topology or --kernel too, allowed: either");
    }
    return LoadInputs.read(machine).topology();
  }

  private int swarm(OutputFolder output) {
    Topology topology = topology();
    FaultSchedule schedule = schedule(topology);
    String text = ScheduleText.of(schedule.faults()).text();
    Path file = output.file(SCHEDULE);
    Path folder = NodesFolder.emptied(output.file(NODES));
    NodesFolder.write(file, text);
    List<String> words = new ArrayList<>(ClusterWords.of(spec.commandLine().getParseResult()));
    words.add("--histories=" + folder);
    words.add("--faults=" + file.toAbsolutePath());
    LeadOfRun.Outcome outcome;
    try (Shown shown = new Shown(spec.commandLine().getErr(), quiet);
        NodeProcesses processes =
            new NodeProcesses(
                machineWords(), topology.nodeCount(), folder, !schedule.faults().isEmpty())) {
      outcome = new ClusterRun(topology, words, folder, shown).lead(processes, schedule.faults());
    }
    List<Integer> nodeOfCpu = new ArrayList<>();
    for (int cpu = 0; cpu < topology.cpuCount(); cpu++) {
      nodeOfCpu.add(topology.nodeOf(new CpuId(cpu)).value());
    }
    HistoryHeader header =
        new HistoryHeader(machine.seed, Version.current(), topology.nodeCount(), nodeOfCpu);
    ClusterSwarm swarm;
    try (HistoryWriter writer = HistoryFile.create(output.file(HISTORY), header)) {
      swarm =
          ClusterSwarm.of(
              machine.seed,
              topology,
              outcome.parts().stream().map(SwarmPart::decode).toList(),
              folder,
              writer);
      writer.end();
    }
    String summary = ClusterSwarmView.of(swarm, text);
    Map<String, String> files = new LinkedHashMap<>();
    files.put(SUMMARY, summary);
    files.put(RESULT, Json.of(swarm));
    output.write(files);
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.print(summary);
    stdout.println("Results: " + output.path());
    stdout.flush();
    return swarm.isClean() ? ExitCode.OK : ExitCode.DIFFERENT;
  }

  private List<String> machineWords() {
    List<String> words = new ArrayList<>();
    if (machine.topology != null) {
      words.add("--topology=" + machine.topology);
    } else {
      words.add("--kernel=" + machine.kernel);
    }
    return words;
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
        choice.of(new SplittableRandom(machine.seed), topology, FAULTY_NANOS).slower(SLOWER);
    ScheduleText.of(drawn.faults()).requireDoneBy(FaultKind.Driver.PROCESSES);
    return drawn;
  }
}
