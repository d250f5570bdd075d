package org.numaslab.cpu.client;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.numaslab.cpu.client.Mempool.Backend;
import org.numaslab.cpu.protocol.Errno;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.memory.ObjectAddress;
import org.numaslab.node.slab.EmulatedOops;

/// Pools of elements of which some are always there, as a task uses them: the `mempool_*` functions
/// of include/linux/mempool.h and mm/mempool.c, v6.1.
///
/// On a machine that was booted with debugging of all caches (`slub_debug`, as CONFIG_SLUB_DEBUG_ON
/// does) elements in the reserve are poisoned, 0x6b with 0xa5 at the end, and looked at when they
/// are taken out; then they are filled with 0x5a. Not so those of a pool with functions of its own.
///
/// Departures: who waits for an element does not look again every five seconds by itself, as there
/// is no clock. The pool and its array take their memory from kmalloc, but are kept in [Mempool].
/// What happens to a pool that was destroyed is told as a NULL dereference.
///
/// Owner: the task.
public final class Mempools {
  /// `sizeof(mempool_t)`.
  private static final int POOL_BYTES = 72;

  private static final byte POISON_FREE = 0x6b;
  private static final byte POISON_END = (byte) 0xa5;
  private static final byte POISON_INUSE = 0x5a;

  /// BITS_PER_LONG / 8: so many bytes around a changed one are printed.
  private static final int AROUND = 8;

  private final Task current;

  Mempools(Task current) {
    this.current = current;
  }

  // ---- create and destroy

  /// Makes a pool of objects of a cache (`mempool_create_slab_pool`).
  ///
  /// @param minNr elements of the reserve; all are taken now
  /// @return null when there is no memory: then nothing is taken
  public @Nullable Mempool mempoolCreateSlabPool(int minNr, KmemCache cache) {
    return create(
        minNr,
        new Backend(
            (task, gfp) -> task.slab().kmemCacheAlloc(cache, gfp),
            (task, element) -> task.slab().kmemCacheFree(cache, element),
            (task, element) -> task.slab().kmemCacheSize(cache)));
  }

  /// Makes a pool of memory of kmalloc (`mempool_create_kmalloc_pool`).
  ///
  /// @param size of an element, in bytes
  public @Nullable Mempool mempoolCreateKmallocPool(int minNr, long size) {
    return create(
        minNr,
        new Backend(
            (task, gfp) -> task.kmalloc().kmalloc(size, gfp),
            (task, element) -> task.kmalloc().kfree(element),
            (task, element) -> task.kmalloc().ksize(element)));
  }

  /// Makes a pool of blocks of pages (`mempool_create_page_pool`).
  ///
  /// @param order of a block
  public @Nullable Mempool mempoolCreatePagePool(int minNr, int order) {
    return create(
        minNr,
        new Backend(
            (task, gfp) -> task.pages().getFreePages(gfp, order),
            (task, element) -> task.pages().freePages(element, order),
            (task, element) -> Pages.bytes(order)));
  }

  /// Makes a pool with functions of one's own (`mempool_create`).
  public @Nullable Mempool mempoolCreate(int minNr, Mempool.Alloc alloc, Mempool.Free free) {
    return create(minNr, new Backend(alloc, free, null));
  }

  private @Nullable Mempool create(int minNr, Backend backend) {
    Kmalloc heap = current.kmalloc();
    long header = heap.kzalloc(POOL_BYTES, Gfp.KERNEL);
    if (header == Slab.NULL) {
      return null;
    }
    long array = heap.kmallocArray(minNr, Long.BYTES, Gfp.KERNEL);
    if (array == Slab.NULL) {
      heap.kfree(header);
      return null;
    }
    Mempool pool = new Mempool(header, array, minNr, backend);
    if (!fill(pool)) {
      mempoolDestroy(pool);
      return null;
    }
    return pool;
  }

  /// @return whether the reserve is full
  private boolean fill(Mempool pool) {
    while (pool.hasRoom()) {
      long element = pool.backend.alloc().alloc(current, Gfp.KERNEL);
      if (element == Slab.NULL) {
        return false;
      }
      if (!add(pool, element)) {
        pool.backend.free().free(current, element);
      }
    }
    return true;
  }

  /// Gives the reserve and the pool back (`mempool_destroy`). Elements that are out are not waited
  /// for, and may not come back to it: a slab pool's cache will say so when it is destroyed.
  ///
  /// @param pool null is allowed, and nothing
  public void mempoolDestroy(@Nullable Mempool pool) {
    if (pool == null) {
      return;
    }
    pool.requireAlive();
    for (long element = remove(pool, 0); element != Slab.NULL; element = remove(pool, 0)) {
      pool.backend.free().free(current, element);
    }
    current.kmalloc().kfree(pool.destroy());
    current.kmalloc().kfree(pool.header);
  }

  /// Changes how many elements are always there (`mempool_resize`). Sleeps. May be called while the
  /// pool is in use.
  ///
  /// @param newMinNr 1 or more
  /// @return 0, also when the larger reserve could not be filled: who frees fills it; -ENOMEM
  public int mempoolResize(Mempool pool, int newMinNr) {
    if (newMinNr <= 0) {
      throw new EmulatedOops("kernel BUG at mm/mempool.c: mempool_resize to " + newMinNr);
    }
    pool.requireAlive();
    current.mightSleep("mm/mempool.c");
    if (newMinNr <= pool.minNr()) {
      do {
        for (long e = remove(pool, newMinNr); e != Slab.NULL; e = remove(pool, newMinNr)) {
          pool.backend.free().free(current, e);
        }
      } while (!pool.shrink(newMinNr));
      return 0;
    }
    Kmalloc heap = current.kmalloc();
    long array = heap.kmallocArray(newMinNr, Long.BYTES, Gfp.KERNEL);
    if (array == Slab.NULL) {
      return -Errno.ENOMEM.number();
    }
    heap.kfree(pool.grow(newMinNr, array));
    fill(pool);
    return 0;
  }

  // ---- elements

  /// Takes an element (`mempool_alloc`): from memory, first without direct reclaim and IO, else
  /// from the reserve, else from memory with all that `gfp` allows, never from the kernel's own
  /// reserves (`__GFP_NOMEMALLOC`). When all fails it sleeps until an element comes back to the
  /// reserve, and begins again.
  ///
  /// @param gfp bits of [Gfp]; with DIRECT_RECLAIM it never fails. What the reserve gives is not
  ///   cleared for ZERO
  /// @return its address; NULL only without DIRECT_RECLAIM
  public long mempoolAlloc(Mempool pool, int gfp) {
    pool.requireAlive();
    if ((gfp & Gfp.DIRECT_RECLAIM) != 0) {
      current.mightSleep("include/linux/sched/mm.h");
    }
    int all = gfp | Gfp.NOMEMALLOC | Gfp.NORETRY | Gfp.NOWARN;
    int now = all & ~(Gfp.DIRECT_RECLAIM | Gfp.IO);
    while (true) {
      int seen = pool.returns();
      long element = pool.backend.alloc().alloc(current, now);
      if (element == Slab.NULL) {
        element = remove(pool, 0);
      }
      if (element != Slab.NULL) {
        return element;
      }
      if (now != all) {
        now = all;
      } else if ((all & Gfp.DIRECT_RECLAIM) == 0) {
        return Slab.NULL;
      } else {
        pool.wait.waitEvent(current, () -> pool.returns() != seen);
      }
    }
  }

  /// Gives an element back: to the reserve while that is not full, else to memory (`mempool_free`).
  ///
  /// @param element that [#mempoolAlloc] gave; NULL is nothing
  public void mempoolFree(long element, Mempool pool) {
    if (element == Slab.NULL) {
      return;
    }
    pool.requireAlive();
    if (pool.hasRoom() && add(pool, element)) {
      pool.wait.wakeUp();
    } else {
      pool.backend.free().free(current, element);
    }
  }

  // ---- the reserve

  private boolean add(Mempool pool, long element) {
    long bytes = debuggedBytes(pool, element);
    if (bytes > 0) {
      current.contents().fill(element, bytes - 1, POISON_FREE);
      current.contents().fill(element + bytes - 1, 1, POISON_END);
    }
    return pool.add(element);
  }

  private long remove(Mempool pool, int keep) {
    long element = pool.remove(keep);
    long bytes = element == Slab.NULL ? 0 : debuggedBytes(pool, element);
    if (bytes > 0) {
      check(pool, element, (int) bytes);
    }
    return element;
  }

  private long debuggedBytes(Mempool pool, long element) {
    var debugged = pool.backend.debugged();
    return debugged == null || !current.kthreads().kmalloc().isDebugOn()
        ? 0
        : debugged.applyAsLong(current, element);
  }

  private void check(Mempool pool, long element, int bytes) {
    byte[] expected = new byte[bytes];
    Arrays.fill(expected, POISON_FREE);
    expected[bytes - 1] = POISON_END;
    byte[] found = current.contents().read(element, bytes);
    int different = Arrays.mismatch(expected, found);
    if (different < 0) {
      current.contents().fill(element, bytes, POISON_INUSE);
    } else {
      reportMismatch(pool, element, found, different);
    }
  }

  /// `poison_error`.
  private void reportMismatch(Mempool pool, long element, byte[] found, int at) {
    int start = Math.max(at - AROUND, 0);
    int end = Math.min(at + AROUND, found.length);
    StringBuilder bytes = new StringBuilder();
    for (int i = start; i < end; i++) {
      bytes.append("%x ".formatted(found[i]));
    }
    current.print("BUG: mempool element poison mismatch");
    current.print("Mempool %s size %d".formatted(ObjectAddress.print(pool.header), found.length));
    current.print(
        " nr=%d @ %s: %s0x%s%s"
            .formatted(
                pool.currNr(),
                ObjectAddress.print(element),
                start > 0 ? "... " : "",
                bytes,
                end < found.length ? "..." : ""));
  }
}
