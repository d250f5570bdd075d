package org.numaslab.deploy.samples;

import java.util.List;
import org.numaslab.cpu.client.Contents;
import org.numaslab.cpu.client.Kthreads;
import org.numaslab.cpu.client.Rcu;
import org.numaslab.cpu.client.Slab;
import org.numaslab.cpu.client.Task;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// A configuration that is replaced while others read it: readers follow the pointer without a
/// lock, the writer puts a new copy in its place and frees the old one only when no reader can have
/// it.
///
/// ```text
/// slot --> configuration   0         8
///                          +---------+------------+
///                          | version | ~version   |    torn or freed memory would not agree
///                          +---------+------------+
/// ```
final class RcuReaders {
  private static final int BYTES = 64;
  private static final int VERSIONS = 50;
  private static final int READS = 200;

  private RcuReaders() {}

  static void start(Kthreads kthreads) {
    Topology topology = kthreads.topology();
    List<CpuId> far = topology.cpusOf(new NodeId(topology.nodeCount() - 1));
    kthreads.run(new CpuId(0), "writer", current -> write(current, far.getFirst()));
  }

  private static void write(Task current, CpuId reader) {
    Rcu rcu = current.rcu();
    long slot = current.kmalloc().kzalloc(Long.BYTES, Gfp.KERNEL);
    rcu.rcuAssignPointer(slot, configuration(current, 0));
    Task[] readers = {
      current.kthreadRun(reader, "reader", task -> read(task, slot)),
      current.kthreadRun(current.cpu(), "reader", task -> read(task, slot))
    };
    for (long version = 1; version <= VERSIONS; version++) {
      long old = current.contents().readLong(slot);
      rcu.rcuAssignPointer(slot, configuration(current, version));
      if (version % 2 == 0) {
        rcu.synchronizeRcu();
        current.kmalloc().kfree(old);
      } else {
        rcu.kfreeRcu(old);
      }
    }
    rcu.rcuBarrier();
    current.print("rcu: %d versions, %d readers".formatted(VERSIONS, readers.length));
  }

  private static long configuration(Task current, long version) {
    long made = current.kmalloc().kmalloc(BYTES, Gfp.KERNEL);
    if (made == Slab.NULL) {
      throw new IllegalStateException("no memory for a configuration");
    }
    current.contents().writeLong(made, version);
    current.contents().writeLong(made + Long.BYTES, ~version);
    return made;
  }

  private static void read(Task current, long slot) {
    Rcu rcu = current.rcu();
    Contents contents = current.contents();
    for (int i = 0; i < READS; i++) {
      rcu.rcuReadLock();
      long configuration = rcu.rcuDereference(slot);
      long version = contents.readLong(configuration);
      if (contents.readLong(configuration + Long.BYTES) != ~version) {
        current.print("rcu: a configuration changed under its reader");
      }
      rcu.rcuReadUnlock();
    }
  }
}
