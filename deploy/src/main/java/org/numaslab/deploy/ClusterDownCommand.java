package org.numaslab.deploy;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `numaslab cluster down`.
@Command(
    name = "down",
    description = "Stops the processes that `numaslab cluster up` has started.",
    footer = {"", "Example:", "  numaslab cluster down --out numaslab-out/cluster-up"})
public final class ClusterDownCommand implements Callable<Integer> {
  private static final long STOP_MILLIS_MAX = 20_000;
  private static final long LOOK_MILLIS = 50;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder that knows the cluster (numaslab-out/cluster-up).")
  Path out = ClusterUpCommand.FOLDER;

  @Override
  public Integer call() throws InterruptedException {
    StandingCluster cluster = StandingCluster.in(out);
    long stopped = 0;
    for (long pid : cluster.pids()) {
      if (StandingCluster.isAlive(pid)) {
        stopped++;
        ChildProcess.signal(pid, "CONT");
        ChildProcess.signal(pid, "TERM");
      }
    }
    long until = System.nanoTime() + STOP_MILLIS_MAX * 1_000_000;
    while (cluster.pids().stream().anyMatch(StandingCluster::isAlive)) {
      if (System.nanoTime() > until) {
        cluster.pids().stream()
            .filter(StandingCluster::isAlive)
            .forEach(pid -> ChildProcess.signal(pid, "KILL"));
      }
      Thread.sleep(LOOK_MILLIS);
    }
    cluster.removeFrom(out);
    spec.commandLine()
        .getOut()
        .println(
            "%d of %d processes were there, and are stopped"
                .formatted(stopped, cluster.pids().size()));
    return ExitCode.OK;
  }
}
