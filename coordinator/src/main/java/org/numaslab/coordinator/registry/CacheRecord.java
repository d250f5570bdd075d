package org.numaslab.coordinator.registry;

import java.util.Arrays;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.SharedCache;

/// A cache as the registry knows it. Where nodes are in processes of their own each of them keeps
/// one, so that a registry that starts again learns what the last one knew.
///
/// @param shared what it shares with its aliases
public record CacheRecord(KmemCache cache, SharedCache shared, Stage stage) {
  /// How far it is.
  ///
  /// | stage | leaves when |
  /// |---|---|
  /// | EXISTS | its last name is destroyed -> GOING |
  /// | GOING | no node has a slab of it -> GONE; one has objects that live -> STAYS |
  /// | STAYS | never: nobody allocates from it, what lives may be freed |
  /// | GONE | never: its number is not used again |
  public enum Stage {
    EXISTS,
    GOING,
    STAYS,
    GONE
  }

  /// Whether its last name was destroyed.
  public boolean isGoing() {
    return stage != Stage.EXISTS || shared.refcount() <= 0;
  }

  CacheRecord with(KmemCache changed) {
    return new CacheRecord(changed, shared, stage);
  }

  CacheRecord with(SharedCache changed) {
    return new CacheRecord(cache, changed, stage);
  }

  CacheRecord with(Stage next) {
    return new CacheRecord(cache, shared, next);
  }

  /// Whether two descriptions can be of one cache: what cannot be written is the same in both.
  static boolean isSame(KmemCache one, KmemCache other) {
    return one.id().equals(other.id())
        && one.name().equals(other.name())
        && one.hardened() == other.hardened()
        && one.cookie() == other.cookie()
        && one.initOnAlloc() == other.initOnAlloc()
        && Arrays.equals(one.randomSequence(), other.randomSequence())
        && isSame(one.geometry(), other.geometry());
  }

  /// An alias may make objects longer, in the same slots.
  private static boolean isSame(CacheGeometry one, CacheGeometry other) {
    return one.size() == other.size()
        && one.align() == other.align()
        && one.offset() == other.offset()
        && one.redLeftPad() == other.redLeftPad()
        && one.ooOrder() == other.ooOrder()
        && one.minOrder() == other.minOrder()
        && one.flags() == other.flags()
        && one.ctor() == other.ctor();
  }
}
