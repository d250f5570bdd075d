package org.numaslab.coordinator.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;
import org.numaslab.node.topology.TopologyBuilder;

/// A small machine and what its CPUs shall do, all from one seed.
///
/// Objects go from the allocating to the freeing cpu through slots. A free stands behind its
/// allocation in one common order, so CPUs that each keep their own order can wait for each other,
/// but never in a circle.
record RandomPlan(
    Topology topology,
    List<CachePlan> caches,
    List<List<Operation>> byCpu,
    int slots,
    RemoteDraw remoteDraw) {

  record CachePlan(CacheGeometry geometry, boolean initOnAlloc) {}

  sealed interface Operation {
    int cache();

    /// @param wanted node, -1 for none
    record Alloc(int cache, int slot, int wanted, int gfp) implements Operation {}

    record AllocBulk(int cache, int[] slots, int gfp) implements Operation {}

    record Free(int cache, int[] slots) implements Operation {}

    record Shrink(int cache) implements Operation {}
  }

  private static final int[] SIZES = {8, 32, 96, 256, 700, 1024, 2048, 4096, 8192};
  private static final int[] FLAGS = {
    0, 0, 0, SlabFlags.HWCACHE_ALIGN, SlabFlags.TYPESAFE_BY_RCU, SlabFlags.DEBUG_DEFAULT
  };
  private static final int BULK_MAX = 24;

  static RandomPlan of(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Topology topology = topology(random);
    List<CachePlan> caches = new ArrayList<>();
    int cacheCount = 1 + random.nextInt(3);
    for (int i = 0; i < cacheCount; i++) {
      CacheRequest request =
          new CacheRequest(
              "cache" + i,
              SIZES[random.nextInt(SIZES.length)],
              8 << random.nextInt(4),
              FLAGS[random.nextInt(FLAGS.length)],
              random.nextInt(5) == 0);
      caches.add(
          new CachePlan(
              CacheGeometry.of(request, GeometryOptions.forCpus(topology.cpuCount())),
              random.nextInt(3) == 0));
    }
    RemoteDraw draw = RemoteDraw.values()[random.nextInt(RemoteDraw.values().length)];
    return new Writer(random, topology, caches).write(draw);
  }

  private static Topology topology(SplittableRandom random) {
    int nodes = 1 + random.nextInt(4);
    int pagesMax = 8 << random.nextInt(5);
    TopologyBuilder builder = Topology.builder();
    int nextCpu = 0;
    long nextFrame = 1L + random.nextInt(16);
    for (int node = 0; node < nodes; node++) {
      boolean first = node == 0;
      List<CpuId> cpus = new ArrayList<>();
      for (int i = first ? 1 : random.nextInt(4) == 0 ? 1 : 0; i <= random.nextInt(4); i++) {
        cpus.add(new CpuId(nextCpu++));
      }
      if (first && cpus.isEmpty()) {
        cpus.add(new CpuId(nextCpu++));
      }
      List<FrameRange> memory = new ArrayList<>();
      if (first || random.nextInt(5) > 0) {
        int ranges = 1 + random.nextInt(2);
        for (int i = 0; i < ranges; i++) {
          long end = nextFrame + 4 + random.nextInt(pagesMax);
          memory.add(FrameRange.between(nextFrame, end));
          nextFrame = end + (long) random.nextInt(3) * random.nextInt(20);
        }
      }
      builder.node(new NodeId(node), cpus, memory);
    }
    for (int from = 0; from < nodes; from++) {
      int[] row = new int[nodes];
      for (int to = 0; to < nodes; to++) {
        row[to] = from == to ? 10 : 11 + (from + to) * 7 % 20;
      }
      builder.distancesFrom(new NodeId(from), row);
    }
    return builder.build();
  }

  /// Writes the common order of operations, and deals it out to the CPUs.
  private static final class Writer {
    private final SplittableRandom random;
    private final Topology topology;
    private final List<CachePlan> caches;
    private final List<List<Operation>> byCpu = new ArrayList<>();
    private final List<List<Integer>> live = new ArrayList<>();
    private int slots;

    Writer(SplittableRandom random, Topology topology, List<CachePlan> caches) {
      this.random = random;
      this.topology = topology;
      this.caches = caches;
      for (int cpu = 0; cpu < topology.cpuCount(); cpu++) {
        byCpu.add(new ArrayList<>());
      }
      caches.forEach(cache -> live.add(new ArrayList<>()));
    }

    RandomPlan write(RemoteDraw draw) {
      long pages = 0;
      for (int node = 0; node < topology.nodeCount(); node++) {
        pages += topology.framesOf(new NodeId(node));
      }
      int operations = 200 + random.nextInt(800);
      boolean grow = true;
      long bytes = 0;
      for (int i = 0; i < operations; i++) {
        if (random.nextInt(60) == 0 || bytes > pages * 4096 * 3 / 2) {
          grow = !grow && bytes < pages * 4096;
        }
        int cache = random.nextInt(caches.size());
        List<Operation> of = byCpu.get(random.nextInt(byCpu.size()));
        boolean alloc = live.get(cache).isEmpty() || random.nextInt(10) < (grow ? 8 : 2);
        int before = live.get(cache).size();
        if (random.nextInt(100) == 0) {
          of.add(new Operation.Shrink(cache));
        } else if (alloc) {
          alloc(of, cache);
        } else {
          of.add(new Operation.Free(cache, taken(cache, random.nextInt(4) > 0 ? 1 : BULK_MAX)));
        }
        bytes += (long) (live.get(cache).size() - before) * caches.get(cache).geometry().size();
      }
      boolean freeAll = random.nextBoolean();
      for (int cache = 0; freeAll && cache < caches.size(); cache++) {
        while (!live.get(cache).isEmpty()) {
          byCpu
              .get(random.nextInt(byCpu.size()))
              .add(new Operation.Free(cache, taken(cache, 1 + random.nextInt(4))));
        }
      }
      return new RandomPlan(topology, caches, byCpu, slots, draw);
    }

    private void alloc(List<Operation> of, int cache) {
      int gfp = Gfp.KERNEL | (random.nextInt(4) == 0 ? Gfp.ZERO : 0);
      if (random.nextInt(4) == 0) {
        of.add(new Operation.AllocBulk(cache, given(cache, 1 + random.nextInt(BULK_MAX)), gfp));
        return;
      }
      int wanted = random.nextInt(3) == 0 ? random.nextInt(topology.nodeCount()) : -1;
      int thisNode = random.nextInt(3) == 0 ? Gfp.THISNODE : 0;
      of.add(new Operation.Alloc(cache, given(cache, 1)[0], wanted, gfp | thisNode));
    }

    private int[] given(int cache, int count) {
      int[] fresh = new int[count];
      for (int i = 0; i < count; i++) {
        fresh[i] = slots++;
        live.get(cache).add(fresh[i]);
      }
      return fresh;
    }

    private int[] taken(int cache, int most) {
      List<Integer> from = live.get(cache);
      int[] taken = new int[Math.min(most, from.size())];
      for (int i = 0; i < taken.length; i++) {
        int at = random.nextInt(from.size());
        taken[i] = from.get(at);
        from.set(at, from.getLast());
        from.removeLast();
      }
      return taken;
    }
  }
}
