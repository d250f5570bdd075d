package org.numaslab.coordinator.experiment;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.experiment.RandomPlan.Operation;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.client.Program;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// Carries out one cpu's part of a [RandomPlan] and checks each answer against what tasks may
/// expect.
final class PlannedProgram implements Program {
  /// What all CPUs of the machine share.
  record Shared(
      Topology topology,
      List<KmemCache> caches,
      SlotTable slots,
      NaiveObjects objects,
      WatchedNatures pages,
      Consumer<CacheId> shrink) {}

  private final CpuId cpu;
  private final List<Operation> operations;
  private final Shared shared;
  private final ReplayTally tally;
  private final long[] refusalsBefore;
  private int at;
  private long[] bulk = {};
  private int nulls;

  PlannedProgram(CpuId cpu, List<Operation> operations, Shared shared) {
    this.cpu = cpu;
    this.operations = operations;
    this.shared = shared;
    this.tally = new ReplayTally(shared.topology.nodeCount(), shared.caches.size());
    this.refusalsBefore = new long[shared.topology.nodeCount()];
  }

  @Override
  public Step step(Cpu on) {
    if (at == operations.size()) {
      return Step.FINISHED;
    }
    return switch (operations.get(at)) {
      case Operation.Alloc o -> {
        noteRefusals(o.cache());
        yield after(on, on.alloc(id(o), o.wanted(), o.gfp()));
      }
      case Operation.AllocBulk o -> {
        noteRefusals(o.cache());
        bulk = new long[o.slots().length];
        yield after(on, on.allocBulk(id(o), o.gfp(), bulk, bulk.length));
      }
      case Operation.Free o -> free(on, o);
      case Operation.Shrink o -> {
        shared.shrink.accept(id(o));
        at++;
        yield Step.DONE;
      }
    };
  }

  private Step after(Cpu on, long value) {
    if (value == Cpu.WAIT) {
      return Step.WAITS;
    }
    allocated(on, value);
    return Step.DONE;
  }

  @Override
  public void completed(Cpu on) {
    allocated(on, on.result());
  }

  private void allocated(Cpu on, long value) {
    switch (operations.get(at++)) {
      case Operation.Alloc o -> {
        if (value == Cpu.NULL) {
          isOutOfMemory(o.cache(), o.wanted(), o.gfp());
          shared.slots.put(o.slot(), SlotTable.FAILED);
        } else {
          isOnItsNode(o, home(value));
          handOut(on, o.cache(), o.slot(), value, o.wanted(), o.gfp());
        }
      }
      case Operation.AllocBulk o -> {
        check(value == 0 || value == o.slots().length, "bulk gave " + value + " for " + o);
        if (value == 0) {
          isOutOfMemory(o.cache(), NodeId.NONE, o.gfp());
        }
        for (int i = 0; i < o.slots().length; i++) {
          if (value == 0) {
            shared.slots.put(o.slots()[i], SlotTable.FAILED);
          } else {
            handOut(on, o.cache(), o.slots()[i], bulk[i], NodeId.NONE, o.gfp());
          }
        }
      }
      case Operation.Free o -> throw new AssertionError("a free waited: " + o);
      case Operation.Shrink o -> throw new AssertionError("a shrink waited: " + o);
    }
  }

  private void handOut(Cpu on, int cache, int slot, long object, int wanted, int gfp) {
    shared.objects.allocated(shared.caches.get(cache), object, gfp);
    tally.allocated(on.path(), cache, on.node().value(), home(object), wanted, -1);
    shared.slots.put(slot, object);
  }

  private Step free(Cpu on, Operation.Free o) {
    for (int slot : o.slots()) {
      if (shared.slots.awaitFull(slot, cpu.value()) == SlotTable.EMPTY) {
        return Step.BLOCKED;
      }
    }
    long[] objects =
        Arrays.stream(o.slots()).mapToLong(shared.slots::object).filter(x -> x != 0).toArray();
    for (int slot : o.slots()) {
      shared.slots.put(slot, SlotTable.EMPTY);
    }
    for (long object : objects) {
      shared.objects.freed(shared.caches.get(o.cache()), object);
      tally.freed(o.cache());
    }
    if (objects.length == 1) {
      on.free(id(o), objects[0]);
    } else {
      on.freeBulk(id(o), objects);
    }
    at++;
    return Step.DONE;
  }

  private CacheId id(Operation o) {
    return shared.caches.get(o.cache()).id();
  }

  private int home(long object) {
    return shared.topology.nodeIndexOfFrame(object >>> Memory.PAGE_SHIFT);
  }

  // ---- what tasks may expect

  private void isOnItsNode(Operation.Alloc o, int home) {
    boolean bound =
        (o.gfp() & Gfp.THISNODE) != 0
            && o.wanted() >= 0
            && shared.topology.hasMemory(new NodeId(o.wanted()));
    check(!bound || home == o.wanted(), "node " + home + " served " + o);
  }

  private void noteRefusals(int cache) {
    for (int node = 0; node < refusalsBefore.length; node++) {
      refusalsBefore[node] = shared.pages.refusals(node, shared.caches.get(cache).id());
    }
  }

  /// Every node that might have served it has said since that it has no pages.
  private void isOutOfMemory(int cache, int wanted, int gfp) {
    nulls++;
    @Nullable NodeId only = null;
    if ((gfp & Gfp.THISNODE) != 0) {
      boolean named = wanted >= 0 && shared.topology.hasMemory(new NodeId(wanted));
      only = named ? new NodeId(wanted) : shared.topology.memoryNodeOf(cpu);
    }
    for (int node = 0; node < refusalsBefore.length; node++) {
      boolean asked =
          only == null ? shared.topology.hasMemory(new NodeId(node)) : node == only.value();
      long now = shared.pages.refusals(node, shared.caches.get(cache).id());
      check(!asked || now > refusalsBefore[node], "NULL, but node " + node + " refused nothing");
    }
  }

  private void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(cpu + ", operation " + at + ": " + what);
    }
  }

  ReplayTally tally() {
    return tally;
  }

  /// Allocations that gave nothing.
  int nulls() {
    return nulls;
  }
}
