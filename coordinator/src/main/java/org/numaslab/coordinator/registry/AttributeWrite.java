package org.numaslab.coordinator.registry;

import org.numaslab.cpu.protocol.Errno;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.Stat;

/// What a write to a file of /sys/kernel/slab/CACHE comes to.
public sealed interface AttributeWrite {
  /// Nothing.
  ///
  /// @param allowed what the file takes, for people
  record Refused(Errno error, String allowed) implements AttributeWrite {
    /// What a cache that is gone has instead of files.
    public static final Refused GONE = new Refused(Errno.ENOENT, "files of caches that exist");
  }

  /// The cache has a new description, which everybody must know.
  ///
  /// @param flushes whether the CPUs give back what they hold of the cache
  record Changed(KmemCache cache, boolean flushes) implements AttributeWrite {}

  /// Empty slabs go back, the others are sorted.
  record Shrinks() implements AttributeWrite {}

  /// Each slab is checked.
  record Validates() implements AttributeWrite {}

  /// The CPUs begin to count an event anew.
  record Clears(Stat stat) implements AttributeWrite {}
}
