package org.numaslab.node.protocol;

import org.numaslab.node.cache.AddressInfo;
import org.numaslab.node.cache.CacheId;

/// What a node answers to a cpu.
///
/// `counts` are pairs of [org.numaslab.node.cache.Stat] ordinal and number: what the node did for
/// the cpu counts on the cpu.
public sealed interface NodeReply {
  long request();

  /// Slabs for TakePartial and NewSlab; the first is to be current.
  record Granted(long request, SlabGrant[] slabs, int[] counts) implements NodeReply {}

  /// One object of a cache with debug flags, for TakePartial and NewSlab: it has no cpu slabs.
  record Handed(long request, long object, int[] counts) implements NodeReply {}

  /// Nothing on the partial list, or no page of that order.
  record Refused(long request, int[] counts) implements NodeReply {}

  /// What others freed into a lent slab, in list order. Empty: the slab was full, and the loan is
  /// closed.
  record Activated(long request, int[] indexes, int[] counts) implements NodeReply {}

  /// Deactivate, Unfreeze, Free or Zero took effect.
  record Applied(long request, Outcome[] outcomes) implements NodeReply {}

  /// Pages for TakePages: the first frame.
  record TookPages(long request, long frame) implements NodeReply {}

  /// What lies at the address that Find asks about.
  record Found(long request, AddressInfo info) implements NodeReply {}

  /// What Count asks for.
  ///
  /// @param objects in its slabs
  /// @param free objects of the slabs on the partial list that are free (`count_free`)
  record Counted(long request, long slabs, long objects, long free) implements NodeReply {}

  /// What Load asks for.
  record Loaded(long request, byte[] bytes) implements NodeReply {}

  /// Load, Store or Fill would have left the object or block in which it begins. Nothing happened.
  record OutOfBounds(long request, AddressInfo info) implements NodeReply {}

  /// The home of what the request is about is gone or cannot be reached: Zero, Find, Count, Load,
  /// Store or Fill has not happened, as far as the cpu will ever know.
  record Gone(long request) implements NodeReply {}

  /// What it did to one cache.
  ///
  /// @param frozen full slabs that were freed into: they are the freeing cpu's now, for its partial
  ///   list, first freed first
  record Outcome(CacheId cache, int[] counts, SlabGrant[] frozen) {}
}
