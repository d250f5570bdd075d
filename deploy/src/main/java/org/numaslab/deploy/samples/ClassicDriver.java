package org.numaslab.deploy.samples;

import org.numaslab.cpu.client.Contents;
import org.numaslab.cpu.client.Kthreads;
import org.numaslab.cpu.client.Slab;
import org.numaslab.cpu.client.Task;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.topology.CpuId;

/// A block driver's requests: a cache whose constructor runs once for each object of a new slab, a
/// list through the objects, and what the driver gives back when it is unloaded.
///
/// ```text
/// request   0        8          16      64
///           +--------+----------+-------+
///           | next   | sector   |       |
///           +--------+----------+-------+
/// ```
final class ClassicDriver {
  private static final int NEXT = 0;
  private static final int SECTOR = 8;
  private static final int MAGIC = 16;
  private static final long READY = 0x1ea51e;
  private static final int BYTES = 64;
  private static final int REQUESTS = 1000;
  private static final int BATCH = 64;

  private ClassicDriver() {}

  static void start(Kthreads kthreads) {
    kthreads.run(new CpuId(0), "insmod", ClassicDriver::run);
  }

  private static void run(Task current) {
    Slab slab = current.slab();
    CacheRequest request = new CacheRequest("blk_request", BYTES, 0, SlabFlags.HWCACHE_ALIGN, true);
    KmemCache cache =
        slab.kmemCacheCreate(request, (memory, object) -> memory.store(object + MAGIC, READY));
    if (cache == null) {
      current.print("blk: no cache");
      return;
    }
    queueAndComplete(current, cache);
    inBulk(current, cache);
    slab.kmemCacheDestroy(cache);
    current.print("blk: unloaded");
  }

  /// Objects on a list, each pointing to the one that came before it.
  private static void queueAndComplete(Task current, KmemCache cache) {
    Slab slab = current.slab();
    Contents contents = current.contents();
    long head = Slab.NULL;
    for (int sector = 0; sector < REQUESTS; sector++) {
      long request = slab.kmemCacheAlloc(cache, Gfp.KERNEL);
      if (request == Slab.NULL) {
        break;
      }
      contents.writeLong(request + SECTOR, sector);
      contents.writeLong(request + NEXT, head);
      head = request;
    }
    long sectors = 0;
    for (long request = head; request != Slab.NULL; ) {
      long next = contents.readLong(request + NEXT);
      sectors += contents.readLong(request + SECTOR);
      slab.kmemCacheFree(cache, request);
      request = next;
    }
    current.print("blk: " + REQUESTS + " requests, sum of their sectors " + sectors);
  }

  private static void inBulk(Task current, KmemCache cache) {
    Slab slab = current.slab();
    long[] batch = new long[BATCH];
    int got = slab.kmemCacheAllocBulk(cache, Gfp.KERNEL, BATCH, batch);
    slab.kmemCacheFreeBulk(cache, got, batch);
    current.print("blk: " + got + " requests in one call");
  }
}
