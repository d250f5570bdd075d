package org.numaslab.coordinator.registry;

import java.util.ArrayList;
import java.util.List;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.topology.NodeId;

/// What a member keeps of every cache, so that a registry that starts again can learn it. It
/// believes no description that contradicts what it keeps.
///
/// Owner: the member's shell.
public final class KnownCaches {
  private record Known(CacheRecord cache, long version) {}

  private final List<Known> known = new ArrayList<>();

  public int size() {
    return known.size();
  }

  /// Every cache, by number.
  public List<CacheRecord> all() {
    return known.stream().map(Known::cache).toList();
  }

  /// Takes a cache over, if what is kept of it is not newer.
  ///
  /// @param version of requests that say something of a cache the last one has the greatest
  /// @return why not, for people; empty when it is known now
  public String keep(CacheRecord cache, long version) {
    int number = cache.cache().id().value();
    String refusal = refusal(cache.cache());
    if (number > known.size()) {
      return "%s is told as %s, but only %d are known"
          .formatted(cache.cache().name(), cache.cache().id(), known.size());
    }
    if (!refusal.isEmpty()) {
      return refusal;
    }
    if (number == known.size()) {
      known.add(new Known(cache, version));
    } else if (version > known.get(number).version) {
      known.set(number, new Known(cache, version));
    }
    return "";
  }

  /// Why a description is not believed, for people; empty when it may be so.
  public String refusal(KmemCache told) {
    int number = told.id().value();
    if (number >= known.size()) {
      return "";
    }
    KmemCache before = known.get(number).cache.cache();
    return CacheRecord.isSame(before, told)
        ? ""
        : "%s is told as %s, which is %s with other objects or another name"
            .formatted(told.name(), told.id(), before.name());
  }

  /// What is kept of a cache, as the answer to a request.
  ///
  /// @param number below [#size]
  public MemberReply.Recalled recalled(long request, NodeId by, int number) {
    Known kept = known.get(number);
    return new MemberReply.Recalled(request, by, kept.version, kept.cache);
  }
}
