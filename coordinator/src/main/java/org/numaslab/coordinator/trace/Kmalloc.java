package org.numaslab.coordinator.trace;

import org.numaslab.node.buddy.Gfp;

/// Which kmalloc cache serves a request. Models `kmalloc_slab`, `kmalloc_type` and their table of
/// mm/slab_common.c, v6.1.
final class Kmalloc {
  /// Larger requests are pages, no slab (KMALLOC_MAX_CACHE_SIZE with 4 KiB pages).
  static final int SLAB_MAX = 8192;

  private Kmalloc() {}

  /// The size of the smallest class for a request of 1..8192 bytes.
  static int sizeClass(int bytes) {
    if (bytes > 64 && bytes <= 96) {
      return 96;
    }
    if (bytes > 128 && bytes <= 192) {
      return 192;
    }
    return bytes <= 8 ? 8 : Integer.highestOneBit(bytes - 1) << 1;
  }

  static boolean isSizeClass(int bytes) {
    return bytes >= 1 && bytes <= SLAB_MAX && sizeClass(bytes) == bytes;
  }

  /// `kmalloc-cg-1k` of (GFP_KERNEL_ACCOUNT, 1024).
  static String name(int gfp, int sizeClass) {
    return family(gfp) + sizeText(sizeClass);
  }

  static String plainName(int sizeClass) {
    return "kmalloc-" + sizeText(sizeClass);
  }

  static boolean isName(String cache) {
    return cache.startsWith("kmalloc-") || cache.startsWith("dma-kmalloc-");
  }

  private static String family(int gfp) {
    if ((gfp & Gfp.DMA) != 0) {
      return "dma-kmalloc-";
    }
    if ((gfp & Gfp.RECLAIMABLE) != 0) {
      return "kmalloc-rcl-";
    }
    return (gfp & Gfp.ACCOUNT) != 0 ? "kmalloc-cg-" : "kmalloc-";
  }

  private static String sizeText(int sizeClass) {
    return sizeClass >= 1024 ? sizeClass / 1024 + "k" : Integer.toString(sizeClass);
  }
}
