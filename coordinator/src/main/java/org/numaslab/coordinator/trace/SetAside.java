package org.numaslab.coordinator.trace;

/// Why an event of a trace is not replayed. Bulk functions and RCU batches of the kernel emit no
/// events, so some of each is normal.
public enum SetAside {
  FREE_NEVER_SEEN("free of a pointer never seen allocated"),
  FREE_FREED_ALREADY("free of a pointer freed already"),
  FREE_OF_NULL("free of null"),
  ALLOC_FAILED("allocation that failed"),
  LARGE_KMALLOC("kmalloc beyond 8 KiB: pages, no slab"),
  LARGE_KMALLOC_FREE("free of a kmalloc beyond 8 KiB"),
  FILTERED("outside the filter");

  private final String meaning;

  SetAside(String meaning) {
    this.meaning = meaning;
  }

  public String meaning() {
    return meaning;
  }
}
