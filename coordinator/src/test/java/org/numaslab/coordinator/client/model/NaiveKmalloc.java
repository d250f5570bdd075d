package org.numaslab.coordinator.client.model;

import org.numaslab.coordinator.client.model.Model.Held;
import org.numaslab.node.buddy.Gfp;

/// Which cache must serve a kmalloc: caches have the numbers of the order in which boot makes them,
/// thirteen sizes for each of four families.
final class NaiveKmalloc {
  private static final int[] SIZES = {
    8, 16, 32, 64, 96, 128, 192, 256, 512, 1024, 2048, 4096, 8192
  };

  private static final long PAGES_MIN = 16384;

  static final int CACHES = 4 * SIZES.length;

  private NaiveKmalloc() {}

  /// @return -1 for pages
  static int cache(long size, int gfp) {
    int family =
        (gfp & Gfp.DMA) != 0
            ? 3
            : (gfp & Gfp.RECLAIMABLE) != 0 ? 2 : (gfp & Gfp.ACCOUNT) != 0 ? 1 : 0;
    for (int i = 0; i < SIZES.length; i++) {
      if (size <= SIZES[i]) {
        return family * SIZES.length + i;
      }
    }
    return -1;
  }

  /// Whether so many bytes may be used of what kmalloc gave. What became smaller keeps its pages.
  static boolean has(Held held, long bytes) {
    return held.cache() >= 0
        ? bytes == SIZES[held.cache() % SIZES.length]
        : bytes >= held.bytes() && bytes >= PAGES_MIN && Long.bitCount(bytes) == 1;
  }

  static String name(Held held) {
    return held.entry() != null
        ? held.entry().request.name()
        : held.cache() < 0 ? "pages" : "kmalloc cache " + held.cache();
  }
}
