package org.numaslab.deploy;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.numaslab.coordinator.driver.cluster.ClusterSystem;
import org.numaslab.coordinator.membership.RunMessage.Standing;
import org.numaslab.node.topology.Topology;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `numaslab cluster status`.
@Command(
    name = "status",
    description =
        "Asks the nodes of a cluster that is up how they are. Exit code 1: some are not there.",
    footer = {"", "Example:", "  numaslab cluster status --out numaslab-out/cluster-up"})
public final class ClusterStatusCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder that knows the cluster (numaslab-out/cluster-up).")
  Path out = ClusterUpCommand.FOLDER;

  @Override
  public Integer call() {
    StandingCluster cluster = StandingCluster.in(out);
    MachineOptions machine = ClusterWords.parse(cluster.machine().toArray(String[]::new)).machine;
    Topology topology = LoadInputs.read(machine).topology();
    PrintWriter stdout = spec.commandLine().getOut();
    for (int node = 0; node < cluster.pids().size(); node++) {
      long pid = cluster.pids().get(node);
      stdout.println(
          "node %d: process %d %s"
              .formatted(node, pid, StandingCluster.isAlive(pid) ? "is there" : "is gone"));
    }
    List<Standing> heard = List.of();
    if (cluster.pids().stream().anyMatch(StandingCluster::isAlive)) {
      heard = ask(cluster, topology);
    }
    for (Standing standing : heard) {
      stdout.println(
          "node %d: %s, knows %d members%s"
              .formatted(
                  standing.members()[0].node().value(),
                  standing.run() == 0
                      ? "idle"
                      : "run "
                          + standing.run()
                          + " "
                          + standing.phase().name().toLowerCase(java.util.Locale.ROOT),
                  standing.knows(),
                  progress(standing)));
    }
    stdout.flush();
    return heard.size() == topology.nodeCount() ? ExitCode.OK : ExitCode.DIFFERENT;
  }

  /// Who came in the middle has nothing that it must do.
  private static String progress(Standing standing) {
    if (standing.total() == 0) {
      return standing.done() == 0 ? "" : ", %d operations done".formatted(standing.done());
    }
    return ", %d of about %d operations done".formatted(standing.done(), standing.total());
  }

  private List<Standing> ask(StandingCluster cluster, Topology topology) {
    MemberOptions member = new MemberOptions();
    member.seeds = cluster.seeds();
    member.threads = 1;
    try (ClusterSystem me =
        ClusterProcesses.start(
            member.settings(topology.nodeCount(), List.of("coordinator")), List.of())) {
      me.join(topology, Version.current(), PATIENCE);
      return ClusterRun.look(me, topology, PATIENCE).view().standings();
    }
  }
}
