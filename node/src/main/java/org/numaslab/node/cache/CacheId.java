package org.numaslab.node.cache;

/// The number of a cache on its machine, from 0, in order of creation; never used again.
public record CacheId(int value) {
  /// No cache: pages that are handed out as they are.
  public static final CacheId NONE = new CacheId(-1);

  @Override
  public String toString() {
    return "cache " + value;
  }
}
