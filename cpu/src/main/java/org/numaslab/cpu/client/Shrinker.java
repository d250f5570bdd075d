package org.numaslab.cpu.client;

import java.util.concurrent.atomic.AtomicLongArray;
import org.numaslab.node.slab.EmulatedOops;
import org.numaslab.node.topology.NodeId;

/// A cache of things that can be had again, which gives memory back when there is none (`struct
/// shrinker` of include/linux/shrinker.h, v6.1).
///
/// | state | leaves when |
/// |---|---|
/// | unregistered | [#register] -> registered |
/// | registered | reclaim counts and scans it; [#unregister] -> unregistered, once nobody reclaims |
///
/// Reclaim comes with priorities from 12 down to 0. At each it asks for `count >> priority`
/// objects, times 4, divided by `seeks` (half of all for `seeks` 0), in portions of `batch`; what
/// is too little for a portion is deferred, for each node apart with [#NUMA_AWARE]. The methods run
/// in the task that reclaims, and may free and, at the reserves' cost, allocate. A shrinker decides
/// by itself what it can do without FS in `gfp`.
///
/// For all tasks of the machine. Models `register_shrinker`, `unregister_shrinker` and
/// `do_shrink_slab` of mm/vmscan.c, v6.1.
public abstract class Shrinker {
  /// From [#countObjects]: there is nothing, and never mind.
  public static final long SHRINK_EMPTY = -2;

  /// From [#scanObjects]: no progress can be made now.
  public static final long SHRINK_STOP = -1;

  /// What an object costs to have again, in disk seeks, where nothing else is known.
  public static final int DEFAULT_SEEKS = 2;

  /// Objects per portion where nothing else is known (`SHRINK_BATCH`).
  public static final long SHRINK_BATCH = 128;

  /// Its objects of each node are counted apart (`SHRINKER_NUMA_AWARE`).
  public static final int NUMA_AWARE = 1 << 1;

  private final int seeks;
  private final long batch;
  private final int flags;
  private AtomicLongArray deferred = new AtomicLongArray(0);
  private boolean isRegistered;

  /// @param seeks what an object costs to have again, at least 0
  /// @param batch objects per portion; 0 for [#SHRINK_BATCH]
  /// @param flags 0 or [#NUMA_AWARE]
  protected Shrinker(int seeks, long batch, int flags) {
    if (seeks < 0 || batch < 0 || (flags & ~NUMA_AWARE) != 0) {
      throw new IllegalArgumentException(
          "shrinker: got seeks %d, batch %d, flags 0x%x, allowed: seeks and batch from 0 on, flags 0 or 0x%x"
              .formatted(seeks, batch, flags, NUMA_AWARE));
    }
    this.seeks = seeks;
    this.batch = batch == 0 ? SHRINK_BATCH : batch;
    this.flags = flags;
  }

  /// How many objects could be freed (`count_objects`).
  ///
  /// @return 0 for none, or when that cannot be told now; or [#SHRINK_EMPTY]
  public abstract long countObjects(Task current, ShrinkControl control);

  /// Looks at up to [ShrinkControl#nrToScan] objects and frees what can be freed (`scan_objects`).
  ///
  /// @return how many were freed, or [#SHRINK_STOP]; as with [#countObjects] the allocation that
  ///   reclaims throws for any other number
  public abstract long scanObjects(Task current, ShrinkControl control);

  /// From now on reclaim asks it (`register_shrinker`).
  ///
  /// @throws EmulatedOops when it is registered already: the kernel's list would be corrupt
  public final void register(Task current) {
    synchronized (this) {
      if (isRegistered) {
        throw new EmulatedOops(
            "kernel BUG at lib/list_debug.c: list_add double add: a shrinker is registered twice");
      }
      isRegistered = true;
      deferred = new AtomicLongArray(current.kthreads().topology().nodeCount());
    }
    current.kthreads().shrinkers().add(this);
  }

  /// From now on reclaim does not ask it any more, and no task is in it (`unregister_shrinker`).
  /// Nothing for one that is not registered. Sleeps; a shrinker that unregisters itself while it is
  /// asked sleeps for ever.
  public final void unregister(Task current) {
    synchronized (this) {
      if (!isRegistered) {
        return;
      }
      isRegistered = false;
    }
    current.kthreads().shrinkers().remove(current, this);
  }

  /// Objects that were left for a later time (`nr_deferred`).
  ///
  /// @param node counts with [#NUMA_AWARE] only
  public final long nrDeferred(NodeId node) {
    return deferred.length() == 0 ? 0 : deferred.get(place(node));
  }

  private int place(NodeId node) {
    return (flags & NUMA_AWARE) != 0 ? node.value() : 0;
  }

  /// Asks for objects of a node (`do_shrink_slab`).
  ///
  /// @param priority 12, a little of all, to 0, all
  final void shrink(Task current, int gfp, NodeId node, int priority) {
    ShrinkControl control = new ShrinkControl(gfp, node);
    long freeable = countObjects(current, control);
    if (freeable == 0 || freeable == SHRINK_EMPTY) {
      return;
    }
    require("count_objects", freeable, "SHRINK_EMPTY", freeable > 0);
    long left = deferred.getAndSet(place(node), 0);
    long delta = seeks == 0 ? freeable / 2 : (freeable >> priority) * 4 / seeks;
    long toScan = Math.min((left >> priority) + delta, 2 * freeable);
    long scanned = 0;
    while (toScan >= batch || toScan >= freeable) {
      control.nrToScan = Math.min(batch, toScan);
      control.nrScanned = control.nrToScan;
      long freed = scanObjects(current, control);
      if (freed == SHRINK_STOP) {
        break;
      }
      require("scan_objects", freed, "SHRINK_STOP", freed >= 0);
      toScan -= control.nrScanned;
      scanned += control.nrScanned;
      current.yieldIfPreemptible();
    }
    deferred.getAndAdd(place(node), Math.clamp(left + delta - scanned, 0, 2 * freeable));
  }

  private static void require(String method, long got, String besides, boolean holds) {
    if (!holds) {
      throw new IllegalStateException(
          "shrinker: %s gave %d, allowed: from 0 on, %s".formatted(method, got, besides));
    }
  }
}
