package org.numaslab.deploy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.numaslab.coordinator.driver.cluster.ClusterSettings;
import org.numaslab.coordinator.driver.cluster.ClusterSystem;
import org.numaslab.coordinator.driver.cluster.RunActors;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.topology.EnvironmentFailure;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// One life of a process with nodes: from joining a cluster to being no member any more.
final class NodeLife {
  /// 2025-01-01. Lives are counted in half seconds from there, until 2059: a process takes longer
  /// to start. A later one has a higher number, on whichever host, as long as their clocks are
  /// right to within a start's time; members that have seen a later one let no other in.
  private static final long EPOCH_MILLIS = 1_735_689_600_000L;

  private static final long MILLIS_PER_LIFE = 500;
  private static final Duration LEAVE_MAX = Duration.ofSeconds(10);

  private final Topology topology;
  private final ClusterSystem process;
  private final NodeJobs jobs;
  private final ExecutorService slow =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("job").factory());
  private volatile boolean isLeaving;

  private NodeLife(Topology topology, ClusterSystem process) {
    this.topology = topology;
    this.process = process;
    this.jobs = new NodeJobs(topology, process);
  }

  /// @param last number of the life before it in this process; 0 for the first
  /// @throws EnvironmentFailure when it cannot listen where it shall
  static NodeLife begin(Topology topology, List<NodeId> nodes, ClusterSettings settings, int last) {
    int clock = (int) ((System.currentTimeMillis() - EPOCH_MILLIS) / MILLIS_PER_LIFE);
    int life = Math.max(clock, last + 1);
    return new NodeLife(
        topology,
        ClusterProcesses.start(
            settings, nodes.stream().map(node -> new Incarnation(node, life)).toList()));
  }

  int number() {
    return process.own().getFirst().life();
  }

  String address() {
    return process.hostPort();
  }

  /// Where it listens.
  int port() {
    return (int) process.address().getPort().get();
  }

  /// @param known addresses of those whom a life before has known
  void join(Duration patience, List<String> known) {
    try {
      process.join(topology, Version.current(), patience, known);
    } catch (EnvironmentFailure refused) {
      process.close();
      throw refused;
    }
    RunActors.follow(process, jobs, slow);
    process.onExit(this::leave);
  }

  /// Addresses of all others that were there.
  List<String> known() {
    return process.known();
  }

  /// @return whether the others have removed it
  boolean untilEnd() {
    process.ended().join();
    slow.shutdownNow();
    if (!isLeaving) {
      jobs.died();
      process.close();
      jobs.close(); // no actor touches its memory any more
    }
    return !isLeaving;
  }

  /// Gives back what it has, and says that it goes.
  private void leave() {
    if (process.ended().isDone()) {
      return;
    }
    isLeaving = true;
    jobs.leave(LEAVE_MAX);
    process.leave();
    try {
      process.ended().copy().orTimeout(LEAVE_MAX.toMillis(), TimeUnit.MILLISECONDS).join();
    } catch (CompletionException late) {
      // The others find out by themselves.
    }
    jobs.died();
  }
}
