package org.numaslab.cpu.cache;

import java.util.Arrays;
import java.util.function.LongPredicate;
import org.numaslab.node.topology.NodeId;

/// An allocation of several objects, all or none, as its own continuation.
///
/// | step | while | when an object is there | when memory ran out |
/// |---|---|---|---|
/// | IDLE | - | - | - |
/// | FILL | objects are missing | it is kept; after the last: HAND_OUT | what is there is freed: IDLE |
/// | HAND_OUT | objects are to be cleared | the next; after the last: IDLE; where some are gone: FILL | - |
///
/// Owner: the cpu; part of its [Operation]. Models `kmem_cache_alloc_bulk` of mm/slub.c, v6.1.
final class BulkAlloc {
  private enum Step {
    IDLE,
    FILL,
    HAND_OUT
  }

  private static final long[] NOTHING = {};

  private final Operation operation;
  private Step step = Step.IDLE;
  private long[] out = NOTHING;

  /// Where the last one has put its objects, while they may be nobody's.
  private long[] last = NOTHING;

  private int count;
  private int done;

  BulkAlloc(Operation operation) {
    this.operation = operation;
  }

  boolean isUnderWay() {
    return step != Step.IDLE;
  }

  /// @return `wanted`, 0 when memory ran out, [Cpu#WAIT] or [Cpu#RECLAIM]
  long start(KmemCacheCpu c, int gfp, long[] into, int wanted) {
    out = into;
    last = into;
    count = wanted;
    done = 0;
    step = Step.FILL;
    return fill(c, gfp);
  }

  /// @param object what the node's answer came to: an address, or [Cpu#NULL]
  long resume(KmemCacheCpu c, int gfp, long object) {
    if (object == Cpu.NULL) {
      return abandon(c);
    }
    out[done++] = object;
    return fill(c, gfp);
  }

  /// An object that was to be cleared is clear, or gone.
  long cleared(KmemCacheCpu c, int gfp) {
    return step == Step.HAND_OUT ? handOut(c, gfp) : fill(c, gfp);
  }

  /// Some of what it has so far cannot be handed out: it needs others.
  ///
  /// @return what it had of them
  long[] forget(LongPredicate isGone) {
    if (step == Step.IDLE) {
      return NOTHING;
    }
    int had = step == Step.HAND_OUT ? count : done;
    long[] gone = Arrays.stream(out, 0, had).filter(isGone).toArray();
    int kept = 0;
    for (int i = 0; i < had; i++) {
      if (!isGone.test(out[i])) {
        out[kept++] = out[i];
      }
    }
    if (kept < had) {
      step = Step.FILL;
      done = kept;
    }
    return gone;
  }

  /// It is cut short: what it has so far is freed.
  void cut(KmemCacheCpu c) {
    if (step != Step.IDLE) {
      long[] got = Arrays.copyOf(out, step == Step.HAND_OUT ? count : done);
      end();
      operation.freeBulk(c, got);
    }
  }

  /// Frees what the last one came to.
  void drop(KmemCacheCpu c, int objects) {
    operation.freeBulk(c, Arrays.copyOf(last, objects));
  }

  private long fill(KmemCacheCpu c, int gfp) {
    while (done < count) {
      long object = operation.allocOne(c, gfp);
      if (object < 0) {
        return object;
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
      if (operation.handOut(c, out[done++], NodeId.NONE, gfp) == Cpu.WAIT) {
        return Cpu.WAIT;
      }
    }
    end();
    return count;
  }

  private long abandon(KmemCacheCpu c) {
    long[] got = Arrays.copyOf(out, done);
    end();
    operation.freeBulk(c, got);
    return 0;
  }

  private void end() {
    step = Step.IDLE;
    out = NOTHING;
  }
}
