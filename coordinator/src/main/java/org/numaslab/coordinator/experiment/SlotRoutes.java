package org.numaslab.coordinator.experiment;

import java.util.BitSet;
import org.numaslab.coordinator.trace.CpuOperations;
import org.numaslab.coordinator.trace.Trace;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// Which cpu of a trace allocates into a slot, and which one frees it: computed once, the same in
/// every process. What the trace leaves live is freed by whoever allocated it.
///
/// Immutable.
final class SlotRoutes {
  private final Topology topology;
  private final short[] allocators;
  private final short[] freers;
  private final short[] caches;
  private final int[] freeIndexes;
  private final BitSet crossing;

  SlotRoutes(Trace trace, Topology topology) {
    this.topology = topology;
    this.allocators = new short[trace.slotCount()];
    this.freers = new short[trace.slotCount()];
    this.caches = new short[trace.slotCount()];
    this.freeIndexes = new int[trace.slotCount()];
    this.crossing = new BitSet(trace.slotCount());
    for (int cpu = 0; cpu < topology.cpuCount(); cpu++) {
      CpuOperations operations = trace.operations(cpu);
      for (int i = 0; i < operations.roundSize(); i++) {
        int slot = operations.slot(i);
        if (operations.isFree(i)) {
          freers[slot] = (short) cpu;
          freeIndexes[slot] = i;
        } else {
          allocators[slot] = (short) cpu;
          caches[slot] = (short) operations.cache(i);
        }
      }
    }
    for (int slot = 0; slot < allocators.length; slot++) {
      crossing.set(slot, !node(allocators[slot]).equals(node(freers[slot])));
    }
  }

  private NodeId node(int cpu) {
    return topology.nodeOf(new CpuId(cpu));
  }

  /// Whether a slot's object goes from a member to another one.
  boolean isCrossing(int slot) {
    return crossing.get(slot);
  }

  int allocator(int slot) {
    return allocators[slot];
  }

  int freer(int slot) {
    return freers[slot];
  }

  /// Index into the trace's caches.
  int cache(int slot) {
    return caches[slot];
  }

  /// The index of a slot's free in its cpu's operations.
  int freeIndex(int slot) {
    return freeIndexes[slot];
  }

  /// The CPUs of other members that free what `cpu` allocates.
  BitSet freersOf(int cpu) {
    BitSet others = new BitSet();
    crossing.stream().filter(slot -> allocators[slot] == cpu).forEach(s -> others.set(freers[s]));
    return others;
  }

  /// The CPUs of other members that allocate what `cpu` frees.
  BitSet allocatorsFor(int cpu) {
    BitSet others = new BitSet();
    crossing.stream().filter(slot -> freers[slot] == cpu).forEach(s -> others.set(allocators[s]));
    return others;
  }
}
