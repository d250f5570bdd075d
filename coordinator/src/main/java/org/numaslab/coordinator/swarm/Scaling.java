package org.numaslab.coordinator.swarm;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.numaslab.coordinator.driver.simulate.CostModel;
import org.numaslab.coordinator.fault.FaultSchedule;
import org.numaslab.node.loan.LoanTimes;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.topology.Topology;

/// How the throughput of a load grows with the number of nodes: clusters of 1, 2, 4 ... nodes in
/// virtual time. Modelled: nothing of it is faster or slower on another machine.
public final class Scaling {
  private static final long BYTES_PER_NODE = 4L << 20;
  private static final int OBJECT_BYTES = 256;
  private static final int KEPT_MAX = 64;
  private static final long THINK_NANOS = 200;
  private static final double NANOS = 1e9;

  /// What one cluster came to.
  ///
  /// @param remotePercent of the allocations are of the next node by name, from a cache of their
  ///   own
  /// @param operationsPerSecond of virtual time, all CPUs together
  /// @param remoteShare of the allocations that gave another node's memory
  /// @param messagesPerOperation between members
  public record Row(
      int nodes,
      int cpus,
      int remotePercent,
      long operations,
      double operationsPerSecond,
      double remoteShare,
      double messagesPerOperation,
      SwarmRun.Result run) {}

  private Scaling() {}

  /// Runs clusters of 1, 2, 4 ... nodes.
  ///
  /// @param operations of each cpu
  /// @param done is told of each
  public static List<Row> of(
      int nodesMax,
      int cpusPerNode,
      int remotePercent,
      long operations,
      CostModel costs,
      long seed,
      Consumer<Row> done) {
    List<Row> rows = new ArrayList<>();
    for (int nodes = 1; nodes <= nodesMax; nodes *= 2) {
      Row row = row(nodes, cpusPerNode, remotePercent, operations, costs, seed);
      rows.add(row);
      done.accept(row);
    }
    return rows;
  }

  private static Row row(
      int nodes, int cpusPerNode, int remotePercent, long operations, CostModel costs, long seed) {
    Topology topology = Topology.uniform(nodes, cpusPerNode, BYTES_PER_NODE);
    CacheGeometry cache =
        CacheGeometry.of(
            new CacheRequest("scaled", OBJECT_BYTES, 0, 0, false),
            GeometryOptions.forCpus(topology.cpuCount()));
    long all = operations * topology.cpuCount();
    Load load = new Load(all, THINK_NANOS, KEPT_MAX, 0, 0, 0, 0, 0, 0, remotePercent, 0);
    long length = operations * THINK_NANOS * 2;
    Plan plan =
        new Plan(
            seed,
            topology,
            List.of(cache, cache),
            load,
            LoanTimes.standard(),
            costs,
            FaultSchedule.none(),
            length);
    SwarmRun.Result run = SwarmRun.of(plan, event -> {});
    Progress progress = run.progress();
    return new Row(
        nodes,
        topology.cpuCount(),
        remotePercent,
        progress.operations,
        progress.operations / (progress.lastNanos / NANOS),
        (double) progress.remote / progress.allocations,
        (double) run.messages() / progress.operations,
        run);
  }
}
