package org.numaslab.coordinator.driver.cluster;

import static org.numaslab.coordinator.driver.cluster.NearSystems.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.fault.FaultSchedule;
import org.numaslab.coordinator.swarm.ClusterSwarm;
import org.numaslab.coordinator.swarm.Plan;
import org.numaslab.coordinator.swarm.SwarmJob;
import org.numaslab.coordinator.swarm.SwarmPart;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.loan.LoanTimes;
import org.numaslab.node.loan.Rejection;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// A swarm on three processes of a cluster that are in this JVM: between them is Artery, as between
/// real ones.
final class ThreeProcesses implements AutoCloseable {
  static final int NODES = 3;
  static final String VERSION = "0.1.0";

  private static final long RUN = 1;
  private static final long SEED = 7;
  private static final int LOOK_MILLIS = 20;

  /// For what those give back last who came to their ends, where another one did not.
  private static final long REST_NANOS = 500_000_000;

  private final Topology topology = machine();
  private final List<ClusterSystem> systems = new ArrayList<>();
  private final List<SwarmJob> jobs = new ArrayList<>();
  private final Path folder;

  /// @param folder for what is written down
  /// @param shims what is between a node and the others
  ThreeProcesses(Path folder, long operations, IntFunction<Shim> shims) {
    this.folder = folder;
    try {
      List<String> seeds = List.of();
      for (int node = 0; node < NODES; node++) {
        systems.add(new ClusterSystem(settings(seeds), List.of(member(node))));
        seeds = List.of(systems.getFirst().hostPort());
      }
      NearSystems.join(systems, topology, VERSION);
      await("members", () -> systems.stream().allMatch(s -> s.members().size() == NODES));
      Plan plan = plan(operations);
      for (ClusterSystem system : systems) {
        Shim shim = shims.apply(system.own().getFirst().node().value());
        jobs.add(new SwarmJob(RUN, plan, false, 0, system, shim, folder));
      }
    } catch (RuntimeException | Error failed) {
      close();
      throw failed;
    }
  }

  private static Topology machine() {
    return Topology.uniform(NODES, 1, 1L << 20);
  }

  /// What the swarm does.
  static Plan plan(long operations) {
    return Plan.random(
            SEED, operations, machine(), (random, machine, length) -> FaultSchedule.none())
        .onCluster(LoanTimes.standard());
  }

  static ClusterSettings settings(List<String> seeds) {
    return new ClusterSettings(
        "127.0.0.1",
        0,
        seeds,
        List.of(),
        ClusterSettings.Resolver.quorumOf(NODES),
        1,
        null,
        ClusterSettings.Timing.STANDARD);
  }

  static Incarnation member(int node) {
    return new Incarnation(new NodeId(node), 1);
  }

  Topology topology() {
    return topology;
  }

  ClusterSystem system(int node) {
    return systems.get(node);
  }

  void begin() {
    jobs.forEach(SwarmJob::begin);
  }

  /// Waits until all have done what they had to do, and go on.
  ///
  /// @return what an actor has failed of, null for nothing
  @Nullable Throwable awaitOperations() {
    await("operations", () -> failed() != null || jobs.stream().allMatch(SwarmJob::isFinished));
    return failed();
  }

  /// Waits until members have refused something for this reason so often.
  void awaitRejected(Rejection why, long times) {
    await(
        why.toString(),
        () ->
            jobs.stream().mapToLong(job -> decoded(job).rejections().getOrDefault(why, 0L)).sum()
                >= times);
  }

  private static SwarmPart decoded(SwarmJob job) {
    return SwarmPart.decode(job.collect());
  }

  /// Lets the tasks give back what they have.
  ///
  /// @param within after which what is under way is left as it is
  ClusterSwarm end(Duration within) throws InterruptedException {
    long until = System.nanoTime() + within.toNanos();
    try (ExecutorService each = Executors.newFixedThreadPool(NODES)) {
      jobs.forEach(job -> each.execute(job::settle));
      each.shutdown();
      if (!each.awaitTermination(within.toMillis(), TimeUnit.MILLISECONDS)) {
        each.shutdownNow();
      }
    }
    until = Math.max(until, System.nanoTime() + REST_NANOS);
    while (!jobs.stream().allMatch(SwarmJob::isQuiet) && System.nanoTime() < until) {
      Thread.sleep(LOOK_MILLIS);
    }
    return audited(jobs.stream().map(ThreeProcesses::decoded).toList());
  }

  /// Stops everything, and looks at what was written down, alone: what goes on while the histories
  /// are read one after the other is in some of them only.
  ClusterSwarm history() {
    jobs.forEach(SwarmJob::close);
    return audited(List.of());
  }

  private ClusterSwarm audited(List<SwarmPart> parts) {
    return ClusterSwarm.of(SEED, topology, parts, null, 0, folder, event -> {});
  }

  /// What an actor has failed of.
  private @Nullable Throwable failed() {
    return jobs.stream().map(SwarmJob::failure).filter(Objects::nonNull).findFirst().orElse(null);
  }

  @Override
  public void close() {
    jobs.forEach(SwarmJob::close);
    NearSystems.end(systems);
  }
}
