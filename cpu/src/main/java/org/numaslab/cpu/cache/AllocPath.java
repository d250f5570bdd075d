package org.numaslab.cpu.cache;

/// The way in which an allocation was served, from the cheapest.
public enum AllocPath {
  FAST("the cpu's free list"),
  REFILL("the current slab's own list"),
  CPU_PARTIAL("the cpu's partial list"),
  NODE_PARTIAL("the node's partial list"),
  REMOTE_PARTIAL("another node's partial list"),
  NEW_SLAB("new pages"),
  ORDER_FALLBACK("new pages of the minimum order"),
  NO_MEMORY("nothing: no memory");

  private final String meaning;

  AllocPath(String meaning) {
    this.meaning = meaning;
  }

  public String meaning() {
    return meaning;
  }
}
