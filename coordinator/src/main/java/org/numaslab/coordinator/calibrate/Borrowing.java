package org.numaslab.coordinator.calibrate;

import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.client.Program;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.topology.NodeId;

/// Allocates objects of another node, then frees them all, one by one, some times.
///
/// Owner: its cpu.
final class Borrowing implements Program {
  private final CacheId cache;
  private final NodeId node;
  private final long[] objects;
  private int cycles;
  private int size;
  private boolean frees;
  private long freeBegan;
  private volatile boolean isStopped;
  private long freeNanos;

  Borrowing(CacheId cache, NodeId node, int objects, int cycles) {
    this.cache = cache;
    this.node = node;
    this.objects = new long[objects];
    this.cycles = cycles;
  }

  @Override
  public Step step(Cpu cpu) {
    if (frees) {
      return free(cpu);
    }
    if (cycles == 0 || isStopped) {
      return Step.FINISHED;
    }
    if (size == objects.length) {
      if (!cpu.isQuiet()) {
        return Step.BLOCKED; // an answer wakes it
      }
      frees = true;
      freeBegan = System.nanoTime();
      return free(cpu);
    }
    long object = cpu.alloc(cache, node.value(), Gfp.KERNEL | Gfp.THISNODE);
    if (object == Cpu.WAIT) {
      return Step.WAITS;
    }
    got(object);
    return Step.DONE;
  }

  private Step free(Cpu cpu) {
    if (size > 0) {
      cpu.free(cache, objects[--size]);
      return Step.DONE;
    }
    if (!cpu.isQuiet()) {
      return Step.BLOCKED; // an answer wakes it
    }
    freeNanos += System.nanoTime() - freeBegan;
    frees = false;
    cycles--;
    return Step.DONE;
  }

  @Override
  public void completed(Cpu cpu) {
    got(cpu.result());
  }

  private void got(long object) {
    if (object == Cpu.NULL) {
      throw new IllegalStateException("node " + node.value() + " has no memory to measure with");
    }
    objects[size++] = object;
  }

  /// Ends after this cycle. For any thread.
  void stop() {
    isStopped = true;
  }

  /// Time in which objects were freed, until all was confirmed. When it is finished.
  long freeNanos() {
    return freeNanos;
  }
}
