package org.numaslab.cpu.protocol;

import org.numaslab.node.cache.KmemCache;

/// What the registry answers to a task.
public sealed interface TaskReply {
  long request();

  /// It is done, and everybody concerned has confirmed it.
  record Done(long request) implements TaskReply {}

  /// Nothing has changed.
  ///
  /// @param why for people
  record Refused(long request, Errno error, String why) implements TaskReply {}

  /// What the kernel's function returned.
  ///
  /// @param value 0, 1 where nothing had to be changed, or a negative [Errno]
  record Returned(long request, int value) implements TaskReply {}

  /// The cache that was made or joined.
  record Created(long request, KmemCache cache) implements TaskReply {}

  /// @param slabsLeft whether the cache still has slabs
  record Shrunk(long request, boolean slabsLeft) implements TaskReply {}
}
