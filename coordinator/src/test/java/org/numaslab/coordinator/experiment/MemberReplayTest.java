package org.numaslab.coordinator.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.numaslab.coordinator.audit.Audit;
import org.numaslab.coordinator.audit.MachineDump;
import org.numaslab.coordinator.audit.MachineDump.CacheDump;
import org.numaslab.coordinator.driver.MemberHost;
import org.numaslab.coordinator.driver.MemberTask;
import org.numaslab.coordinator.driver.simulate.CostModel;
import org.numaslab.coordinator.driver.simulate.SimulatedCluster;
import org.numaslab.coordinator.experiment.SlotName.Kind;
import org.numaslab.coordinator.fault.FaultKind;
import org.numaslab.coordinator.fault.FaultSchedule;
import org.numaslab.coordinator.fault.Faults;
import org.numaslab.coordinator.fault.RandomFaults;
import org.numaslab.coordinator.trace.KnownCaches;
import org.numaslab.coordinator.trace.Trace;
import org.numaslab.coordinator.trace.TraceFilter;
import org.numaslab.coordinator.trace.TraceReader;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.client.Turn;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.loan.LoanTimes;
import org.numaslab.node.loan.Rejection;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SlubDebug;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.Topology;

/// Random traces in a simulated cluster where everything goes wrong: who is left comes to its end,
/// nothing is freed that somebody else has, and what is left adds up.
class MemberReplayTest {
  private static final long SEED = Long.getLong("numaslab.seed", 1);
  private static final int SEEDS = Integer.getInteger("numaslab.seeds", 60);
  private static final long MILLIS = 1_000_000;
  private static final long LENGTH = 4000 * MILLIS;
  private static final long HEAL_MAX = 600_000 * MILLIS;
  private static final FaultSchedule NO_FAULTS = new FaultSchedule(List.of(), Faults.none());
  private static final int[] SIZES = {64, 192, 1024};

  private final HandOffCounts sum = new HandOffCounts(SIZES.length);

  @Test
  void whoIsLeftComesToItsEndAndNothingIsLost() {
    for (long seed = SEED; seed < SEED + SEEDS; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Topology topology = Topology.uniform(3 + random.nextInt(3), 2, 1 << 20);
      new Run(seed, topology, random, RandomFaults.mix(random.split(), topology, LENGTH))
          .check(this);
    }
    assertThat(sum.came()).isPositive();
    assertThat(sum.refused()).isPositive();
    assertThat(sum.kept()).isPositive();
    assertThat(sum.lost()).isPositive();
    assertThat(sum.lostAllocations()).isPositive();
    assertThat(sum.freesOfLost()).isPositive();
  }

  @Test
  void aReplayGoesOnWhereItsCpuFails() {
    long restarts = 0;
    for (long seed = SEED; seed < SEED + 10; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Topology topology = Topology.uniform(3, 2, 1 << 20);
      FaultSchedule crashes =
          RandomFaults.only(FaultKind.CPU_CRASH, random.split(), topology, LENGTH);
      Run run = new Run(seed, topology, random, crashes);
      run.isChecked = true; // each free is a message: some of those that are cut are frees
      run.check(this);
      restarts += run.restarts;
    }
    assertThat(restarts).isPositive();
  }

  @Test
  void withoutFaultsEverythingIsAllocatedAndFreedAsTheTraceSays() {
    for (long seed = SEED; seed < SEED + 5; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Topology topology = Topology.uniform(4, 2, 1 << 20);
      Run run = new Run(seed, topology, random, NO_FAULTS);
      run.check(this);

      assertThat(run.lives)
          .hasSize(8)
          .allSatisfy((cpu, life) -> assertThat(life.host.me().life()).isOne());
      assertThat(sum.handed()).isEqualTo(sum.came());
      assertThat(sum.lost() + sum.kept() + sum.lostAllocations() + sum.freesOfLost()).isZero();
    }
  }

  /// Where the home of a slot's object is lost, that may be told before the object comes.
  @Test
  void whatIsLostStaysLostWhenItComesLate() {
    Run run = new Run(SEED, Topology.uniform(4, 2, 1 << 20), new SplittableRandom(SEED), NO_FAULTS);
    try (SimulatedCluster cluster = run.cluster()) {
      int slot = run.crossingSlot();
      MemberReplay freer = run.replayOn(run.routes.freer(slot));
      freer.taken(handOff(run, slot, Kind.LOST), cluster.alive().getFirst().me());
      freer.taken(handOff(run, slot, Kind.OBJECT, 0x1000), cluster.alive().getFirst().me());

      assertThat(run.held(freer)).isEmpty();
      assertThat(freer.tally().handOffs().came()).isZero();
    }
  }

  @Test
  void objectsOfTwoRoundsStayWithWhoAllocatedThemWhenTheirFreerIsGone() {
    Run run = new Run(SEED, Topology.uniform(4, 2, 1 << 20), new SplittableRandom(SEED), NO_FAULTS);
    try (SimulatedCluster cluster = run.cluster()) {
      int slot = run.crossingSlot();
      MemberReplay allocator = run.replayOn(run.routes.allocator(slot));
      CpuId freer = new CpuId(run.routes.freer(slot));
      allocator.removed(new Incarnation(cluster.topology().nodeOf(freer), 1));
      allocator.back(0, 0x1000, SlotName.of(Kind.OBJECT, 0, slot));
      allocator.back(0, 0x2000, SlotName.of(Kind.OBJECT, 1, slot));

      assertThat(run.held(allocator)).containsExactlyInAnyOrder(0x1000, 0x2000);
    }
  }

  private static Frame.HandOff handOff(Run run, int slot, Kind kind, long... objects) {
    long[] names = {SlotName.of(kind, 0, slot)};
    CpuId to = new CpuId(run.routes.freer(slot));
    return new Frame.HandOff(to, new CacheId(run.routes.cache(slot)), objects, names);
  }

  /// One seed.
  private static final class Run {
    private final long seed;
    private final Topology topology;
    private final Trace trace;
    private final SlotRoutes routes;
    private final int rounds;
    private final long think;
    private final FaultSchedule faults;
    private final Map<Incarnation, SlotTable> slots = new HashMap<>();
    private long restarts;
    private boolean isChecked;
    private final Map<CpuId, Life> lives = new LinkedHashMap<>();

    Run(long seed, Topology topology, SplittableRandom random, FaultSchedule faults) {
      this.seed = seed;
      this.topology = topology;
      this.faults = faults;
      this.rounds = 1 + random.nextInt(20);
      this.trace = trace(random, 20 + random.nextInt(1500 / rounds), topology.cpuCount());
      this.routes = new SlotRoutes(trace, topology);
      this.think = LENGTH * topology.cpuCount() / (rounds * trace.roundLength());
    }

    /// Half of the allocations ask for a node.
    private static Trace trace(SplittableRandom random, int operations, int cpus) {
      StringBuilder text = new StringBuilder();
      List<Long> live = new ArrayList<>();
      long next = 0xffff888100000000L;
      for (int i = 0; i < operations; i++) {
        boolean allocates = live.isEmpty() || random.nextInt(live.size() + 40) < 40;
        long object = allocates ? next : live.remove(random.nextInt(live.size()));
        int size = SIZES[random.nextInt(SIZES.length)];
        text.append(
            String.format(Locale.ROOT, "task-1 [%03d] ..... 5.%06d: ", random.nextInt(cpus), i));
        text.append(
            allocates
                ? String.format(
                    Locale.ROOT,
                    "kmem_cache_alloc: call_site=a+0x1/0x2 ptr=%016x name=c-%d bytes_req=%d"
                        + " bytes_alloc=%d gfp_flags=GFP_KERNEL node=%d accounted=false%n",
                    object,
                    size,
                    size,
                    size,
                    Math.max(-1, random.nextInt(-cpus / 2, cpus / 2)))
                : String.format(
                    Locale.ROOT,
                    "kmem_cache_free: call_site=a+0x1/0x2 ptr=%016x name=c%n",
                    object));
        if (allocates) {
          live.add(object);
          next += 4096;
        }
      }
      return TraceReader.read(
          "test.txt",
          new ByteArrayInputStream(text.toString().getBytes(StandardCharsets.ISO_8859_1)),
          KnownCaches.NONE,
          TraceFilter.ALL);
    }

    private CacheGeometry checked(CacheGeometry geometry) {
      GeometryOptions options = GeometryOptions.forCpus(topology.cpuCount());
      return CacheGeometry.of(
          new CacheRequest("checked", geometry.objectSize(), 0, 0, false),
          options.withDebug(SlubDebug.parse("FZPU")));
    }

    private SimulatedCluster cluster() {
      CacheModels models = new CacheModels(null, topology.cpuCount(), null);
      List<CacheGeometry> caches =
          trace.caches().stream()
              .map(cache -> models.shared(cache).geometry())
              .map(geometry -> isChecked ? checked(geometry) : geometry)
              .toList();
      SimulatedCluster.Settings settings =
          new SimulatedCluster.Settings(
              topology,
              caches,
              0,
              LoanTimes.ofLease(400 * MILLIS),
              CostModel.slowNetwork(),
              faults,
              seed,
              false,
              64L << 20);
      return new SimulatedCluster(settings, this::task, event -> {});
    }

    private int crossingSlot() {
      return IntStream.range(0, trace.slotCount())
          .filter(routes::isCrossing)
          .findFirst()
          .orElseThrow();
    }

    private MemberReplay replayOn(int cpu) {
      return Objects.requireNonNull(lives.get(new CpuId(cpu))).replay;
    }

    private long[] held(MemberReplay replay) {
      Experiment.Held held = new Experiment.Held(trace.caches().size());
      replay.hold(held);
      return IntStream.range(0, trace.caches().size())
          .mapToObj(held::of)
          .flatMapToLong(Arrays::stream)
          .toArray();
    }

    void check(MemberReplayTest test) {
      try (SimulatedCluster cluster = cluster()) {
        cluster.run(LENGTH);
        assertThat(cluster.heal(HEAL_MAX)).as("seed %d", seed).isEmpty();
        assertThat(cluster.rejections().keySet())
            .as("seed %d", seed)
            .noneMatch(Rejection::isOfLiars);
        lives.values().stream()
            .filter(life -> life.host.me().life() == 1)
            .forEach(life -> {
              assertThat(life.replay.operationsDone())
                  .isEqualTo(trace.operations(life.cpu.value(), rounds));
              test.sum.add(life.replay.tally().handOffs());
            });
        restarts = cluster.failures().restarts;
        // What is free in quarantined slabs, and behind a corrupt link, nobody can say.
        if (cluster.failures().quarantined == 0
            && cluster.alive().stream().noneMatch(cluster::isCorrupt)) {
          assertThat(Audit.of(dump(cluster)).findings()).as("seed %d", seed).isEmpty();
        }
      }
    }

    private MemberTask task(SimulatedCluster cluster, MemberHost member, CpuId cpu) {
      SlotTable table =
          slots.computeIfAbsent(
              member.me(),
              me -> new SlotTable(trace.slotCount(), woken -> member.wake(new CpuId(woken))));
      CacheId[] ids =
          trace.caches().stream()
              .map(c -> new CacheId(trace.caches().indexOf(c)))
              .toArray(CacheId[]::new);
      short[] homes = new short[trace.slotCount()];
      Arrays.fill(homes, ReplayTally.NOT_KNOWN);
      MemberReplay replay =
          new MemberReplay(
              member,
              cpu,
              routes,
              rounds,
              new ReplayProgram.Parts(
                  trace.operations(cpu.value()),
                  trace.cursor(cpu.value(), rounds),
                  ids,
                  table,
                  homes,
                  topology,
                  new ReplayTally(topology.nodeCount(), ids.length),
                  () -> 0,
                  null,
                  new Calls(cluster.caches().subList(0, ids.length), null),
                  trace::bytesRequested,
                  new FirstRound(1, () -> 0, () -> 0)));
      Life life = new Life(member, cpu, replay, think);
      lives.put(cpu, life);
      return life;
    }

    private MachineDump dump(SimulatedCluster cluster) {
      ReplayTally tally = new ReplayTally(topology.nodeCount(), trace.caches().size());
      Experiment.Held held = new Experiment.Held(trace.caches().size());
      lives.values().stream()
          .filter(life -> life.host.me().life() == 1)
          .forEach(life -> {
            tally.add(life.replay.tally());
            life.replay.hold(held);
          });
      List<CacheDump> caches = new ArrayList<>();
      Map<Integer, long[]> live = new HashMap<>();
      for (KmemCache cache : cluster.caches()) {
        int id = cache.id().value();
        boolean used = id < trace.caches().size();
        caches.add(
            new CacheDump(
                id,
                cache.name(),
                cache.geometry().size(),
                cache.geometry().redLeftPad(),
                used ? tally.allocations(id) : 0,
                used ? tally.frees(id) : 0,
                used ? tally.handOffs().moved(id) : 0));
        live.put(id, used ? held.of(id) : new long[0]);
      }
      return new MachineDump(
          caches,
          cluster.alive().stream()
              .map(member ->
                  Dumper.node(
                      member.state(),
                      member.natures().buddy(member.me().node()),
                      member.memory().frames()))
              .toList(),
          cluster.alive().stream()
              .flatMap(member -> member.cpus().stream())
              .map(cpu -> Dumper.cpu(cpu, cluster.caches()))
              .toList(),
          live);
    }
  }

  /// A replay as slow as faults are; only the first life of a member has one.
  private static final class Life implements MemberTask {
    private final MemberHost host;
    private final CpuId cpu;
    private final MemberReplay replay;
    private final long think;

    Life(MemberHost host, CpuId cpu, MemberReplay replay, long think) {
      this.host = host;
      this.cpu = cpu;
      this.replay = replay;
      this.think = think;
    }

    @Override
    public Step step(Cpu on) {
      throw new IllegalStateException("its turns are the replay's");
    }

    @Override
    public Turn.End turn(Cpu on, int operations) {
      return host.me().life() == 1 ? replay.turn(on, operations) : Turn.End.FINISHED;
    }

    @Override
    public void completed(Cpu on) {
      replay.completed(on);
    }

    @Override
    public boolean goesOnAfterCut() {
      return replay.goesOnAfterCut();
    }

    @Override
    public void taken(Frame.HandOff handOff, Incarnation home) {
      assertThat(host.me().life()).isOne();
      replay.taken(handOff, home);
    }

    @Override
    public void handedOff(long token, boolean isTaken) {
      replay.handedOff(token, isTaken);
    }

    @Override
    public void forget(Incarnation home) {
      replay.forget(home);
    }

    @Override
    public void removed(Incarnation member) {
      replay.removed(member);
    }

    @Override
    public long thinkNanos() {
      return think;
    }
  }
}
