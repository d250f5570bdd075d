package org.numaslab.coordinator.driver;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.fault.FailPageAlloc;
import org.numaslab.coordinator.fault.FailSlab;
import org.numaslab.coordinator.fault.Faults;
import org.numaslab.coordinator.fault.Surroundings;
import org.numaslab.coordinator.fault.Swapper;
import org.numaslab.node.buddy.Buddy;
import org.numaslab.node.buddy.MemoryState;
import org.numaslab.node.buddy.Watermark;
import org.numaslab.node.buddy.ZoneLimits;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.Current;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.Nature;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.slab.KernelMessages;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;
import org.numaslab.node.topology.ZoneType;

/// A machine that decides for itself: pages from each node's buddy, everything else from streams of
/// one seed, one stream for each node, cpu and the registry. So what one of them draws does not
/// depend on how fast the others are.
public final class LiveNatures implements Natures {
  /// How the `remote_node_defrag_ratio` draw is decided.
  public enum RemoteDraw {
    /// By the cpu's stream: won in ratio + 1 of 1024 cases.
    SEEDED,
    WON,
    LOST
  }

  private static final int DRAWS = 1024;
  private static final int PERCENT = 100;

  private final Map<NodeId, Buddy> buddies = new HashMap<>();
  private final List<Nature> nodes = new ArrayList<>();
  private final List<Nature> cpus = new ArrayList<>();
  private final Nature registry;
  private volatile boolean faultsAreHeld;

  /// @param limits of each node's zones, as [MachineLimits] has them
  public LiveNatures(
      Topology topology,
      Memory memory,
      long seed,
      RemoteDraw draw,
      List<Map<ZoneType, ZoneLimits>> limits) {
    this(topology, memory, seed, draw, limits, Faults.none(), () -> 0, line -> {});
  }

  /// The same, where allocations are made to fail.
  ///
  /// @param uptimeNanos of the machine
  /// @param log where the injection points print
  public LiveNatures(
      Topology topology,
      Memory memory,
      long seed,
      RemoteDraw draw,
      List<Map<ZoneType, ZoneLimits>> limits,
      Faults faults,
      LongSupplier uptimeNanos,
      KernelMessages log) {
    this(topology, memory, seed, draw, limits, faults, uptimeNanos, log, node -> true);
  }

  /// The same, of one process: other nodes have their pages elsewhere.
  public static LiveNatures of(
      Set<NodeId> here,
      Topology topology,
      Memory memory,
      long seed,
      RemoteDraw draw,
      List<Map<ZoneType, ZoneLimits>> limits,
      Faults faults,
      LongSupplier uptimeNanos,
      KernelMessages log) {
    return new LiveNatures(
        topology, memory, seed, draw, limits, faults, uptimeNanos, log, here::contains);
  }

  /// What is drawn where caches are made.
  public static Nature ofRegistry(long seed) {
    return new Stream(new SplittableRandom(seed), RemoteDraw.SEEDED);
  }

  /// The same as the registry of a machine with this seed draws, where its nodes are elsewhere.
  public static Nature ofRegistryApart(long seed) {
    return new Stream(new SplittableRandom(seed).split(), RemoteDraw.SEEDED);
  }

  private LiveNatures(
      Topology topology,
      Memory memory,
      long seed,
      RemoteDraw draw,
      List<Map<ZoneType, ZoneLimits>> limits,
      Faults faults,
      LongSupplier uptimeNanos,
      KernelMessages log,
      Predicate<NodeId> isHere) {
    SplittableRandom streams = new SplittableRandom(seed);
    this.registry = new Stream(streams.split(), draw);
    for (int i = 0; i < topology.nodeCount(); i++) {
      NodeId node = new NodeId(i);
      SplittableRandom stream = streams.split();
      if (!isHere.test(node)) {
        nodes.add(new Stream(stream, draw));
        continue;
      }
      Memory own = memory.seenBy(frame -> topology.nodeIndexOfFrame(frame) == node.value());
      Buddy buddy = new Buddy(own.frames(), topology.memoryOf(node), limits.get(i));
      buddies.put(node, buddy);
      nodes.add(new WithPages(stream, draw, buddy));
    }
    for (int i = 0; i < topology.cpuCount(); i++) {
      SplittableRandom stream = streams.split();
      cpus.add(
          faults.attrs().findAny().isEmpty()
              ? new Stream(stream, draw)
              : new Failing(new CpuId(i), stream, draw, faults, uptimeNanos, log));
    }
  }

  /// A machine that keeps back what a kernel would on a machine of that size.
  public LiveNatures(Topology topology, Memory memory, long seed, RemoteDraw draw) {
    this(topology, memory, seed, draw, MachineLimits.of(topology, List.of()));
  }

  @Override
  public Nature ofNode(NodeId node) {
    return nodes.get(node.value());
  }

  @Override
  public Nature ofCpu(CpuId cpu) {
    return cpus.get(cpu.value());
  }

  @Override
  public Nature ofRegistry() {
    return registry;
  }

  /// Says whether injection points are asked about nothing meanwhile: what passes is not counted
  /// either. For any thread, while no program runs.
  public void holdFaults(boolean held) {
    faultsAreHeld = held;
  }

  /// The page allocator of a node.
  public Buddy buddy(NodeId node) {
    return Objects.requireNonNull(buddies.get(node));
  }

  /// A part without memory: it draws.
  private static class Stream implements Nature {
    private final SplittableRandom random;
    private final RemoteDraw draw;

    Stream(SplittableRandom random, RemoteDraw draw) {
      this.random = random;
      this.draw = draw;
    }

    @Override
    public long page(CacheId cache, NodeId node, int order, int gfp, Watermark mark) {
      throw new IllegalStateException("no page allocator here");
    }

    @Override
    public void giveBack(CacheId cache, long pageFrame, int order) {
      throw new IllegalStateException("no page allocator here");
    }

    @Override
    public int firstIndex(KmemCache cache, int objects) {
      int[] sequence = cache.randomSequence();
      int position = random.nextInt(sequence.length);
      while (sequence[position] >= objects) {
        position = (position + 1) % sequence.length;
      }
      return sequence[position];
    }

    @Override
    public int[] randomSequence(CacheId cache, int objects) {
      if (objects < 2) {
        return new int[0];
      }
      int[] sequence = new int[objects];
      for (int i = 0; i < objects; i++) {
        int other = random.nextInt(i + 1);
        sequence[i] = sequence[other];
        sequence[other] = i;
      }
      return sequence;
    }

    @Override
    public long cookie(CacheId cache) {
      return random.nextLong();
    }

    @Override
    public boolean searchRemote(KmemCache cache, CpuId cpu) {
      return switch (draw) {
        case WON -> true;
        case LOST -> false;
        case SEEDED -> random.nextInt(DRAWS) <= cache.remoteNodeDefragRatio();
      };
    }
  }

  /// A cpu whose allocations are made to fail.
  private final class Failing extends Stream {
    private final @Nullable FailSlab slab;
    private final @Nullable FailPageAlloc pages;
    private final Surroundings surroundings;
    private final Current ofSlab;
    private final Current ofPages;

    Failing(
        CpuId cpu,
        SplittableRandom random,
        RemoteDraw draw,
        Faults faults,
        LongSupplier uptimeNanos,
        KernelMessages log) {
      super(random, draw);
      SplittableRandom draws = random.split();
      this.surroundings = new Surroundings(() -> draws.nextInt(PERCENT), uptimeNanos, log);
      this.slab = faults.slab();
      this.pages = faults.pages();
      this.ofSlab = without(cpu, slab == null ? 0 : slab.attr().failNth());
      this.ofPages = without(cpu, pages == null ? 0 : pages.attr().failNth());
    }

    private static Current without(CpuId cpu, int failNth) {
      return new Swapper(cpu, Failing.class, failNth);
    }

    @Override
    public boolean injectsFaults() {
      return true;
    }

    @Override
    public boolean failsSlab(KmemCache cache, int gfp, @Nullable Current task) {
      return slab != null
          && !faultsAreHeld
          && slab.shouldFail(cache, gfp, task == null ? ofSlab : task, surroundings);
    }

    @Override
    public boolean failsPages(int order, int gfp, @Nullable Current task) {
      return pages != null
          && !faultsAreHeld
          && pages.shouldFail(order, gfp, task == null ? ofPages : task, surroundings);
    }
  }

  /// A node: it has pages too.
  private static final class WithPages extends Stream {
    private final Buddy buddy;

    WithPages(SplittableRandom random, RemoteDraw draw, Buddy buddy) {
      super(random, draw);
      this.buddy = buddy;
    }

    @Override
    public long page(CacheId cache, NodeId node, int order, int gfp, Watermark mark) {
      return buddy.allocate(order, gfp, mark);
    }

    @Override
    public void giveBack(CacheId cache, long pageFrame, int order) {
      buddy.free(pageFrame, order);
    }

    @Override
    public void setMemory(MemoryState state) {
      buddy.setMemory(state);
    }
  }
}
