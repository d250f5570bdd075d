package org.numaslab.deploy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.numaslab.node.topology.EnvironmentFailure;
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
  private static final Duration STOP_MAX = Duration.ofSeconds(20);
  private static final Duration KILL_MAX = Duration.ofSeconds(5);
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
    if (!areGone(cluster, STOP_MAX)) {
      alive(cluster).forEach(pid -> ChildProcess.signal(pid, "KILL"));
      if (!areGone(cluster, KILL_MAX)) {
        throw new EnvironmentFailure("processes that cannot be stopped: " + alive(cluster));
      }
    }
    cluster.removeFrom(out);
    spec.commandLine()
        .getOut()
        .println(
            "%d of %d processes were there, and are stopped"
                .formatted(stopped, cluster.pids().size()));
    return ExitCode.OK;
  }

  private static List<Long> alive(StandingCluster cluster) {
    return cluster.pids().stream().filter(StandingCluster::isAlive).toList();
  }

  private static boolean areGone(StandingCluster cluster, Duration within)
      throws InterruptedException {
    long until = System.nanoTime() + within.toNanos();
    while (!alive(cluster).isEmpty() && System.nanoTime() < until) {
      Thread.sleep(LOOK_MILLIS);
    }
    return alive(cluster).isEmpty();
  }
}
