package org.numaslab.coordinator.conform;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.numaslab.coordinator.topologies.InputText;
import org.numaslab.coordinator.topologies.Line;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.KmallocClasses;
import org.numaslab.node.slab.SharedCache;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.topology.BadInput;

/// What /sys/kernel/slab says of caches: lines "cache TAB attribute TAB value".
final class GeometryAttributes {
  /// Without these no geometry can be computed.
  private static final Set<String> REQUIRED = Set.of("object_size", "align");

  /// Debug flags, one attribute each.
  static final Map<String, Integer> DEBUG_ATTRIBUTES = new LinkedHashMap<>();

  private static final Map<String, Integer> OTHER_FLAGS = new LinkedHashMap<>();

  static {
    DEBUG_ATTRIBUTES.put("sanity_checks", SlabFlags.CONSISTENCY_CHECKS);
    DEBUG_ATTRIBUTES.put("red_zone", SlabFlags.RED_ZONE);
    DEBUG_ATTRIBUTES.put("poison", SlabFlags.POISON);
    DEBUG_ATTRIBUTES.put("store_user", SlabFlags.STORE_USER);
    DEBUG_ATTRIBUTES.put("trace", SlabFlags.TRACE);
    OTHER_FLAGS.put("hwcache_align", SlabFlags.HWCACHE_ALIGN);
    OTHER_FLAGS.put("reclaim_account", SlabFlags.RECLAIM_ACCOUNT);
    OTHER_FLAGS.put("destroy_by_rcu", SlabFlags.TYPESAFE_BY_RCU);
    OTHER_FLAGS.put("cache_dma", SlabFlags.CACHE_DMA);
  }

  private static final Map<String, CacheRequest> KMALLOC = new LinkedHashMap<>();

  static {
    KmallocClasses.boot().forEach(request -> KMALLOC.put(request.name(), request));
  }

  private final Map<String, Map<String, Line>> caches = new LinkedHashMap<>();

  private GeometryAttributes() {}

  /// Is this the second field of a row that only such a table has?
  static boolean knows(String attribute) {
    return REQUIRED.contains(attribute) || attribute.equals("slab_size");
  }

  static GeometryAttributes read(InputText input) {
    GeometryAttributes attributes = new GeometryAttributes();
    for (Line line : input.lines()) {
      String[] fields = line.text().split("\t", -1);
      if (fields.length != 3 || fields[0].isEmpty() || fields[1].isEmpty()) {
        throw line.bad("slab attribute", line.text(), "cache, attribute, value; tabs between");
      }
      Line before =
          attributes
              .caches
              .computeIfAbsent(fields[0], cache -> new LinkedHashMap<>())
              .put(fields[1], line);
      if (before != null) {
        throw line.bad(
            fields[1] + " of " + fields[0], "a second value", "one, as in line " + before.number());
      }
    }
    attributes.caches.forEach((cache, values) -> {
      for (String name : REQUIRED) {
        if (!values.containsKey(name)) {
          throw new BadInput(
              "%s: cache %s: got no attribute %s, allowed: at least %s; the file may be cut"
                  .formatted(input.file(), cache, name, new TreeSet<>(REQUIRED)));
        }
      }
    });
    return attributes;
  }

  Set<String> caches() {
    return caches.keySet();
  }

  /// The attributes that any cache has.
  Set<String> names() {
    Set<String> names = new TreeSet<>();
    caches.values().forEach(values -> names.addAll(values.keySet()));
    return names;
  }

  /// The line that has this attribute; empty when it was not recorded.
  Optional<Line> line(String cache, String name) {
    return Optional.ofNullable(caches.getOrDefault(cache, Map.of()).get(name));
  }

  static String value(Line line) {
    String value = line.text().substring(line.text().lastIndexOf('\t') + 1);
    return value.replaceFirst("\\|+$", "").strip();
  }

  /// What the creator of a cache must have asked for.
  ///
  /// A cache with the name of one of kmalloc's is that one: nothing but its debug flags is taken
  /// from the recording. Of others object size, alignment, flags and the constructor are.
  CacheRequest request(String cache) {
    int debug = flags(cache, DEBUG_ATTRIBUTES);
    CacheRequest kmalloc = KMALLOC.get(cache);
    if (kmalloc != null) {
      return new CacheRequest(
          cache, kmalloc.objectSize(), kmalloc.align(), kmalloc.flags() | debug, false);
    }
    // Account and DMA32 have no attribute of their own; an id as `:A-0001280` tells.
    int letters = SharedCache.flagsOf(cache) & (SlabFlags.ACCOUNT | SlabFlags.CACHE_DMA32);
    int flags = flags(cache, OTHER_FLAGS) | debug | letters;
    boolean ctor = line(cache, "ctor").map(line -> !value(line).isEmpty()).orElse(false);
    return new CacheRequest(
        cache,
        number(cache, "object_size", 1, CacheRequest.OBJECT_SIZE_MAX),
        number(cache, "align", 1, CacheRequest.ALIGN_MAX),
        flags,
        ctor);
  }

  static boolean isKmalloc(String cache) {
    return KMALLOC.containsKey(cache);
  }

  private int flags(String cache, Map<String, Integer> attributes) {
    int flags = 0;
    for (Map.Entry<String, Integer> attribute : attributes.entrySet()) {
      if (line(cache, attribute.getKey()).isPresent()
          && number(cache, attribute.getKey(), 0, 1) == 1) {
        flags |= attribute.getValue();
      }
    }
    return flags;
  }

  private int number(String cache, String name, int min, int max) {
    Line line = line(cache, name).orElseThrow();
    return line.integer(name + " of " + cache, value(line), min, max);
  }
}
