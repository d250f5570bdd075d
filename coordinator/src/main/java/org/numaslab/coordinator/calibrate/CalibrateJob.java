package org.numaslab.coordinator.calibrate;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.cost.Calibration;
import org.numaslab.coordinator.cost.Cost;
import org.numaslab.coordinator.cost.Part;
import org.numaslab.coordinator.cost.Round;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.driver.MessageCounts.Kind;
import org.numaslab.coordinator.driver.cluster.ClusterMachine;
import org.numaslab.coordinator.driver.cluster.ClusterMember;
import org.numaslab.coordinator.driver.cluster.ClusterSystem;
import org.numaslab.coordinator.driver.cluster.MemberSettings;
import org.numaslab.coordinator.driver.cluster.RawMessages;
import org.numaslab.coordinator.driver.cluster.Shim;
import org.numaslab.coordinator.fault.Faults;
import org.numaslab.coordinator.membership.Job;
import org.numaslab.cpu.client.Program;
import org.numaslab.cpu.client.Turn;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.loan.LoanTimes;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.Topology;

/// Rounds in which the process with node 0 measures and the others are there.
public final class CalibrateJob implements Job {
  private static final int ROUNDS = 5;

  /// They are not counted: the first ones are as slow as code is that was not compiled yet.
  private static final int WARM_UP = 3;

  /// Raw asks and borrowing take turns within a round: what makes one slower for some milliseconds
  /// makes the other slower too.
  private static final int TURNS = 16;

  private static final int ASKS_PER_TURN = 64;
  private static final int TELLS = 20_000;
  private static final int SERIALIZATIONS = 20_000;
  private static final int BORROWED = 512;
  private static final int BORROW_CYCLES_PER_TURN = 2;

  /// In one go, and as many longs one way: long enough that how it begins and ends does not count.
  private static final int FREED = 1 << 20;

  private static final int PAIRS = 1000;
  private static final int LARGE_BYTES = 2048;
  private static final int SMALL_BYTES = 64;
  private static final long TOUCHED_BYTES_MAX = 256L << 20;

  private final ClusterSystem process;
  private final Topology topology;
  private final ClusterMachine machine;
  private final RawMessages raw;
  private final List<KmemCache> caches = new ArrayList<>();
  private final List<Round> rounds = new ArrayList<>();
  private final CompletableFuture<Void> measured = new CompletableFuture<>();
  private volatile int done;

  public CalibrateJob(long run, Topology topology, ClusterSystem process) {
    this.process = process;
    this.topology = topology;
    this.machine =
        new ClusterMachine(
            run,
            process,
            new MemberSettings(
                topology,
                List.of(),
                LoanTimes.standard(),
                1,
                RemoteDraw.SEEDED,
                Faults.none(),
                TOUCHED_BYTES_MAX,
                Turn.OPERATIONS_MAX),
            Shim.NONE,
            event -> {});
    this.raw = new RawMessages(run, process);
    make(SMALL_BYTES);
    make(LARGE_BYTES);
    machine.members().forEach(member -> member.begin(caches));
    if (!isMeasuring()) {
      measured.complete(null);
    }
  }

  private void make(int bytes) {
    CacheGeometry geometry =
        CacheGeometry.of(
            new CacheRequest("calibrate-" + bytes, bytes, bytes, 0, false),
            GeometryOptions.forCpus(topology.cpuCount()));
    KmemCache cache =
        KmemCache.created(
            new CacheId(caches.size()),
            "calibrate-" + bytes,
            geometry,
            LiveNatures.ofRegistry(1),
            false,
            null);
    caches.add(cache);
  }

  private boolean isMeasuring() {
    return process.own().getFirst().node().value() == 0;
  }

  // ---- rounds

  @Override
  public void warm() {}

  @Override
  public void begin() {
    if (isMeasuring()) {
      Thread.ofPlatform().daemon().name("calibrate").start(this::measure);
    }
  }

  private void measure() {
    try {
      Incarnation other =
          process.members().stream()
              .filter(member -> !process.own().contains(member))
              .min(Incarnation.ORDER)
              .orElseThrow(() -> new IllegalStateException("there is no other process"));
      for (int i = 0; i < WARM_UP + ROUNDS; i++) {
        Round round = round(other);
        if (i >= WARM_UP) {
          rounds.add(round);
        }
        done = i + 1;
      }
      measured.complete(null);
    } catch (RuntimeException | Error e) {
      measured.completeExceptionally(e);
    }
  }

  private Round round(Incarnation other) {
    ClusterMember member = machine.members().getFirst();
    List<CpuId> cpus = topology.cpusOf(member.me().node());
    CacheId small = caches.getFirst().id();
    CacheId large = caches.getLast().id();
    int borrowed = fitting(other, BORROWED, LARGE_BYTES);
    int freed = fitting(other, FREED, SMALL_BYTES);
    Histogram asks = new Histogram(3);
    machine.costs().clear();
    for (int turn = 0; turn < TURNS; turn++) {
      raw.ask(other, ASKS_PER_TURN, asks);
      run(
          member,
          cpus.getLast(),
          new Borrowing(large, other.node(), borrowed, BORROW_CYCLES_PER_TURN));
    }
    double borrow = borrowNanos();
    double longs = raw.longsPerSecond(other, freed);
    Borrowing freeing = new Borrowing(small, other.node(), freed, 1);
    run(member, cpus.getLast(), freeing);
    Pairs alone = new Pairs(small, PAIRS);
    run(member, cpus.getFirst(), alone);
    Borrowing traffic = new Borrowing(large, other.node(), borrowed, Integer.MAX_VALUE);
    CompletableFuture<Void> ended = start(member, cpus.getLast(), traffic);
    Pairs beside = new Pairs(small, PAIRS);
    run(member, cpus.getFirst(), beside);
    traffic.stop();
    ended.join();
    return new Round(
        raw.tellNanos(TELLS),
        asks.getValueAtPercentile(50),
        raw.serializeNanos(SERIALIZATIONS),
        longs,
        borrow,
        1e9 * freed / freeing.freeNanos(),
        alone.nanos(),
        beside.nanos());
  }

  /// As many objects as are wanted, or as a quarter of the other node's memory holds.
  private int fitting(Incarnation other, int wanted, int bytesEach) {
    long frames = topology.memoryOf(other.node()).stream().mapToLong(FrameRange::count).sum();
    return (int) Math.min(wanted, frames * Memory.PAGE_BYTES / 4 / bytesEach);
  }

  /// Over all requests that give a cpu objects.
  private double borrowNanos() {
    Histogram nanos = new Histogram(3);
    for (Cost cost : machine.costs().parts().costs()) {
      boolean isBorrow =
          List.of(Kind.TAKE_PARTIAL, Kind.NEW_SLAB, Kind.ACTIVATE).stream()
              .anyMatch(kind -> kind.label().equals(cost.kind()));
      if (isBorrow && cost.part() == Part.WHOLE) {
        nanos.add(cost.nanos());
      }
    }
    return nanos.getValueAtPercentile(50);
  }

  private void run(ClusterMember member, CpuId cpu, Program program) {
    start(member, cpu, program).join();
  }

  private CompletableFuture<Void> start(ClusterMember member, CpuId cpu, Program program) {
    CompletableFuture<Void> finished = new CompletableFuture<>();
    var _ = machine.failure().thenAccept(finished::completeExceptionally);
    member.start(cpu, program, () -> finished.complete(null));
    return finished;
  }

  // ---- as a job

  @Override
  public boolean isFinished() {
    if (measured.isCompletedExceptionally()) {
      measured.join();
    }
    return measured.isDone();
  }

  @Override
  public @Nullable Throwable failure() {
    return machine.failure().getNow(null);
  }

  @Override
  public void settle() {
    machine.members().forEach(member -> member.flushAll(() -> {}));
  }

  @Override
  public boolean isQuiet() {
    return machine.members().stream().allMatch(ClusterMember::isQuiet);
  }

  @Override
  public byte[] collect() {
    return Calibration.encode(rounds);
  }

  @Override
  public long done() {
    return done;
  }

  @Override
  public long total() {
    return isMeasuring() ? WARM_UP + ROUNDS : 0;
  }

  @Override
  public void died() {}

  @Override
  public void close() {
    raw.close();
    machine.close();
  }
}
