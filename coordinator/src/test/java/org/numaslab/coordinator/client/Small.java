package org.numaslab.coordinator.client;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.numaslab.coordinator.driver.Machine;
import org.numaslab.cpu.client.Kmalloc;
import org.numaslab.cpu.client.Kthreads;
import org.numaslab.cpu.client.ShrinkControl;
import org.numaslab.cpu.client.Shrinker;
import org.numaslab.cpu.client.Slab;
import org.numaslab.cpu.client.Task;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.Topology;

/// A machine whose memory is soon used up: two nodes of two cpus with 8 MiB each.
final class Small {
  static final long NODE_BYTES = 8 << 20;
  static final Topology TOPOLOGY = Topology.uniform(2, 2, NODE_BYTES);

  /// Takes what there is, and says nothing when there is no more.
  static final int QUIET = Gfp.KERNEL | Gfp.NORETRY | Gfp.NOWARN;

  private Small() {}

  static List<String> run(Machines machines, Task.Body body) {
    return run(machines, body, machine -> {});
  }

  /// Runs a task on cpu 0.
  ///
  /// @param then looks at the machine
  /// @return what the kernel printed
  static List<String> run(Machines machines, Task.Body body, Consumer<Machine> then) {
    return run(machines, machine -> {}, body, then);
  }

  /// The same.
  ///
  /// @param first prepares the machine
  static List<String> run(
      Machines machines, Consumer<Machine> first, Task.Body body, Consumer<Machine> then) {
    try (Machine machine = machines.start(TOPOLOGY)) {
      Kthreads kthreads = machine.boot(GeometryOptions.forCpus(TOPOLOGY.cpuCount()), false);
      first.accept(machine);
      kthreads.run(new CpuId(0), "test", body);
      machine.run(kthreads);
      then.accept(machine);
      return machine.kernelLog().take();
    }
  }

  static int nodeOf(long address) {
    return address < NODE_BYTES ? 0 : 1;
  }

  /// Takes all memory that is above the min watermark, in ever smaller pieces.
  ///
  /// @return the addresses; those of whole pages last
  static List<Long> takeAll(Task current, int gfp) {
    return takeAll(current, gfp, 4 << 20);
  }

  /// The same, in pieces of no more than so many bytes.
  static List<Long> takeAll(Task current, int gfp, long largest) {
    List<Long> taken = new ArrayList<>();
    for (long size = largest; size >= 4096; size /= 2) {
      for (long a; (a = current.kmalloc().kmalloc(size, gfp)) != Slab.NULL; ) {
        taken.add(a);
      }
    }
    return taken;
  }

  /// A shrinker that gives back what it holds, last first, and notes what it is asked.
  static final class Hoard extends Shrinker {
    final List<Long> held = new ArrayList<>();
    final List<Integer> gfps = new ArrayList<>();
    final List<Integer> nodes = new ArrayList<>();
    final List<Long> scans = new ArrayList<>();
    int counted;
    long pretends;

    Hoard() {
      super(DEFAULT_SEEKS, 0, 0);
    }

    /// How often reclaim went through all priorities for both nodes.
    int rounds() {
      return counted / (2 * 13);
    }

    @Override
    public long countObjects(Task current, ShrinkControl control) {
      counted++;
      gfps.add(control.gfp());
      nodes.add(control.node().value());
      return held.size() + pretends;
    }

    @Override
    public long scanObjects(Task current, ShrinkControl control) {
      scans.add(control.nrToScan());
      Kmalloc heap = current.kmalloc();
      long freed = 0;
      while (freed < control.nrToScan() && !held.isEmpty()) {
        heap.kfree(held.removeLast());
        freed++;
      }
      return freed == 0 ? SHRINK_STOP : freed;
    }
  }
}
