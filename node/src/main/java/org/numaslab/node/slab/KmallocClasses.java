package org.numaslab.node.slab;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.topology.BadInput;

/// kmalloc's size classes and families: which cache, or how many pages, serves a request.
///
/// | family    | gfp                              | names           | flags of its caches |
/// |-----------|----------------------------------|-----------------|---------------------|
/// | `NORMAL`  | none of the others               | `kmalloc-N`     | -                   |
/// | `CGROUP`  | ACCOUNT                          | `kmalloc-cg-N`  | ACCOUNT             |
/// | `RECLAIM` | RECLAIMABLE                      | `kmalloc-rcl-N` | RECLAIM_ACCOUNT     |
/// | `DMA`     | DMA, whatever else               | `dma-kmalloc-N` | CACHE_DMA           |
///
/// Models `kmalloc_slab`, `kmalloc_type` and `create_kmalloc_caches` of mm/slab_common.c, v6.1,
/// with memory groups and a DMA zone.
public final class KmallocClasses {
  /// The address that a request for nothing gets.
  public static final long ZERO_SIZE_PTR = 16;

  /// The largest size that comes from a cache; more is taken as whole pages.
  public static final int CACHE_SIZE_MAX = 8192;

  /// The largest request.
  public static final int SIZE_MAX = CacheRequest.OBJECT_SIZE_MAX;

  private static final int[] SIZES = {
    8, 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096, 8192
  };

  /// In the order of their creation.
  public enum Family {
    NORMAL("kmalloc-", 0),
    CGROUP("kmalloc-cg-", SlabFlags.ACCOUNT),
    RECLAIM("kmalloc-rcl-", SlabFlags.RECLAIM_ACCOUNT),
    DMA("dma-kmalloc-", SlabFlags.CACHE_DMA);

    private final String prefix;
    private final int flags;

    Family(String prefix, int flags) {
      this.prefix = prefix;
      this.flags = flags;
    }

    /// The family that serves requests with these [Gfp] bits.
    public static Family of(int gfp) {
      if ((gfp & Gfp.DMA) != 0) {
        return DMA;
      }
      if ((gfp & Gfp.RECLAIMABLE) != 0) {
        return RECLAIM;
      }
      return (gfp & Gfp.ACCOUNT) != 0 ? CGROUP : NORMAL;
    }
  }

  private KmallocClasses() {}

  /// The class sizes, ascending.
  public static List<Integer> sizes() {
    return Arrays.stream(SIZES).boxed().toList();
  }

  /// Does a cache serve this size? Not 0, and not more than [#CACHE_SIZE_MAX].
  public static boolean fromCache(long size) {
    return size > 0 && size <= CACHE_SIZE_MAX;
  }

  /// The class that serves `size`: the smallest that holds it.
  public static int classSize(int size) {
    for (int candidate : SIZES) {
      if (size > 0 && size <= candidate) {
        return candidate;
      }
    }
    throw new BadInput(
        "kmalloc: got %d bytes, allowed: 1..%d from a cache".formatted(size, CACHE_SIZE_MAX));
  }

  /// The name of the cache that serves `size` bytes for a request with these [Gfp] bits.
  public static String name(int size, int gfp) {
    return name(classSize(size), Family.of(gfp));
  }

  private static String name(int classSize, Family family) {
    return family.prefix + (classSize < 1024 ? classSize : classSize / 1024 + "k");
  }

  /// The order of the pages that serve a `size` too large for a cache.
  public static int pageOrder(long size) {
    if (size <= CACHE_SIZE_MAX || size > SIZE_MAX) {
      throw new BadInput(
          "kmalloc: got %d bytes, allowed: %d..%d as pages"
              .formatted(size, CACHE_SIZE_MAX + 1, SIZE_MAX));
    }
    return SlabOrder.orderFor(size);
  }

  /// What boot asks for: every cache of every family, in the order of creation.
  public static List<CacheRequest> boot() {
    List<CacheRequest> requests = new ArrayList<>();
    for (Family family : Family.values()) {
      for (int size : SIZES) {
        requests.add(request(size, family));
      }
    }
    return requests;
  }

  private static CacheRequest request(int size, Family family) {
    // Powers of two lie on multiples of themselves; 96 and 192 take what comes.
    int align = Integer.bitCount(size) == 1 ? size : SlotLayout.WORD;
    return new CacheRequest(
        name(size, family), size, align, family.flags | SlabFlags.KMALLOC, false, size);
  }
}
