package org.numaslab.coordinator.trace;

/// The kmem events of the kernel (include/trace/events/kmem.h, 4.x to 7.x) that a trace may hold.
public enum EventKind {
  KMEM_CACHE_ALLOC("kmem_cache_alloc", Role.ALLOCATION, false),
  KMEM_CACHE_ALLOC_NODE("kmem_cache_alloc_node", Role.ALLOCATION, false),
  KMALLOC("kmalloc", Role.ALLOCATION, true),
  KMALLOC_NODE("kmalloc_node", Role.ALLOCATION, true),
  KMEM_CACHE_FREE("kmem_cache_free", Role.FREE, false),
  KFREE("kfree", Role.FREE, true),
  MM_PAGE_ALLOC("mm_page_alloc", Role.PAGE, false),
  MM_PAGE_FREE("mm_page_free", Role.PAGE, false),
  MM_PAGE_FREE_BATCHED("mm_page_free_batched", Role.PAGE, false),
  MM_PAGE_ALLOC_ZONE_LOCKED("mm_page_alloc_zone_locked", Role.PAGE, false),
  MM_PAGE_ALLOC_EXTFRAG("mm_page_alloc_extfrag", Role.PAGE, false),
  MM_PAGE_PCPU_DRAIN("mm_page_pcpu_drain", Role.PAGE, false);

  /// What an event means to a replay: page events are recognised and counted, not replayed.
  enum Role {
    ALLOCATION,
    FREE,
    PAGE
  }

  private final String text;
  private final Role role;
  private final boolean kmallocFamily;

  EventKind(String text, Role role, boolean kmallocFamily) {
    this.text = text;
    this.role = role;
    this.kmallocFamily = kmallocFamily;
  }

  /// The event's name in a trace.
  public String text() {
    return text;
  }

  Role role() {
    return role;
  }

  /// Is its cache one of the kmalloc size classes?
  boolean isKmalloc() {
    return kmallocFamily;
  }
}
