package org.numaslab.node.cache;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/// How long each node's partial list of each cache is, as others may see it: without asking, and
/// possibly a little late. The kernel reads `nr_partial` without its lock in the same places.
///
/// Writers: each node its own column, and where nodes share no memory whoever hears from another
/// one; the registry adds rows. Readers: every cpu.
public final class PartialCounts {
  private static final VarHandle ELEMENT = MethodHandles.arrayElementVarHandle(int[].class);

  private final int nodes;
  private volatile int[][] byCache = {};

  public PartialCounts(int nodes) {
    this.nodes = nodes;
  }

  /// Adds the row of a new cache. For the registry, before any node or cpu hears of the cache.
  public synchronized void add(CacheId cache) {
    int[][] grown = Arrays.copyOf(byCache, Math.max(byCache.length, cache.value() + 1));
    grown[cache.value()] = new int[nodes];
    byCache = grown;
  }

  public int get(CacheId cache, int node) {
    return (int) ELEMENT.getOpaque(byCache[cache.value()], node);
  }

  /// For the node itself, or for what it has said.
  public void set(CacheId cache, int node, int count) {
    ELEMENT.setOpaque(byCache[cache.value()], node, count);
  }
}
