package org.numaslab.cpu.cache;

import java.util.Arrays;
import org.numaslab.node.topology.NodeId;

/// An allocation of several objects, all or none, as its own continuation.
///
/// | step | while | when an object is there | when memory ran out |
/// |---|---|---|---|
/// | IDLE | - | - | - |
/// | FILL | objects are missing | it is kept; after the last: HAND_OUT | what is there is freed: IDLE |
/// | HAND_OUT | objects are to be cleared | the next; after the last: IDLE | - |
///
/// Owner: the cpu, which has one of these. Models `kmem_cache_alloc_bulk` of mm/slub.c, v6.1.
final class BulkAlloc {
  private enum Step {
    IDLE,
    FILL,
    HAND_OUT
  }

  private static final long[] NOTHING = {};

  private final Cpu cpu;
  private Step step = Step.IDLE;
  private long[] out = NOTHING;
  private int count;
  private int done;

  BulkAlloc(Cpu cpu) {
    this.cpu = cpu;
  }

  boolean isUnderWay() {
    return step != Step.IDLE;
  }

  /// @return `wanted`, 0 when memory ran out, or [Cpu#WAIT]
  long start(KmemCacheCpu c, int gfp, long[] into, int wanted) {
    out = into;
    count = wanted;
    done = 0;
    step = Step.FILL;
    return fill(c, gfp);
  }

  /// @param object what the node's answer came to: an address, or [Cpu#NULL]
  long resume(KmemCacheCpu c, int gfp, long object) {
    if (step == Step.HAND_OUT) {
      return handOut(c, gfp);
    }
    if (object == Cpu.NULL) {
      return abandon(c);
    }
    out[done++] = object;
    return fill(c, gfp);
  }

  private long fill(KmemCacheCpu c, int gfp) {
    while (done < count) {
      long object = cpu.allocOne(c, NodeId.NONE, gfp);
      if (object == Cpu.WAIT) {
        cpu.suspend(c, gfp);
        return Cpu.WAIT;
      }
      if (object == Cpu.NULL) {
        return abandon(c);
      }
      out[done++] = object;
    }
    done = 0;
    step = Step.HAND_OUT;
    return handOut(c, gfp);
  }

  private long handOut(KmemCacheCpu c, int gfp) {
    while (done < count) {
      if (cpu.handOut(c, out[done++], gfp) == Cpu.WAIT) {
        return Cpu.WAIT;
      }
    }
    end();
    return count;
  }

  private long abandon(KmemCacheCpu c) {
    long[] got = Arrays.copyOf(out, done);
    end();
    cpu.freeBulk(c.cache().id(), got);
    return 0;
  }

  private void end() {
    step = Step.IDLE;
    out = NOTHING;
  }
}
