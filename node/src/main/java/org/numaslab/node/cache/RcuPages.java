package org.numaslab.node.cache;

import java.util.ArrayDeque;
import java.util.stream.Stream;

/// Pages of a TYPESAFE_BY_RCU cache's discarded slabs: readers may still look at the objects until
/// a grace period has ended that began later.
final class RcuPages {
  /// Takes the pages of one slab.
  interface Release {
    void giveBack(long slab, int order);
  }

  private record Deferred(long slab, int order) {}

  /// For a grace period that has not begun.
  private final ArrayDeque<Deferred> waiting = new ArrayDeque<>();

  /// For the one that runs.
  private final ArrayDeque<Deferred> covered = new ArrayDeque<>();

  void defer(long slab, int order) {
    waiting.add(new Deferred(slab, order));
  }

  /// A grace period begins: it is also for what waits now.
  void begin() {
    covered.addAll(waiting);
    waiting.clear();
  }

  /// It has ended.
  void release(Release to) {
    for (Deferred d = covered.poll(); d != null; d = covered.poll()) {
      to.giveBack(d.slab, d.order);
    }
  }

  int size() {
    return waiting.size() + covered.size();
  }

  long pages() {
    return Stream.concat(waiting.stream(), covered.stream()).mapToLong(d -> 1L << d.order).sum();
  }
}
