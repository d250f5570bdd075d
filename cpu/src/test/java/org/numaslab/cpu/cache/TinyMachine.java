package org.numaslab.cpu.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.KmemCacheNode;
import org.numaslab.node.cache.ObjectConstructor;
import org.numaslab.node.cache.PartialCounts;
import org.numaslab.node.cache.Stat;
import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.protocol.NodeOutbox;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.protocol.NodeState;
import org.numaslab.node.protocol.RegistryReply;
import org.numaslab.node.protocol.SlabRef;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;
import org.numaslab.node.topology.TopologyBuilder;

/// A few CPUs and nodes with their messages in one queue, so small that a test can say every slab
/// by hand.
///
/// ```text
/// node      0        1        2        3
/// cpus      0 1      2 3      4 5      6
/// frames    1..63    64..127  128..191 -
/// distances 10 16 22 22 | 16 10 22 22 | 22 22 10 16 | 22 22 16 10
/// ```
///
/// Objects are 1024 bytes, 4 to a slab of one page, in address order; a node keeps 2 empty slabs, a
/// cpu's list holds 2.
final class TinyMachine implements AutoCloseable {
  static final int OBJECT = 1024;
  static final int OBJECTS = 4;
  static final int ANY = NodeId.NONE;

  private static final int FRAMES_PER_NODE = 64;
  private static final int NODES_WITH_MEMORY = 3;

  final Topology topology;
  final Memory memory;
  final List<NodeState> nodes = new ArrayList<>();
  final List<Cpu> cpus = new ArrayList<>();
  final List<FrameTable> framesOfNode = new ArrayList<>();
  final List<FrameTable> framesOfCpu = new ArrayList<>();
  final ScriptedNature nature = new ScriptedNature(FRAMES_PER_NODE);
  final List<RegistryReply> registryReplies = new ArrayList<>();
  final List<String> log = new ArrayList<>();
  final List<Long> done = new ArrayList<>();
  final List<NodeProtocol.FromCpu> sent = new ArrayList<>();
  final ArrayDeque<Runnable> network = new ArrayDeque<>();

  /// The shell of a cpu fails.
  static final class SendFailed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private final PartialCounts counts;
  private final List<KmemCache> caches = new ArrayList<>();
  private long lastRequest;

  /// So many messages later whoever sends fails; 0 for never.
  int failsAtSend;

  TinyMachine() {
    TopologyBuilder builder = Topology.builder();
    for (int node = 0; node < NODES_WITH_MEMORY; node++) {
      long start = Math.max(1, node * FRAMES_PER_NODE);
      builder.node(
          new NodeId(node),
          List.of(new CpuId(2 * node), new CpuId(2 * node + 1)),
          List.of(FrameRange.between(start, (node + 1L) * FRAMES_PER_NODE)));
    }
    builder.node(new NodeId(NODES_WITH_MEMORY), List.of(new CpuId(6)), List.of());
    builder.distances(
        new int[][] {{10, 16, 22, 22}, {16, 10, 22, 22}, {22, 22, 10, 16}, {22, 22, 16, 10}});
    topology = builder.build();
    memory = Memory.reserve(topology.spanFrames(), 1 << 20);
    counts = new PartialCounts(topology.nodeCount());
    for (int i = 0; i < topology.nodeCount(); i++) {
      NodeId node = new NodeId(i);
      Memory own = seenBy(node);
      framesOfNode.add(own.frames());
      nodes.add(
          new NodeState(
              node,
              own,
              nature,
              counts,
              cpu -> topology.nodeOf(cpu).equals(node),
              answers(),
              log::add));
    }
    for (int i = 0; i < topology.cpuCount(); i++) {
      CpuId id = new CpuId(i);
      Memory own = seenBy(topology.nodeOf(id));
      framesOfCpu.add(own.frames());
      cpus.add(new Cpu(id, 1, topology, own, counts, nature, requests()));
    }
  }

  private Memory seenBy(NodeId node) {
    return memory.seenBy(frame -> topology.nodeIndexOfFrame(frame) == node.value());
  }

  private NodeOutbox answers() {
    return new NodeOutbox() {
      @Override
      public void answer(CpuId to, NodeReply reply) {
        network.add(() -> cpus.get(to.value()).receive(reply));
      }

      @Override
      public void answerRegistry(RegistryReply reply) {
        registryReplies.add(reply);
      }
    };
  }

  private CpuOutbox requests() {
    return new CpuOutbox() {
      @Override
      public void toNode(NodeId node, NodeProtocol.FromCpu message) {
        if (failsAtSend > 0 && --failsAtSend == 0) {
          throw new SendFailed();
        }
        sent.add(message);
        network.add(() -> nodes.get(node.value()).receive(message));
      }

      @Override
      public void done(long token) {
        done.add(token);
      }
    };
  }

  // ---- caches

  static CacheGeometry geometry(int size, int ooOrder, int minOrder, int flags) {
    int page = Memory.PAGE_BYTES;
    return new CacheGeometry(
        size,
        size,
        8,
        size,
        0,
        0,
        ooOrder,
        (page << ooOrder) / size,
        minOrder,
        (page << minOrder) / size,
        2,
        4,
        2,
        flags,
        0,
        false);
  }

  private static CacheGeometry constructed(CacheGeometry g) {
    return new CacheGeometry(
        g.objectSize(),
        g.size(),
        g.align(),
        g.inUse(),
        g.offset(),
        g.redLeftPad(),
        g.ooOrder(),
        g.ooObjects(),
        g.minOrder(),
        g.minObjects(),
        g.minPartial(),
        g.cpuPartial(),
        g.cpuPartialSlabs(),
        g.flags(),
        g.allocFlags(),
        true);
  }

  /// A cache as the class says, changed.
  CacheId cache(UnaryOperator<KmemCache> change) {
    return cache(geometry(OBJECT, 0, 0, 0), null, false, change);
  }

  CacheId cache() {
    return cache(c -> c);
  }

  CacheId cache(
      CacheGeometry geometry,
      @Nullable ObjectConstructor constructor,
      boolean initOnAlloc,
      UnaryOperator<KmemCache> change) {
    CacheId id = new CacheId(caches.size());
    counts.add(id);
    CacheGeometry g = constructor == null ? geometry : constructed(geometry);
    caches.add(
        change.apply(KmemCache.created(id, "t" + id.value(), g, nature, initOnAlloc, constructor)));
    describe(caches.getLast());
    return id;
  }

  void describe(KmemCache cache) {
    caches.set(cache.id().value(), cache);
    nodes.forEach(node -> node.receive(new NodeProtocol.Describe(++lastRequest, cache)));
    cpus.forEach(cpu -> cpu.describe(cache));
  }

  KmemCache description(CacheId cache) {
    return caches.get(cache.value());
  }

  // ---- operations, each settled

  void settle() {
    for (Runnable next = network.poll(); next != null; next = network.poll()) {
      next.run();
    }
  }

  long alloc(int cpu, CacheId cache) {
    return alloc(cpu, cache, ANY, Gfp.KERNEL);
  }

  long alloc(int cpu, CacheId cache, int node, int gfp) {
    long object = cpus.get(cpu).alloc(cache, node, gfp);
    settle();
    return object == Cpu.WAIT ? cpus.get(cpu).result() : object;
  }

  /// As many objects as `slabs` new slabs have, all of them.
  long[] fillSlabs(int cpu, CacheId cache, int slabs) {
    long[] objects = new long[slabs * description(cache).geometry().ooObjects()];
    Arrays.setAll(objects, i -> alloc(cpu, cache));
    return objects;
  }

  void free(int cpu, CacheId cache, long... objects) {
    for (long object : objects) {
      cpus.get(cpu).free(cache, object);
      cpus.get(cpu).endTurn();
      settle();
    }
  }

  /// Puts full slabs on their node's partial list, in this order, by freeing one object of each on
  /// another cpu of the node.
  void listByFreeing(int cpu, CacheId cache, long... objects) {
    for (long object : objects) {
      free(cpu, cache, object);
      flush(cpu, cache);
    }
  }

  void freeBulk(int cpu, CacheId cache, long... objects) {
    for (int left = objects.length; left > 0; ) {
      left = cpus.get(cpu).freeNextRun(cache, objects, left);
      cpus.get(cpu).endTurn();
      settle();
    }
  }

  void flush(int cpu, CacheId cache) {
    cpus.get(cpu).housekeeping().flush(cache, ++lastRequest);
    settle();
    assertThat(done.getLast()).isEqualTo(lastRequest);
  }

  /// What the registry's shrink does.
  void shrink(CacheId cache) {
    for (int i = 0; i < cpus.size(); i++) {
      flush(i, cache);
    }
    nodes.forEach(node -> node.receive(new NodeProtocol.Shrink(++lastRequest, cache)));
  }

  // ---- what came of it

  static long slab(long object) {
    return object >>> Memory.PAGE_SHIFT;
  }

  static long object(long slab, int index) {
    return (slab << Memory.PAGE_SHIFT) + (long) index * OBJECT;
  }

  KmemCacheNode half(int node, CacheId cache) {
    return nodes.get(node).cache(cache);
  }

  /// A node's partial list, head first.
  List<Long> partial(int node, CacheId cache) {
    return Arrays.stream(half(node, cache).partialSlabs()).boxed().toList();
  }

  /// A cpu's partial list, head first.
  List<Long> cpuPartial(int cpu, CacheId cache) {
    return Arrays.stream(cpus.get(cpu).cache(cache).view().partial()).map(SlabRef::frame).toList();
  }

  /// A cpu's current slab, 0 for none.
  long current(int cpu, CacheId cache) {
    SlabRef slab = cpus.get(cpu).cache(cache).view().slab();
    return slab == null ? 0 : slab.frame();
  }

  /// Indexes on a slab's own list, in order.
  List<Integer> listOf(long slab, CacheId cache) {
    int node = topology.nodeIndexOfFrame(slab);
    return Arrays.stream(nodes.get(node).slab(cache, slab).free()).boxed().toList();
  }

  /// Indexes on a cpu's free list, in order.
  List<Integer> freeListOf(int cpu, CacheId cache) {
    return Arrays.stream(cpus.get(cpu).cache(cache).view().free()).boxed().toList();
  }

  /// Runs `operation` and checks all 26 counters of all CPUs: those given, as pairs of [Stat] and
  /// number, count on `cpu`; nothing else moves.
  void counts(int cpu, CacheId cache, Runnable operation, Object... expected) {
    counts(cpu, true, cache, operation, expected);
  }

  /// The same where another cpu interrupts: its counters are its own affair.
  void countsInterrupted(int cpu, CacheId cache, Runnable operation, Object... expected) {
    counts(cpu, false, cache, operation, expected);
  }

  private void counts(
      int cpu, boolean alone, CacheId cache, Runnable operation, Object... expected) {
    List<long[]> before = cpus.stream().map(c -> c.cache(cache).stats()).toList();
    operation.run();
    Map<Stat, Long> wanted = new EnumMap<>(Stat.class);
    for (int i = 0; i < expected.length; i += 2) {
      wanted.put((Stat) expected[i], ((Integer) expected[i + 1]).longValue());
    }
    for (int i = 0; i < cpus.size(); i++) {
      Map<Stat, Long> moved = new EnumMap<>(Stat.class);
      long[] after = cpus.get(i).cache(cache).stats();
      for (Stat stat : Stat.values()) {
        long delta = after[stat.ordinal()] - before.get(i)[stat.ordinal()];
        if (delta != 0) {
          moved.put(stat, delta);
        }
      }
      if (i == cpu || alone) {
        assertThat(moved).as("counters of cpu " + i).isEqualTo(i == cpu ? wanted : Map.of());
      }
    }
  }

  @Override
  public void close() {
    memory.close();
  }
}
