package org.numaslab.coordinator.trace;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.topologies.KernelDirectory;

/// What a kernel directory knows of the caches of the traced machine, as far as naming needs it.
public final class KnownCaches {
  /// No kernel directory: caches are made from their events.
  public static final KnownCaches NONE = new KnownCaches(List.of(), Map.of());

  /// One real cache.
  ///
  /// @param name as its kernel's slabinfo and its kmem_cache_free events have it
  public record Known(String name, int objectSizeBytes, int slabSizeBytes) {}

  private final List<Known> caches;
  private final Map<String, Known> byName = new HashMap<>();

  /// @param aliases other names of these caches (merged caches, sysfs directories), to the real
  ///   name; names that lead nowhere are ignored
  public KnownCaches(List<Known> caches, Map<String, String> aliases) {
    this.caches = List.copyOf(caches);
    caches.forEach(cache -> byName.putIfAbsent(cache.name(), cache));
    aliases.forEach((alias, name) -> {
      Known real = byName.get(name);
      if (real != null) {
        byName.putIfAbsent(alias, real);
      }
    });
  }

  /// The caches of a kernel directory, under the names of whoever created them.
  public static KnownCaches of(KernelDirectory kernel) {
    return new KnownCaches(
        kernel.caches().stream()
            .map(cache -> new Known(cache.name(), cache.objectSize(), cache.slabSize()))
            .toList(),
        kernel.aliases());
  }

  public List<Known> caches() {
    return caches;
  }

  /// The real cache behind a name or alias.
  public @Nullable Known find(String name) {
    return byName.get(name);
  }

  public boolean isEmpty() {
    return caches.isEmpty();
  }
}
