package org.numaslab.coordinator.conform;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.topologies.KernelDirectory;
import org.numaslab.coordinator.topologies.RecordedCache;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SharedCache;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.topology.BadInput;

/// The caches of a kernel while those of a table are created in it, one by one, and kept.
///
/// Two things about a cache that was there before are seen by nobody from outside: whether its
/// creator asked for PANIC, and, where others with larger objects have joined it, the size of its
/// creator's own objects, which the place of the free pointer comes from. Both are taken from the
/// first row that joins it; the rows that follow are compared with that.
final class CreatedCaches {
  private final GeometryOptions boot;
  private final List<SharedCache> oldestFirst = new ArrayList<>();
  private final BitSet seenOnlyFromOutside = new BitSet();

  /// @param before the kernel's folder, recorded before the table was; null if nobody has it
  CreatedCaches(@Nullable KernelDirectory before, GeometryOptions boot) {
    this.boot = boot;
    if (before == null) {
      return;
    }
    Map<String, List<String>> links = linksOf(before);
    for (RecordedCache cache : before.caches()) {
      seenOnlyFromOutside.set(oldestFirst.size());
      oldestFirst.add(
          new SharedCache(
              cache.name(),
              cache.directory(),
              geometry(before, cache),
              cache.mergeable(),
              1 + cache.aliases(),
              links.getOrDefault(cache.directory(), List.of())));
    }
  }

  private CacheGeometry geometry(KernelDirectory before, RecordedCache cache) {
    try {
      return CacheGeometry.of(cache.request(), boot);
    } catch (BadInput refused) {
      throw new BadInput(before.folder() + ": " + refused.getMessage(), refused);
    }
  }

  private static Map<String, List<String>> linksOf(KernelDirectory kernel) {
    Map<String, List<String>> links = new LinkedHashMap<>();
    kernel
        .links()
        .forEach((name, directory) ->
            links.computeIfAbsent(directory, d -> new ArrayList<>()).add(name));
    return links;
  }

  /// The cache that this request gets: a new one, or the older one that it joins.
  SharedCache create(CacheRequest request) {
    int older = SharedCache.find(oldestFirst, request, boot);
    if (older < 0) {
      oldestFirst.add(SharedCache.created(request, boot));
      return oldestFirst.getLast();
    }
    oldestFirst.set(older, oldestFirst.get(older).joinedBy(request));
    return oldestFirst.get(older);
  }

  /// Takes over what could not be seen of a cache that was there before.
  ///
  /// @param flags of its struct kmem_cache, as the first row that joined it shows them
  /// @param offset of the free pointer, the same way
  /// @return the cache with it; the same one if there was nothing to find out
  SharedCache found(SharedCache cache, int flags, int offset) {
    int at = oldestFirst.indexOf(cache);
    if (!seenOnlyFromOutside.get(at)) {
      return cache;
    }
    seenOnlyFromOutside.clear(at);
    SharedCache known = cache.with(g -> g.withFlags(flags & SlabFlags.PANIC));
    if (mayBeOffset(cache, offset)) {
      known = known.with(g -> g.withOffset(offset));
    }
    oldestFirst.set(at, known);
    return known;
  }

  /// The middle of objects that are not larger than the largest of those who joined, and not so
  /// small that their slots would be smaller.
  private static boolean mayBeOffset(SharedCache cache, int offset) {
    CacheGeometry geometry = cache.geometry();
    int smallest = geometry.size() - geometry.align() + 1;
    return cache.refcount() > 2
        && offset % Long.BYTES == 0
        && offset <= geometry.offset()
        && offset >= smallest / 2 / Long.BYTES * Long.BYTES;
  }

  /// All links in /sys/kernel/slab, by name: the directory that each leads to.
  Map<String, String> links() {
    Map<String, String> links = new LinkedHashMap<>();
    oldestFirst.forEach(cache -> cache.links().forEach(name -> links.put(name, cache.directory())));
    return links;
  }
}
