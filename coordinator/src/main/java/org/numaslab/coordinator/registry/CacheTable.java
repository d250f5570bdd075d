package org.numaslab.coordinator.registry;

import java.util.ArrayList;
import java.util.List;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SharedCache;

/// Every cache that was ever created, by number.
///
/// Owner: the registry.
final class CacheTable {
  private final List<CacheRecord> records = new ArrayList<>();

  /// Of what was learned from members: the number of the request that it was kept for.
  private final List<Long> versions = new ArrayList<>();

  int size() {
    return records.size();
  }

  List<CacheRecord> all() {
    return List.copyOf(records);
  }

  CacheRecord get(CacheId id) {
    return records.get(id.value());
  }

  void add(CacheRecord made) {
    records.add(made);
    versions.add(0L);
  }

  void set(CacheRecord changed) {
    records.set(changed.cache().id().value(), changed);
  }

  void set(KmemCache changed) {
    set(get(changed.id()).with(changed));
  }

  /// The index of the first cache that a request joins, -1 for none.
  int find(CacheRequest request, GeometryOptions boot) {
    return SharedCache.find(records.stream().map(CacheRecord::shared).toList(), request, boot);
  }

  /// Takes over what a member keeps, if that is newer. Caches are learned in the order of their
  /// numbers.
  ///
  /// @return false when it contradicts what is known
  boolean learn(CacheRecord kept, long version) {
    int number = kept.cache().id().value();
    if (number > records.size()) {
      return false;
    }
    if (number == records.size()) {
      records.add(kept);
      versions.add(version);
      return true;
    }
    if (!CacheRecord.isSame(kept.cache(), records.get(number).cache())) {
      return false;
    }
    if (version > versions.get(number)) {
      records.set(number, kept);
      versions.set(number, version);
    }
    return true;
  }
}
