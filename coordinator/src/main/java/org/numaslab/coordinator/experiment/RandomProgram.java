package org.numaslab.coordinator.experiment;

import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// One cpu's part of a random load: a task that allocates and frees objects of a few caches.
///
/// | drawn                    | how often |
/// |--------------------------|-----------|
/// | an allocation, not a free | 3 of 4 in rising, 1 of 4 in falling tides of 512 operations; at most 64 objects are kept |
/// | a node by name           | 1 of 256 allocations |
/// | which object is freed    | any that is kept |
/// | a free by another cpu    | 1 of 8 frees: the object is handed over |
///
/// Owner: the cpu's shell. Allocates nothing on the way that does not wait.
class RandomProgram extends CountedProgram {
  private static final int KEPT_MAX = 64;
  private static final int TIDE_SHIFT = 9;
  private static final int QUARTERS = 4;
  private static final int NAMED_NODE = 256;
  private static final int HANDED_OVER = 8;

  private final int cpu;
  private final int node;
  private final SplittableRandom random;
  private final CacheId[] ids;
  private final int[] own;
  private final HandOvers handOvers;
  private final Topology topology;
  private final LongSupplier clock;
  private final long operationsMax;
  private final BooleanSupplier isOver;
  private final Calls calls;

  private final long[] kept = new long[KEPT_MAX];
  private final int[] keptCache = new int[KEPT_MAX];
  private int size;
  private int cache;
  private int wanted;
  private long waitingSince;

  /// What a cpu's program is made of.
  ///
  /// @param ids all caches
  /// @param own indexes of those that this task uses
  /// @param operationsMax after how many it ends
  /// @param isOver whether it ends earlier; asked once in 256 operations
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Parts(
      SplittableRandom random,
      CacheId[] ids,
      int[] own,
      HandOvers handOvers,
      Topology topology,
      ReplayTally tally,
      LongSupplier clock,
      long operationsMax,
      BooleanSupplier isOver,
      Calls calls) {}

  RandomProgram(int cpu, Parts parts) {
    super(parts.tally());
    this.cpu = cpu;
    this.topology = parts.topology();
    this.node = topology.nodeOf(new CpuId(cpu)).value();
    this.random = parts.random();
    this.ids = parts.ids();
    this.own = parts.own();
    this.handOvers = parts.handOvers();
    this.clock = parts.clock();
    this.operationsMax = parts.operationsMax();
    this.isOver = parts.isOver();
    this.calls = parts.calls();
  }

  final long operationsMax() {
    return operationsMax;
  }

  @Override
  public Step step(Cpu on) {
    if (isAtEnd()) {
      publish();
      return atEnd();
    }
    long done = operationsDone();
    long handed = handOvers.take(cpu, (int) done);
    if (handed != HandOvers.NONE) {
      return free(on, HandOvers.cache(handed), HandOvers.object(handed));
    }
    int likely = (done >> TIDE_SHIFT & 1) == 0 ? QUARTERS - 1 : 1;
    boolean allocates = size == 0 || (size < KEPT_MAX && random.nextInt(QUARTERS) < likely);
    return allocates ? alloc(on) : freeOne(on);
  }

  final boolean isAtEnd() {
    long done = operationsDone();
    return done >= operationsMax || ((done & 255) == 0 && isOver.getAsBoolean());
  }

  Step atEnd() {
    return Step.FINISHED;
  }

  private Step alloc(Cpu on) {
    cache = own[random.nextInt(own.length)];
    wanted = random.nextInt(NAMED_NODE) == 0 ? random.nextInt(topology.nodeCount()) : NodeId.NONE;
    begin(on, cache);
    long object = on.alloc(ids[cache], wanted, Gfp.KERNEL);
    if (object == Cpu.WAIT) {
      waitingSince = clock.getAsLong();
      return Step.WAITS;
    }
    allocated(on, object);
    return Step.DONE;
  }

  @Override
  public boolean goesOnAfterCut() {
    return true;
  }

  @Override
  public void completed(Cpu on) {
    tally().waited(on.path(), clock.getAsLong() - waitingSince);
    allocated(on, on.result());
  }

  private void allocated(Cpu on, long object) {
    if (object == Cpu.NULL) {
      tally().failed();
    } else {
      int home = topology.nodeIndexOfFrame(object >>> Memory.PAGE_SHIFT);
      tally().allocated(on.path(), cache, node, home, wanted, ReplayTally.NOT_KNOWN);
      kept[size] = object;
      keptCache[size++] = cache;
    }
    countOperation();
  }

  private Step freeOne(Cpu on) {
    int any = random.nextInt(size);
    long object = kept[any];
    int of = keptCache[any];
    kept[any] = kept[--size];
    keptCache[any] = keptCache[size];
    if (random.nextInt(HANDED_OVER) == 0
        && give(random.nextInt(topology.cpuCount()), random.nextInt(), of, object)) {
      countOperation();
      return Step.DONE;
    }
    return free(on, of, object);
  }

  /// Hands an object over, as [HandOvers#give].
  boolean give(int toCpu, int draw, int of, long object) {
    return handOvers.give(toCpu, draw, of, object);
  }

  final Step free(Cpu on, int of, long object) {
    begin(on, of);
    tally().freed(of); // first: it is freed also where the cpu is cut
    on.free(ids[of], object);
    countOperation();
    return Step.DONE;
  }

  /// The tasks of a load are numbered from 1, one on each cpu.
  private void begin(Cpu on, int of) {
    if (calls.areKept(of)) {
      calls.begin(on, -1, cpu + 1, operationsDone() * topology.cpuCount(), 0);
    }
  }

  /// Drops objects that it keeps.
  final void dropIf(LongPredicate isLost, IntConsumer lost) {
    int left = 0;
    for (int i = 0; i < size; i++) {
      if (isLost.test(kept[i])) {
        lost.accept(keptCache[i]);
      } else {
        kept[left] = kept[i];
        keptCache[left++] = keptCache[i];
      }
    }
    size = left;
  }

  void hold(Experiment.Held held) {
    for (int i = 0; i < size; i++) {
      held.add(keptCache[i], kept[i]);
    }
  }
}
