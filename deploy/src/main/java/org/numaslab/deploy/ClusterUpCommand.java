package org.numaslab.deploy;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.report.OutputFolder;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.EnvironmentFailure;
import org.numaslab.node.topology.Topology;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `numaslab cluster up`.
@Command(
    name = "up",
    sortOptions = false,
    sortSynopsis = false,
    description = {
      "Starts one process for each node of a machine on this host; they stay until `numaslab cluster"
          + " down`. `numaslab run --attach` runs on them, as often as you like."
    },
    footer = {"", "Example:", "  numaslab cluster up --nodes 4 --cpus 2"})
public final class ClusterUpCommand implements Callable<Integer> {
  static final Path FOLDER = Path.of("numaslab-out", "cluster-up");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--nodes", paramLabel = "N", order = 1, description = "Nodes (4).")
  int nodes = 4;

  @Option(names = "--cpus", paramLabel = "N", order = 2, description = "Cpus of each node (2).")
  int cpus = 2;

  @Option(
      names = "--topology",
      paramLabel = "SPEC",
      order = 3,
      description = "The machine, in place of these two: as numaslab run takes it.")
  @Nullable String topology;

  @Option(
      names = "--kernel",
      paramLabel = "DIR",
      order = 4,
      description = "The same from what /proc and /sys of a machine said.")
  @Nullable String kernel;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      order = 30,
      description = "Folder that knows the cluster (numaslab-out/cluster-up).")
  Path out = FOLDER;

  @Override
  public Integer call() {
    if (StandingCluster.isIn(out)
        && StandingCluster.in(out).pids().stream().anyMatch(StandingCluster::isAlive)) {
      throw new BadInput(
          "--out %s: got the folder of a cluster that is up, allowed: another one, or numaslab"
                  .formatted(out)
              + " cluster down first");
    }
    OutputFolder.at(
        out,
        Stream.concat(
                Stream.of(StandingCluster.NAME),
                IntStream.range(0, Topology.NODES_MAX).mapToObj(NodeProcesses::log))
            .collect(Collectors.toSet()));
    MachineOptions machine = new MachineOptions();
    machine.kernel = kernel;
    machine.topology = topology == null && kernel == null ? nodes + "x" + cpus : topology;
    Topology whole = LoadInputs.read(machine).topology();
    List<String> words = ClusterWork.machineWords(machine.kernel, machine.topology);
    NodeProcesses processes =
        NodeProcesses.standing(words, whole.nodeCount(), out.toAbsolutePath());
    StandingCluster cluster =
        new StandingCluster(
            processes.addresses(),
            words,
            processes.children().stream().map(ChildProcess::pid).toList());
    try {
      cluster.writeTo(out);
      processes.stay();
    } catch (EnvironmentFailure unknown) { // nobody could end them
      processes.close();
      throw unknown;
    }
    spec.commandLine()
        .getOut()
        .println(
            "A cluster of %d nodes is up; seed node %s; folder %s"
                .formatted(whole.nodeCount(), cluster.seeds().getFirst(), out));
    return ExitCode.OK;
  }
}
