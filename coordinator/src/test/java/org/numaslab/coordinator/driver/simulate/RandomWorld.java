package org.numaslab.coordinator.driver.simulate;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.cache.CpuView;
import org.numaslab.cpu.client.Program;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.memory.FrameTable.Kind;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.memory.SlabWord;
import org.numaslab.node.protocol.NodeState;
import org.numaslab.node.protocol.SlabRef;
import org.numaslab.node.protocol.SlabView;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.slab.SlabObjects;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;
import org.numaslab.node.topology.TopologyBuilder;

/// A random machine with random programs, and the simplest model of what they hold: a map from live
/// object to cache.
///
/// The programs put a number into each object that they hold; it must be there when they free it.
final class RandomWorld implements AutoCloseable {
  private static final int OPERATIONS = 250;
  private static final int BULK_MAX = 40;
  private static final int LIVE_MAX = 1500;
  private static final long TAG = 0x5a5a_0000_0000_0000L;

  private final SplittableRandom random;
  private final Topology topology;
  private final SimulatedMachine machine;
  private final List<KmemCache> caches = new ArrayList<>();
  private final Map<Long, CacheId> live = new HashMap<>();
  private final List<Long> order = new ArrayList<>();
  private final LiveNatures[] natures = new LiveNatures[1];
  private int failed;

  RandomWorld(long seed, boolean delayed) {
    random = new SplittableRandom(seed);
    topology = topology();
    long natureSeed = random.nextLong();
    RemoteDraw draw = RemoteDraw.values()[random.nextInt(3)];
    SplittableRandom schedule = random.split();
    machine =
        delayed
            ? SimulatedMachine.delayed(
                topology, memory -> natures(memory, natureSeed, draw), 1L << 28, schedule)
            : SimulatedMachine.instant(
                topology,
                memory -> natures(memory, natureSeed, draw),
                1L << 28,
                running -> nextOf(running, schedule));
    int[] sizes = {8, 24, 100, 256, 700, 1024, 2048, 4096};
    int[] flags = {0, 0, SlabFlags.TYPESAFE_BY_RCU, SlabFlags.HWCACHE_ALIGN};
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      boolean ctor = random.nextInt(4) == 0;
      CacheGeometry geometry =
          CacheGeometry.of(
              new CacheRequest(
                  "r" + i,
                  sizes[random.nextInt(sizes.length)],
                  0,
                  flags[random.nextInt(flags.length)],
                  ctor),
              GeometryOptions.forCpus(topology.cpuCount()));
      KmemCache cache =
          machine.create(
              "r" + i, geometry, random.nextBoolean(), ctor ? (home, object) -> {} : null);
      machine.registry().change(cache.withMinPartial(random.nextInt(4)), () -> {});
      machine.drain();
      caches.add(cache);
    }
  }

  private LiveNatures natures(Memory memory, long seed, RemoteDraw draw) {
    natures[0] = new LiveNatures(topology, memory, seed, draw);
    return natures[0];
  }

  private static int nextOf(BitSet running, SplittableRandom schedule) {
    int[] cpus = running.stream().toArray();
    return cpus[schedule.nextInt(cpus.length)];
  }

  /// One to four nodes; some without memory, some small enough to be exhausted.
  private Topology topology() {
    int nodes = 1 + random.nextInt(4);
    int withMemory = random.nextInt(nodes);
    TopologyBuilder builder = Topology.builder();
    int cpu = 0;
    for (int node = 0; node < nodes; node++) {
      List<CpuId> cpus = new ArrayList<>();
      int wanted = node == 0 ? 1 + random.nextInt(2) : random.nextInt(3);
      for (int i = 0; i < wanted; i++) {
        cpus.add(new CpuId(cpu++));
      }
      boolean memory = node == withMemory || random.nextInt(4) > 0;
      long frames = random.nextInt(3) == 0 ? 24 : 900;
      long start = Math.max(1, node * 1024L);
      builder.node(
          new NodeId(node),
          cpus,
          memory ? List.of(FrameRange.between(start, start + frames)) : List.of());
    }
    return builder.build();
  }

  /// Runs a program on each cpu; objects go from one to the other.
  void run() {
    List<Program> programs = new ArrayList<>();
    for (int i = 0; i < topology.cpuCount(); i++) {
      programs.add(new Wanderer());
    }
    machine.run(programs);
    machine.drain();
  }

  private final class Wanderer implements Program {
    private int left = OPERATIONS;
    private CacheId allocating = new CacheId(0);
    private long[] bulk = {};
    private boolean isBulk;

    @Override
    public Step step(Cpu cpu) {
      if (left-- == 0) {
        return Step.FINISHED;
      }
      return switch (random.nextInt(12)) {
        case 0, 1, 2, 3 -> alloc(cpu);
        case 4 -> allocBulk(cpu);
        case 5, 6, 7, 8 -> free(cpu);
        case 9, 10 -> freeBulk(cpu);
        default -> disturb();
      };
    }

    private Step alloc(Cpu cpu) {
      if (live.size() > LIVE_MAX) {
        return Step.DONE;
      }
      allocating = caches.get(random.nextInt(caches.size())).id();
      isBulk = false;
      int node = random.nextInt(3) == 0 ? random.nextInt(topology.nodeCount()) : NodeId.NONE;
      int gfp = Gfp.KERNEL;
      gfp |= random.nextInt(8) == 0 ? Gfp.THISNODE : 0;
      gfp |= random.nextInt(4) == 0 ? Gfp.ZERO : 0;
      return after(cpu.alloc(allocating, node, gfp));
    }

    private Step allocBulk(Cpu cpu) {
      if (live.size() > LIVE_MAX) {
        return Step.DONE;
      }
      allocating = caches.get(random.nextInt(caches.size())).id();
      isBulk = true;
      bulk = new long[1 + random.nextInt(BULK_MAX)];
      int gfp = random.nextInt(4) == 0 ? Gfp.KERNEL | Gfp.ZERO : Gfp.KERNEL;
      return after(cpu.allocBulk(allocating, gfp, bulk, bulk.length));
    }

    private Step after(long value) {
      if (value == Cpu.WAIT) {
        return Step.WAITS;
      }
      take(value);
      return Step.DONE;
    }

    @Override
    public void completed(Cpu cpu) {
      take(cpu.result());
    }

    private void take(long value) {
      if (value == 0) {
        failed++;
      } else if (isBulk) {
        assertThat(value).isEqualTo(bulk.length);
        for (long object : bulk) {
          hold(object, allocating);
        }
      } else {
        hold(value, allocating);
      }
    }

    private Step free(Cpu cpu) {
      if (order.isEmpty()) {
        return Step.DONE;
      }
      long object = release(random.nextInt(order.size()));
      cpu.free(requireNonNull(live.remove(object)), object);
      return Step.DONE;
    }

    private Step freeBulk(Cpu cpu) {
      if (order.isEmpty()) {
        return Step.DONE;
      }
      CacheId cache = requireNonNull(live.get(order.get(random.nextInt(order.size()))));
      List<Long> objects = new ArrayList<>();
      int count = 1 + random.nextInt(BULK_MAX);
      for (int at = order.size() - 1; at >= 0 && objects.size() < count; at--) {
        if (cache.equals(live.get(order.get(at))) && random.nextInt(3) > 0) {
          long object = release(at);
          live.remove(object);
          objects.add(object);
        }
      }
      cpu.freeBulk(cache, objects.stream().mapToLong(Long::longValue).toArray());
      return Step.DONE;
    }

    private Step disturb() {
      CacheId cache = caches.get(random.nextInt(caches.size())).id();
      KmemCache known = machine.registry().cache(cache);
      switch (random.nextInt(8)) {
        case 0 -> machine.registry().shrink(cache, left -> {});
        case 1 ->
            machine.registry().changeCpuPartial(known.withCpuPartial(random.nextInt(60)), () -> {});
        case 2 -> machine.registry().change(known.withMinPartial(random.nextInt(6)), () -> {});
        case 3 -> machine.registry().gracePeriod(() -> {});
        default -> {}
      }
      return Step.DONE;
    }
  }

  private void hold(long object, CacheId cache) {
    assertThat(live.put(object, cache)).as("who holds %x already", object).isNull();
    order.add(object);
    machine.state().memory().store(object, TAG + object);
  }

  private long release(int at) {
    long object = order.set(at, order.getLast());
    order.removeLast();
    assertThat(machine.state().memory().load(object))
        .as("what was written into %x", object)
        .isEqualTo(TAG + object);
    return object;
  }

  // ---- what must hold at rest

  /// Each object is live or on exactly one list; each slab is with one cpu, on its node's list, or
  /// full.
  void check() {
    machine.state().cpus().forEach(cpu -> assertThat(cpu.isQuiet() && cpu.isReady()).isTrue());
    assertThat(machine.registry().isIdle()).isTrue();
    FrameTable frames = machine.state().memory().frames();
    Map<CacheId, Integer> liveCounted = new HashMap<>();
    int slabs = 0;
    for (long frame = 1; frame < topology.spanFrames(); frame++) {
      int home = topology.nodeIndexOfFrame(frame);
      if (home >= 0 && frames.kind(frame) == Kind.SLAB && frames.head(frame) == frame) {
        CacheId cache = new CacheId(frames.cache(frame));
        liveCounted.merge(cache, checkSlab(cache, frame, home), Integer::sum);
        slabs++;
      }
    }
    int counted = 0;
    for (NodeState node : machine.state().nodes()) {
      counted += node.caches().values().stream().mapToInt(half -> half.nrSlabs()).sum();
    }
    assertThat(slabs).as("slabs in the frame table").isEqualTo(counted);
    for (KmemCache cache : caches) {
      long held = live.values().stream().filter(cache.id()::equals).count();
      assertThat((long) liveCounted.getOrDefault(cache.id(), 0)).isEqualTo(held);
    }
  }

  /// @return its live objects
  private int checkSlab(CacheId cache, long frame, int home) {
    NodeState node = machine.state().nodes().get(home);
    SlabView slab = node.slab(cache, frame);
    boolean[] free = new boolean[slab.objects()];
    mark(free, slab.free());
    int holders = 0;
    int heldFree = 0;
    for (Cpu cpu : machine.state().cpus()) {
      CpuView view = cpu.cache(cache).view();
      SlabRef current = view.slab();
      if (current != null && current.frame() == frame) {
        holders++;
        heldFree = view.free().length;
        mark(free, view.free());
      }
      for (SlabRef ref : view.partial()) {
        holders += ref.frame() == frame ? 1 : 0;
      }
    }
    long listed = Arrays.stream(node.cache(cache).partialSlabs()).filter(f -> f == frame).count();
    boolean isFull = slab.free().length == 0;
    assertThat(holders + listed)
        .as("places of slab %x", frame)
        .isEqualTo(isFull && !slab.frozen() ? 0 : 1);
    assertThat(slab.frozen()).isEqualTo(holders == 1);
    assertThat(slab.inUse()).isEqualTo(slab.objects() - slab.free().length);
    SlabObjects objects = node.cache(cache).objects();
    int liveHere = 0;
    for (int i = 0; i < free.length; i++) {
      boolean held = cache.equals(live.get(objects.objectAt(frame, i)));
      assertThat(held).as("object %d of slab %x is live", i, frame).isNotEqualTo(free[i]);
      liveHere += held ? 1 : 0;
    }
    assertThat(liveHere).isEqualTo(slab.inUse() - heldFree);
    assertThat(SlabWord.objects(machine.state().memory().frames().word(frame))).isPositive();
    return liveHere;
  }

  private static void mark(boolean[] free, int[] indexes) {
    for (int index : indexes) {
      assertThat(free[index]).as("object %d is on two lists", index).isFalse();
      free[index] = true;
    }
  }

  /// Frees everything; then no slab and no page is left.
  void freeAll() {
    while (!order.isEmpty()) {
      long object = release(order.size() - 1);
      machine.free(
          new CpuId(random.nextInt(topology.cpuCount())),
          requireNonNull(live.remove(object)),
          object);
    }
    for (KmemCache cache : caches) {
      machine
          .registry()
          .destroy(cache.id(), nodes -> assertThat(nodes).allMatch(n -> n.slabsLeft() == 0));
      machine.drain();
    }
    machine.registry().gracePeriod(() -> {});
    machine.drain();
    for (int i = 0; i < topology.nodeCount(); i++) {
      var buddy = natures[0].buddy(new NodeId(i));
      assertThat(buddy.freePages()).isEqualTo(buddy.managedPages());
      assertThat(machine.state().nodes().get(i).borrowers()).isEmpty();
    }
  }

  int failed() {
    return failed;
  }

  int liveCount() {
    return live.size();
  }

  @Override
  public void close() {
    machine.close();
  }
}
