package org.numaslab.node.cache;

import java.util.Locale;

/// The 26 event counters of SLUB_STATS in Linux 6.1 (`enum stat_item`, include/linux/slub_def.h).
/// The file in sysfs is the name in lower case.
public enum Stat {
  ALLOC_FASTPATH("allocation from the cpu's free list"),
  ALLOC_SLOWPATH("allocation by getting a new cpu slab"),
  FREE_FASTPATH("free to the cpu slab; one per call, also of a bulk"),
  FREE_SLOWPATH("free to another slab; one per run of objects of a slab"),
  FREE_FROZEN("free into a slab that a cpu has frozen"),
  FREE_ADD_PARTIAL("free or drain put a slab on a node's partial list"),
  FREE_REMOVE_PARTIAL("free of the last object took a slab off the partial list"),
  ALLOC_FROM_PARTIAL("cpu slab taken from a node's partial list"),
  ALLOC_SLAB("cpu slab made of new pages"),
  ALLOC_REFILL("cpu slab refilled from the slab's own list"),
  ALLOC_NODE_MISMATCH("cpu slab is not of the node asked for"),
  FREE_SLAB("slab given back to the page allocator"),
  CPUSLAB_FLUSH("cpu slab abandoned"),
  DEACTIVATE_FULL("cpu slab was full when deactivated"),
  DEACTIVATE_EMPTY("slab was empty when deactivated or drained, and given back"),
  DEACTIVATE_TO_HEAD("cpu slab moved to the head of the partial list"),
  DEACTIVATE_TO_TAIL("cpu slab moved to the tail of the partial list"),
  DEACTIVATE_REMOTE_FREES("deactivated slab had objects that others freed"),
  DEACTIVATE_BYPASS("cpu slab was exhausted: implicit deactivation"),
  ORDER_FALLBACK("slab made at the minimum order"),
  CMPXCHG_DOUBLE_CPU_FAIL("the cpu's own exchange was lost to preemption"),
  CMPXCHG_DOUBLE_FAIL("an exchange of the slab word was lost to another cpu"),
  CPU_PARTIAL_ALLOC("cpu slab taken from the cpu's partial list"),
  CPU_PARTIAL_FREE("freed-into full slab put on the cpu's partial list"),
  CPU_PARTIAL_NODE("slab moved from a node's to the cpu's partial list"),
  CPU_PARTIAL_DRAIN("cpu partial list moved to the nodes");

  public static final int COUNT = values().length;

  private final String meaning;

  Stat(String meaning) {
    this.meaning = meaning;
  }

  public String meaning() {
    return meaning;
  }

  /// The name of its file under /sys/kernel/slab.
  public String fileName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
