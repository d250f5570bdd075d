package org.numaslab.node.cache;

import java.util.ArrayDeque;

/// Pages of a TYPESAFE_BY_RCU cache's discarded slabs: readers may still look at the objects until
/// a grace period has ended.
final class RcuPages {
  /// Takes the pages of one slab.
  interface Release {
    void giveBack(long slab, int order);
  }

  private record Deferred(long slab, int order) {}

  private final ArrayDeque<Deferred> waiting = new ArrayDeque<>();

  void defer(long slab, int order) {
    waiting.add(new Deferred(slab, order));
  }

  void release(Release to) {
    for (Deferred d = waiting.poll(); d != null; d = waiting.poll()) {
      to.giveBack(d.slab, d.order);
    }
  }

  int size() {
    return waiting.size();
  }

  long pages() {
    return waiting.stream().mapToLong(d -> 1L << d.order).sum();
  }
}
