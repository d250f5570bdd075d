package org.numaslab.node.cache;

/// The number of a cache on its machine, from 0, in order of creation; never used again.
public record CacheId(int value) {
  @Override
  public String toString() {
    return "cache " + value;
  }
}
