package org.numaslab.coordinator.swarm;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.driver.simulate.CostModel;
import org.numaslab.coordinator.fault.FaultSchedule;
import org.numaslab.node.loan.LoanTimes;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.slab.SlubDebug;
import org.numaslab.node.topology.Topology;

/// Everything that a run of a swarm depends on: the same plan gives the same history.
///
/// @param faults what goes wrong in the first part
/// @param lengthNanos in which faults begin; about as long as the operations take where none do
public record Plan(
    long seed,
    Topology topology,
    List<CacheGeometry> caches,
    Load load,
    LoanTimes times,
    CostModel costs,
    FaultSchedule faults,
    long lengthNanos) {
  /// Messages of every so many seeds go through the bytes that they have between processes.
  private static final int ENCODED_SEEDS = 4;

  private static final long MILLIS = 1_000_000;

  /// A short lease, so that faults of a few hundred milliseconds meet its end.
  private static final long LEASE_NANOS = 400 * MILLIS;

  /// Few pages in one message, so that lists come in parts.
  private static final int LISTED_PAGES_MAX = 8;

  /// Some tens of chores in a run of ten thousand operations.
  private static final int CHORE_MILLIS_MIN = 20;

  private static final int CHORE_MILLIS_SPREAD = 130;

  /// One cache in so many waits for grace periods before it gives pages back.
  private static final int RCU_CACHES = 4;

  private static final int[] SIZES = {32, 64, 192, 512, 1024, 2048, 4096};
  private static final int[] KIB_PER_NODE = {512, 1024, 2048};

  /// How the faults of a seed are chosen.
  public interface Faults {
    FaultSchedule of(SplittableRandom random, Topology topology, long lengthNanos);
  }

  /// A small cluster, in which every address is used again and again.
  ///
  /// @param operations of all tasks together, about
  public static Plan random(long seed, long operations, Faults faults) {
    return random(seed, operations, null, faults);
  }

  /// The same on a machine of its own.
  ///
  /// @param machine null for a random one
  public static Plan random(long seed, long operations, @Nullable Topology machine, Faults faults) {
    SplittableRandom random = new SplittableRandom(seed);
    int nodes = 2 + random.nextInt(5);
    int cpus = 1 + random.nextInt(3);
    long bytes = KIB_PER_NODE[random.nextInt(KIB_PER_NODE.length)] * 1024L;
    Topology topology = machine == null ? Topology.uniform(nodes, cpus, bytes) : machine;
    List<CacheGeometry> caches = new ArrayList<>();
    int count = 1 + random.nextInt(3);
    boolean isChecked = random.nextInt(4) == 0;
    for (int i = 0; i < count; i++) {
      String name = "sim-" + i;
      CacheRequest request =
          new CacheRequest(
              name,
              SIZES[random.nextInt(SIZES.length)],
              0,
              random.nextInt(RCU_CACHES) == 0 ? SlabFlags.TYPESAFE_BY_RCU : 0,
              false);
      GeometryOptions options =
          GeometryOptions.forCpus(topology.cpuCount())
              .withDebug(isChecked && i == 0 ? SlubDebug.parse("FZPU") : SlubDebug.NONE);
      caches.add(CacheGeometry.of(request, options));
    }
    long think = MILLIS / 2 + random.nextLong(4 * MILLIS);
    Load load =
        new Load(
            operations,
            think,
            4 + random.nextInt(60),
            random.nextInt(40),
            random.nextInt(40),
            random.nextInt(10),
            random.nextInt(20),
            random.nextInt(3),
            random.nextInt(30),
            0,
            CHORE_MILLIS_MIN * MILLIS + random.nextLong(CHORE_MILLIS_SPREAD * MILLIS));
    long length = Math.max(MILLIS, operations / topology.cpuCount() * think);
    return new Plan(
        seed,
        topology,
        List.copyOf(caches),
        load,
        LoanTimes.ofLease(LEASE_NANOS).withListedPages(1 + Math.floorMod(seed, LISTED_PAGES_MAX)),
        CostModel.slowNetwork(),
        faults.of(random.split(), topology, length),
        length);
  }

  /// The same in real time: tasks do not wait between operations, and leases are long enough for
  /// real processes.
  public Plan onCluster(LoanTimes real) {
    Load busy =
        new Load(
            load.operations(),
            0,
            load.keptMax(),
            load.passedPercent(),
            load.namedPercent(),
            load.bulkPercent(),
            load.zeroPercent(),
            load.pagesPercent(),
            load.touchedPercent(),
            load.partnerPercent(),
            0);
    return new Plan(seed, topology, caches, busy, real, costs, faults, lengthNanos);
  }

  /// Whether each message between members goes through its bytes.
  public boolean encodes() {
    return Math.floorMod(seed, ENCODED_SEEDS) == 0;
  }

  /// The same with another load.
  public Plan with(Load other) {
    return new Plan(seed, topology, caches, other, times, costs, faults, lengthNanos);
  }

  /// The same with other costs.
  public Plan with(CostModel other) {
    return new Plan(seed, topology, caches, load, times, other, faults, lengthNanos);
  }

  /// The same with other faults.
  public Plan with(FaultSchedule others) {
    return new Plan(seed, topology, caches, load, times, costs, others, lengthNanos);
  }
}
