package org.numaslab.coordinator.trace;

/// How the cache of an allocation was found; the earlier, the surer.
public enum NamedBy {
  EVENT("the allocation names it (6.15 and later)"),
  FREE("the object's free names it"),
  KMALLOC("kmalloc's size class and gfp family"),
  CALL_SITE("its call site allocates from that cache elsewhere"),
  SIZES("the only cache with these sizes"),
  MADE_UP("unknown: a cache of its own, named after its sizes");

  private final String meaning;

  NamedBy(String meaning) {
    this.meaning = meaning;
  }

  public String meaning() {
    return meaning;
  }
}
