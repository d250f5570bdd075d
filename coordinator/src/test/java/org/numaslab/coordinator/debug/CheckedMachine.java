package org.numaslab.coordinator.debug;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.simulate.SimulatedMachine;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.DebugSlabs;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.ObjectConstructor;
import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SlabObjects;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// A small machine for caches with debug flags, and hands that write where they should not.
///
/// ```text
/// node      0         1
/// cpus      0 1       2
/// frames    1..255    256..511
/// ```
final class CheckedMachine implements AutoCloseable {
  static final int CPU = 0;
  static final int REMOTE_CPU = 2;
  static final int ANY = NodeId.NONE;

  private static final long FRAMES_PER_NODE = 256;
  private static final long TOUCHED_BYTES_MAX = 1L << 26;
  private static final int CPUS = 3;

  final SimulatedMachine machine;
  final Memory memory;
  final FrameTable frames;

  CheckedMachine(long seed) {
    Topology topology =
        Topology.builder()
            .node(
                new NodeId(0),
                List.of(new CpuId(0), new CpuId(1)),
                List.of(FrameRange.between(1, FRAMES_PER_NODE)))
            .node(
                new NodeId(1),
                List.of(new CpuId(2)),
                List.of(FrameRange.between(FRAMES_PER_NODE, 2 * FRAMES_PER_NODE)))
            .distances(new int[][] {{10, 20}, {20, 10}})
            .build();
    this.machine =
        SimulatedMachine.instant(
            topology,
            own -> new LiveNatures(topology, own, seed, LiveNatures.RemoteDraw.LOST),
            TOUCHED_BYTES_MAX);
    this.memory = machine.state().memory();
    this.frames = memory.frames();
  }

  KmemCache cache(String name, int objectSize, int flags) {
    return cache(name, objectSize, 0, flags, null);
  }

  KmemCache cache(
      String name, int objectSize, int align, int flags, @Nullable ObjectConstructor constructor) {
    CacheRequest request = new CacheRequest(name, objectSize, align, flags, constructor != null);
    CacheGeometry geometry = CacheGeometry.of(request, GeometryOptions.forCpus(CPUS));
    return machine.create(name, geometry, false, constructor);
  }

  // ---- what a caller may do

  long alloc(KmemCache cache) {
    return alloc(CPU, cache);
  }

  long alloc(int cpu, KmemCache cache) {
    return machine.alloc(new CpuId(cpu), cache.id(), ANY, Gfp.KERNEL);
  }

  long[] alloc(KmemCache cache, int count) {
    long[] objects = new long[count];
    for (int i = 0; i < count; i++) {
      objects[i] = alloc(cache);
    }
    return objects;
  }

  void free(KmemCache cache, long object) {
    free(CPU, cache, object);
  }

  void free(int cpu, KmemCache cache, long object) {
    machine.free(new CpuId(cpu), cache.id(), object);
  }

  void freeBulk(KmemCache cache, long... objects) {
    machine.freeBulk(new CpuId(CPU), cache.id(), objects.clone());
  }

  void validate(KmemCache cache) {
    machine.registry().validate(cache.id(), () -> {});
    machine.drain();
  }

  void shrink(KmemCache cache) {
    machine.registry().shrink(cache.id(), left -> {});
    machine.drain();
  }

  void destroy(KmemCache cache) {
    machine.registry().destroy(cache.id(), left -> {});
    machine.drain();
  }

  // ---- what it may not

  void write(long address, int value) {
    memory.storeByte(address, (byte) value);
  }

  int read(long address) {
    return memory.loadByte(address) & 0xff;
  }

  /// Makes `object` point to `next` as its cache's code would.
  void link(KmemCache cache, long object, long next) {
    objects(cache).setNext(object, next);
  }

  // ---- what came of it

  /// What was printed since the last call.
  List<String> log() {
    return machine.kernelLog().take();
  }

  /// The reports since the last call as the kernel's KUnit suite counts them: one for each BUG and
  /// each FIX, without the cache's name.
  List<String> errors() {
    List<String> errors = new ArrayList<>();
    for (String line : log()) {
      if (line.startsWith("BUG ")) {
        errors.add("BUG " + line.substring(line.indexOf("): ") + 3));
      } else if (line.startsWith("FIX ")) {
        errors.add("FIX " + line.substring(line.indexOf(": ") + 2));
      }
    }
    return errors;
  }

  long slab(long object) {
    return frames.head(object >>> Memory.PAGE_SHIFT);
  }

  long word(long object) {
    return frames.word(slab(object));
  }

  SlabObjects objects(KmemCache cache) {
    return cache.objectsIn(memory);
  }

  long[] partial(int node, KmemCache cache) {
    return machine.node(new NodeId(node)).cache(cache.id()).partialSlabs();
  }

  long[] full(int node, KmemCache cache) {
    DebugSlabs debug = machine.node(new NodeId(node)).cache(cache.id()).debug();
    return debug == null ? new long[0] : debug.fullSlabs();
  }

  long slabs(CacheId cache) {
    return machine.state().nodes().stream().mapToLong(n -> n.cache(cache).nrSlabs()).sum();
  }

  @Override
  public void close() {
    machine.close();
  }
}
