package org.numaslab.coordinator.report;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.topologies.RecordedCache;
import org.numaslab.node.cache.Stat;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.SlabFlags;

/// The files of /sys/kernel/slab/CACHE, each with the line end that sysfs gives it.
///
/// Two the machine does not know by itself: `usersize`, the part of an object that may be copied to
/// user space, and `ctor`, the constructor's symbol where there is one. They are taken from the
/// traced kernel's folder, and left out without one. `shrink` and `validate` are there to be
/// written, and read as nothing. Models `slab_attrs` of mm/slub.c, v6.1, with SLUB_STATS.
final class CacheFiles {
  private static final String CTOR = "ctor";
  private static final String USERSIZE = "usersize";

  private final Map<String, String> files = new LinkedHashMap<>();
  private final CacheGeometry geometry;

  private CacheFiles(CacheGeometry geometry) {
    this.geometry = geometry;
  }

  /// By name, in the kernel's order.
  static Map<String, String> of(CachePart cache) {
    CacheFiles files = new CacheFiles(cache.geometry());
    SlabAttributes counts = new SlabAttributes(cache);
    Map<String, String> recorded = cache.described().recorded();
    files.add(cache.described(), counts, recorded.get(CTOR));
    for (Stat stat : Stat.values()) {
      files.put(stat.fileName(), counts.counter(stat));
    }
    String usersize = recorded.get(USERSIZE);
    if (usersize != null) {
      files.put(USERSIZE, usersize);
    }
    return files.files;
  }

  /// What only the traced kernel's folder knows, by file.
  static Map<String, String> of(RecordedCache recorded) {
    Map<String, String> files = new HashMap<>();
    files.put(USERSIZE, Integer.toString(recorded.usersize()));
    if (recorded.hasCtor()) {
      files.put(CTOR, recorded.ctor());
    }
    return files;
  }

  /// The name of a folder or link: kobjects have `!` where a name has a slash.
  static String kobject(String cache) {
    String name = cache.replace('/', '!');
    return name.equals(".") || name.equals("..") ? "!" + name : name;
  }

  private void add(CachePart.Described cache, SlabAttributes counts, @Nullable String ctor) {
    put("slab_size", geometry.size());
    put("object_size", geometry.objectSize());
    put("objs_per_slab", geometry.ooObjects());
    put("order", geometry.ooOrder());
    put("min_partial", cache.minPartial());
    put("cpu_partial", cache.cpuPartial());
    put("objects_partial", counts.objectsPartial());
    put("partial", counts.partial());
    put("cpu_slabs", counts.cpuSlabs());
    if (ctor != null) {
      put(CTOR, ctor);
    } else if (!geometry.ctor()) {
      files.put(CTOR, "");
    }
    put("aliases", cache.aliases());
    put("align", geometry.align());
    flag("hwcache_align", SlabFlags.HWCACHE_ALIGN);
    flag("reclaim_account", SlabFlags.RECLAIM_ACCOUNT);
    flag("destroy_by_rcu", SlabFlags.TYPESAFE_BY_RCU);
    files.put("shrink", "");
    put("slabs_cpu_partial", counts.slabsCpuPartial());
    put("total_objects", counts.totalObjects());
    put("objects", counts.objects());
    put("slabs", counts.slabs());
    flag("sanity_checks", SlabFlags.CONSISTENCY_CHECKS);
    flag("trace", SlabFlags.TRACE);
    flag("red_zone", SlabFlags.RED_ZONE);
    flag("poison", SlabFlags.POISON);
    flag("store_user", SlabFlags.STORE_USER);
    files.put("validate", "");
    flag("cache_dma", SlabFlags.CACHE_DMA);
    put("remote_node_defrag_ratio", cache.defragPercent());
  }

  private void flag(String name, int flag) {
    put(name, geometry.has(flag) ? 1 : 0);
  }

  private void put(String name, long value) {
    put(name, Long.toString(value));
  }

  private void put(String name, String value) {
    files.put(name, value + "\n");
  }
}
