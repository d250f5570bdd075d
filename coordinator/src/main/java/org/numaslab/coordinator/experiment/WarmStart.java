package org.numaslab.coordinator.experiment;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.numaslab.coordinator.topologies.KernelDirectory;
import org.numaslab.coordinator.trace.CpuOperations;
import org.numaslab.coordinator.trace.Trace;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.client.Program;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.memory.ObjectAddress;

/// What a traced machine had before its trace begins, as far as the trace shows it: a cpu whose
/// first object of a cache lies in a slab that nobody has used yet had that slab as its current
/// one, on the node that the pointer names.
///
/// A machine that begins empty places objects otherwise: a cpu that has a slab of another node
/// keeps using it, for ever if it frees what it allocates.
final class WarmStart {
  /// A cpu's current slab of a cache, and its home.
  private record Slab(KmemCache cache, int node) {}

  private final List<List<Slab>> byCpu = new ArrayList<>();

  /// @param caches by the trace's cache index
  WarmStart(Trace trace, KernelDirectory kernel, List<KmemCache> caches, int cpus) {
    boolean[][] begun = new boolean[cpus][caches.size()];
    int[] cursors = new int[cpus];
    Set<Long> used = new HashSet<>();
    for (int cpu = 0; cpu < cpus; cpu++) {
      byCpu.add(new ArrayList<>());
    }
    for (long sequence = 0; sequence < trace.roundLength(); sequence++) {
      int cpu = trace.cpuAt(sequence);
      CpuOperations operations = trace.operations(cpu);
      int i = cursors[cpu]++;
      if (i >= operations.size() || operations.isFree(i)) {
        continue;
      }
      int index = operations.cache(i);
      KmemCache cache = caches.get(index);
      long pointer = trace.recordedPointer(operations.slot(i));
      boolean fresh = used.add(slabOf(cache, pointer));
      boolean recorded = !trace.isInferred(operations.slot(i)) && operations.node(i) < 0;
      if (!begun[cpu][index] && recorded) {
        begun[cpu][index] = true;
        int home = kernel.nodeIndexOfPointer(pointer);
        if (fresh && home >= 0 && !cache.isDebug()) {
          byCpu.get(cpu).add(new Slab(cache, home));
        }
      }
    }
  }

  /// The naturally aligned block of the cache's order that the recorded object lies in, and the
  /// cache.
  private static long slabOf(KmemCache cache, long pointer) {
    long frame = ObjectAddress.ofPointer(pointer).frame();
    return frame >>> cache.geometry().ooOrder() << Integer.SIZE | cache.id().value();
  }

  /// Slabs that the CPUs begin with.
  int slabs() {
    return byCpu.stream().mapToInt(List::size).sum();
  }

  /// Makes the machine's CPUs have them, one program for each cpu.
  List<Program> programs() {
    return byCpu.stream().<Program>map(Warming::new).toList();
  }

  /// Takes an object of the node that a slab is to be of, and gives it back: the slab stays
  /// current.
  private static final class Warming implements Program {
    private final List<Slab> slabs;
    private int next;

    Warming(List<Slab> slabs) {
      this.slabs = slabs;
    }

    @Override
    public Step step(Cpu cpu) {
      if (next == slabs.size()) {
        return Step.FINISHED;
      }
      Slab slab = slabs.get(next);
      long object = cpu.alloc(slab.cache.id(), slab.node, Gfp.KERNEL | Gfp.THISNODE);
      if (object == Cpu.WAIT) {
        return Step.WAITS;
      }
      giveBack(cpu, object);
      return Step.DONE;
    }

    @Override
    public void completed(Cpu cpu) {
      giveBack(cpu, cpu.result());
    }

    private void giveBack(Cpu cpu, long object) {
      if (object != Cpu.NULL) {
        cpu.free(slabs.get(next).cache.id(), object);
      }
      next++;
    }
  }
}
