package org.numaslab.coordinator.registry;

/// What the registry asks of the process that has a node. Each is answered by one [MemberReply]
/// with the same number.
public sealed interface MemberProtocol {
  long request();

  /// Say how it stands. Answered by [MemberReply.Introduced].
  record Introduce(long request) implements MemberProtocol {}

  /// Say what is kept of the cache with this number. Answered by [MemberReply.Recalled].
  ///
  /// @param cache below the count that it has introduced itself with
  record Recall(long request, int cache) implements MemberProtocol {}

  /// Keep this, if what is kept of the cache is not newer. The request's number is its version:
  /// they grow, also from one life of the registry to the next. Answered by [MemberReply.Kept].
  record Keep(long request, CacheRecord cache) implements MemberProtocol {}

  /// All that exists has been told: the member may serve others, and its tasks may run. Answered by
  /// [MemberReply.Begun].
  record Begin(long request) implements MemberProtocol {}
}
