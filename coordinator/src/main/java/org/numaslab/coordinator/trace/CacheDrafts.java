package org.numaslab.coordinator.trace;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.numaslab.node.topology.BadInput;

/// The caches of a trace while its slots are being named: one per name and slab size.
final class CacheDrafts {
  /// Bound: a cache is a short in an operation; the largest machines have some thousand.
  static final int CACHES_MAX = Short.MAX_VALUE;

  /// The bits of a slot's cache that number the draft.
  static final int NUMBER_MASK = 0xffffff;

  private static final class Draft {
    final String name;
    final int slabSizeBytes;
    int objectSizeBytes;
    NamedBy namedBy;
    long allocations;

    Draft(String name, int slabSizeBytes, int objectSizeBytes, NamedBy namedBy) {
      this.name = name;
      this.slabSizeBytes = slabSizeBytes;
      this.objectSizeBytes = objectSizeBytes;
      this.namedBy = namedBy;
    }
  }

  private record Key(String name, int slabSizeBytes) {}

  private final KnownCaches known;
  private final List<Draft> drafts = new ArrayList<>();
  private final Map<Key, Integer> numbers = new HashMap<>();

  CacheDrafts(KnownCaches known) {
    this.known = known;
  }

  int number(String name, int slabSizeBytes, int objectSizeBytes, NamedBy namedBy) {
    Integer existing = numbers.putIfAbsent(new Key(name, slabSizeBytes), drafts.size());
    if (existing == null) {
      if (drafts.size() == CACHES_MAX) {
        throw new BadInput(
            "trace: got more than " + CACHES_MAX + " different caches, allowed: up to that");
      }
      drafts.add(new Draft(name, slabSizeBytes, objectSizeBytes, namedBy));
      return drafts.size() - 1;
    }
    Draft draft = drafts.get(existing);
    draft.objectSizeBytes = Math.max(draft.objectSizeBytes, objectSizeBytes);
    draft.namedBy = namedBy.compareTo(draft.namedBy) < 0 ? namedBy : draft.namedBy;
    return existing;
  }

  /// So many slots more of this cache.
  void count(int number, int slots) {
    drafts.get(number).allocations += slots;
  }

  /// The name under which frees would speak of this cache.
  String baseName(int number) {
    return drafts.get(number).name;
  }

  /// By name the number of the cache that frees of this name speak of.
  Map<String, Integer> owners() {
    Map<String, Integer> owners = new HashMap<>();
    for (int number = 0; number < drafts.size(); number++) {
      owners.merge(
          drafts.get(number).name,
          number,
          (a, b) -> owner(drafts.get(a), drafts.get(b)) == drafts.get(a) ? a : b);
    }
    return owners;
  }

  /// By number. Of several with one name the one of the kernel directory keeps it, else the one
  /// with most allocations; the others get their slab size added.
  List<TraceCache> caches() {
    Map<String, Integer> owners = owners();
    Set<String> taken = new HashSet<>(owners.keySet());
    List<TraceCache> caches = new ArrayList<>();
    for (int number = 0; number < drafts.size(); number++) {
      Draft draft = drafts.get(number);
      String name = draft.name;
      if (!Integer.valueOf(number).equals(owners.get(name))) {
        name += "-" + draft.slabSizeBytes;
        while (!taken.add(name)) {
          name += "+";
        }
      }
      boolean inDirectory = isKnown(draft);
      KnownCaches.Known real = known.find(draft.name);
      int objectSize = inDirectory && real != null ? real.objectSizeBytes() : draft.objectSizeBytes;
      caches.add(new TraceCache(name, objectSize, draft.slabSizeBytes, draft.namedBy, inDirectory));
    }
    return caches;
  }

  private Draft owner(Draft a, Draft b) {
    if (isKnown(a) != isKnown(b)) {
      return isKnown(a) ? a : b;
    }
    return b.allocations > a.allocations ? b : a;
  }

  private boolean isKnown(Draft draft) {
    KnownCaches.Known real = known.find(draft.name);
    return real != null && real.slabSizeBytes() == draft.slabSizeBytes;
  }
}
