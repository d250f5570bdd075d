package org.numaslab.coordinator.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.numaslab.coordinator.audit.Audit;
import org.numaslab.coordinator.cost.Cost;
import org.numaslab.coordinator.cost.CostParts;
import org.numaslab.coordinator.cost.Part;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.experiment.Crossings;
import org.numaslab.coordinator.experiment.RandomLoad;
import org.numaslab.coordinator.experiment.RandomLoad.Length;
import org.numaslab.coordinator.experiment.ReplaySettings;
import org.numaslab.coordinator.experiment.ReplaySettings.Driver;
import org.numaslab.coordinator.experiment.ReplaySettings.Order;
import org.numaslab.coordinator.report.BorderPart.Removal;
import org.numaslab.node.loan.Rejection;
import org.numaslab.node.slab.SlubDebug;
import org.numaslab.node.topology.Topology;

/// Short runs of a machine with four nodes, and what they come to.
public final class SmallRuns implements AutoCloseable {
  static final long SEED = Long.getLong("numaslab.seed", 1);
  static final Topology TOPOLOGY = Topology.uniform(4, 2, 128 << 20);

  private final List<RandomLoad> loads = new ArrayList<>();

  @Override
  public void close() {
    loads.forEach(RandomLoad::close);
  }

  RandomLoad load(Driver driver) {
    ReplaySettings settings =
        new ReplaySettings(
            driver,
            Order.CAUSAL,
            SEED,
            RemoteDraw.SEEDED,
            false,
            1L << 30,
            1,
            true,
            SlubDebug.NONE);
    loads.add(new RandomLoad(TOPOLOGY, null, settings, Length.ofOperations(60_000), 12));
    loads.getLast().run();
    return loads.getLast();
  }

  private static Setup setup() {
    return setup(TOPOLOGY);
  }

  /// Where it does not matter what is in it.
  public static Setup setup(Topology topology) {
    return Setup.of(
        "workload",
        "none",
        Setup.ALL_EVENTS,
        new ReplaySettings(
            Driver.EMBEDDED, Order.CAUSAL, SEED, RemoteDraw.SEEDED, false, 1L << 30, 1, true, null),
        List.of(),
        List.of(),
        topology,
        List.of(),
        List.of());
  }

  static RunResult result(WholeRun run) {
    return RunResult.of(
        "1", "numaslab run", setup(), null, run, AuditFigures.of(Audit.of(run.dump())));
  }

  static RunTiming timing(WholeRun run) {
    return RunTiming.of(5, RunTiming.Decoding.NONE, run, 7);
  }

  /// A part that has seen something cross its borders.
  static RunPart crossing(RunPart part, long parked, long reclaimedAfter, long cost) {
    Histogram nanos = new Histogram(2);
    nanos.recordValue(cost);
    return new RunPart(
        part.operations(),
        part.elapsedNanos(),
        part.later(),
        part.tally(),
        new Crossings(11, 2, 1, 5, 6, 7),
        part.faults(),
        part.messages(),
        part.numaEvents(),
        part.caches(),
        part.nodes(),
        part.touchedBytes(),
        part.dump(),
        part.assumed(),
        part.kernelLog(),
        part.kernelLogLost(),
        new BorderPart(
            new long[] {4, 8, 0, 0},
            new long[] {4096, 8192, 0, 0},
            0,
            Map.of(Rejection.GRANT_PARKED, parked, Rejection.NOT_OUT, 0L),
            9,
            reclaimedAfter,
            List.of(new Removal(3, 1, reclaimedAfter - 500_000)),
            new CostParts(List.of(new Cost("new_slab", 0, 2, Part.WIRE, nanos)), List.of())));
  }
}
