package org.numaslab.deploy;

import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.swarm.FaultChoice;
import org.numaslab.deploy.bench.Bench;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.Topology;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `numaslab cluster run`.
@Command(
    name = "run",
    sortOptions = false,
    sortSynopsis = false,
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
  private static final int NODES_DEFAULT = 4;
  private static final int CPUS_DEFAULT = 2;

  /// Memory of a node of a swarm: so little that every address is used again and again.
  static final String SWARM_MEMORY = ":4M";

  @Option(
      names = "--nodes",
      paramLabel = "N",
      order = 0,
      description = "Nodes of the machine, where nothing else says so (4).")
  @Nullable Integer nodes;

  @Option(
      names = "--cpus",
      paramLabel = "N",
      order = 0,
      description = "Cpus of each node, where nothing else says so (2).")
  @Nullable Integer cpus;

  @Mixin ClusterWork work = new ClusterWork();

  @Option(
      names = "--faults",
      paramLabel = "CHOICE",
      order = 28,
      description =
          "Of a swarm: none, only:KIND or pair:KIND,KIND drawn from the seed, or a file with a"
              + " schedule (none).")
  String faults = FaultChoice.NONE.text();

  @Option(
      names = "--calibrate",
      order = 29,
      description =
          "Measure first, on the same processes, what messages cost by themselves, and what"
              + " borrowing, remote frees and the hot path cost beside them; not on a loaded machine"
              + " (--workload calibrate measures all the same, and nothing else).")
  boolean calibrate;

  @Override
  public Integer call() {
    work.faults = faults;
    Topology topology = topology();
    PrintWriter stdout = work.spec.commandLine().getOut();
    if (calibrate) {
      ClusterWork.requireTwoCpus("--calibrate", topology);
    }
    boolean calibrates = calibrate && isIdle(stdout);
    return work.on(
        (run, faults) -> {
          try (NodeProcesses processes =
              new NodeProcesses(work.machineWords(), run.topology().nodeCount(), run.folder())) {
            if (calibrates) {
              run.calibrating(figures -> stdout.println(figures.text()));
            }
            return run.lead(processes.toJoin(), processes, faults.faults());
          }
        },
        topology);
  }

  /// Asked before there are processes: they load the machine themselves.
  private static boolean isIdle(PrintWriter says) {
    double loadPerCore =
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()
            / Runtime.getRuntime().availableProcessors();
    boolean idle = loadPerCore <= Bench.LOAD_PER_CORE_MAX;
    if (!idle) {
      says.println(
          String.format(
              Locale.ROOT,
              "--calibrate: skipped, since others work here too: load %.2f per core before the"
                  + " start, allowed up to %.1f",
              loadPerCore,
              Bench.LOAD_PER_CORE_MAX));
    }
    return idle;
  }

  private Topology topology() {
    Topology told =
        work.workload.isGiven()
            ? work.machine.topology == null && !MachineOptions.isKernel(work.machine.kernel)
                ? null
                : LoadInputs.read(work.machine).topology()
            : RunInputs.machineOf(work.trace, work.machine);
    if (told == null) {
      work.machine.topology =
          (nodes == null ? NODES_DEFAULT : nodes)
              + "x"
              + (cpus == null ? CPUS_DEFAULT : cpus)
              + (work.workload.isSwarm() ? SWARM_MEMORY : "");
      return LoadInputs.read(work.machine).topology();
    }
    Integer asked = nodes;
    Integer each = cpus;
    if ((asked != null && asked != told.nodeCount())
        || (each != null && each * told.nodeCount() != told.cpuCount())) {
      throw new BadInput(
          "--nodes, --cpus: got %s x %s, allowed: none, as the trace's or the kernel's machine is known:"
                  .formatted(asked == null ? "-" : asked, each == null ? "-" : each)
              + " %d nodes with %d cpus in all; or a --workload"
                  .formatted(told.nodeCount(), told.cpuCount()));
    }
    return told;
  }
}
