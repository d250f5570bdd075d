package org.numaslab.node.cache;

import org.jspecify.annotations.Nullable;
import org.numaslab.node.buddy.MemoryState;
import org.numaslab.node.buddy.Watermark;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

/// What the machine cannot decide by itself. Live it is the buddy and seeded streams; where a
/// recording is judged, it is the recording. One instance per node, per cpu and for the registry,
/// so that no state machine knows which mode it is in.
public interface Nature {
  long REFUSED = -1;

  /// The first page frame of a new slab of `1 << order` pages on `node`, or [#REFUSED].
  long page(CacheId cache, NodeId node, int order, int gfp, Watermark mark);

  /// Takes a slab's pages back.
  void giveBack(CacheId cache, long pageFrame, int order);

  /// The node's memory goes off line, or comes back. Nothing to do where a recording tells which
  /// pages there are.
  default void setMemory(MemoryState state) {}

  /// The index of a new slab's first free object. Live: a start drawn over the random sequence,
  /// then the first entry that is below `objects`.
  int firstIndex(KmemCache cache, int objects);

  /// The order in which the free lists of a cache's slabs run, as a permutation of `0 .. objects -
  /// 1`; empty for address order.
  int[] randomSequence(CacheId cache, int objects);

  /// The hardening cookie of a cache's free pointers.
  long cookie(CacheId cache);

  /// Whether allocations may be made to fail; never changes.
  default boolean injectsFaults() {
    return false;
  }

  /// Whether this allocation of an object is made to fail (failslab).
  ///
  /// @param task that allocates; null where a program does that has none
  default boolean failsSlab(KmemCache cache, int gfp, @Nullable Current task) {
    return false;
  }

  /// Whether this allocation of pages is made to fail before any node is asked (fail_page_alloc).
  ///
  /// @param task that allocates; null where a program does that has none
  default boolean failsPages(int order, int gfp, @Nullable Current task) {
    return false;
  }

  /// Whether this allocation may search other nodes' partial lists (the `remote_node_defrag_ratio`
  /// draw).
  boolean searchRemote(KmemCache cache, CpuId cpu);
}
