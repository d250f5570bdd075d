package org.numaslab.coordinator.calibrate;

import org.HdrHistogram.Histogram;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.client.Program;
import org.numaslab.cpu.client.Turn;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.topology.NodeId;

/// Allocates and frees one object of its own node, again and again.
///
/// Owner: its cpu.
final class Pairs implements Program {
  /// Per reading of the clock.
  private static final int PAIRS = 1000;

  private final CacheId cache;
  private final Histogram times = new Histogram(3);
  private int left;

  Pairs(CacheId cache, int count) {
    this.cache = cache;
    this.left = count;
  }

  /// Others get their turns between two readings.
  @Override
  public Turn.End turn(Cpu cpu, int operations) {
    return Program.super.turn(cpu, 1);
  }

  @Override
  public Step step(Cpu cpu) {
    if (left == 0) {
      return Step.FINISHED;
    }
    long began = System.nanoTime();
    for (int i = 0; i < PAIRS; i++) {
      long object = cpu.alloc(cache, NodeId.NONE, Gfp.KERNEL);
      if (object == Cpu.WAIT) {
        return Step.WAITS;
      }
      cpu.free(cache, object);
    }
    times.recordValue(System.nanoTime() - began);
    left--;
    return Step.DONE;
  }

  @Override
  public void completed(Cpu cpu) {
    cpu.free(cache, cpu.result());
  }

  /// Nanoseconds of one pair, median.
  double nanos() {
    return (double) times.getValueAtPercentile(50) / PAIRS;
  }
}
