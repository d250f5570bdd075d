package org.numaslab.coordinator.topologies;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.numaslab.coordinator.topologies.RecordedCache.Account;
import org.numaslab.node.slab.SharedCache;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.topology.BadInput;

/// A dump of /sys/kernel/slab: one line "directory TAB attribute TAB value" per file, line ends
/// inside a value written `|`.
final class SlabSysfs {
  private static final String ALLOWED = "cache, attribute and value, separated by tabs";

  private final String file;
  private final Map<String, Map<String, Line>> directories = new LinkedHashMap<>();
  private final Set<String> absentAttributes = new TreeSet<>();

  private SlabSysfs(String file) {
    this.file = file;
  }

  static SlabSysfs parse(InputText input) {
    SlabSysfs sysfs = new SlabSysfs(input.file());
    for (Line line : input.lines()) {
      String[] fields = line.text().split("\t", -1);
      if (fields.length != 3 || fields[0].isEmpty() || fields[1].isEmpty()) {
        throw line.bad("slab attribute", line.text(), ALLOWED);
      }
      Line before =
          sysfs
              .directories
              .computeIfAbsent(fields[0], directory -> new LinkedHashMap<>())
              .put(fields[1], line);
      if (before != null) {
        throw line.bad(
            "attribute " + fields[1] + " of " + fields[0],
            "a second value",
            "one, as in line " + before.number());
      }
    }
    if (sysfs.directories.isEmpty()) {
      throw new Line(input.file(), 1, "").bad("slab attributes", "none", ALLOWED);
    }
    return sysfs;
  }

  Set<String> directories() {
    return directories.keySet();
  }

  /// The recorded text of an attribute; empty when it was not recorded.
  Optional<String> attribute(String directory, String name) {
    return Optional.ofNullable(directories.getOrDefault(directory, Map.of()).get(name))
        .map(SlabSysfs::value);
  }

  /// Attributes that some cache lacked, so that the default stands for them.
  Set<String> absentAttributes() {
    return absentAttributes;
  }

  /// The cache that a directory describes, under the name that slabinfo uses.
  RecordedCache cache(String name, String directory) {
    int objectSize = required(directory, "object_size", 1, Integer.MAX_VALUE);
    int slabSize = required(directory, "slab_size", 1, Integer.MAX_VALUE);
    int objsPerSlab = required(directory, "objs_per_slab", 1, RecordedCache.OBJECTS_PER_SLAB_MAX);
    int order = required(directory, "order", 0, RecordedCache.ORDER_MAX);
    if (objectSize > slabSize || (long) slabSize * objsPerSlab > 4096L << order) {
      throw new BadInput(
          file
              + ": "
              + directory
              + ": got objects of "
              + objectSize
              + " in slots of "
              + slabSize
              + ", "
              + objsPerSlab
              + " in a slab of order "
              + order
              + ", allowed: what fits");
    }
    return new RecordedCache(
        name,
        directory,
        objectSize,
        slabSize,
        objsPerSlab,
        order,
        required(directory, "align", 1, 1 << 20),
        optional(directory, "min_partial", Integer.MAX_VALUE, 5),
        optional(directory, "cpu_partial", Integer.MAX_VALUE, 0),
        optional(directory, "remote_node_defrag_ratio", 100, 100),
        flag(directory, "hwcache_align"),
        flag(directory, "reclaim_account"),
        flag(directory, "destroy_by_rcu"),
        flag(directory, "cache_dma"),
        (SharedCache.flagsOf(directory) & SlabFlags.CACHE_DMA32) != 0,
        flag(directory, "poison"),
        flag(directory, "red_zone"),
        flag(directory, "store_user"),
        flag(directory, "sanity_checks"),
        flag(directory, "trace"),
        attribute(directory, "ctor").orElse(""),
        optional(directory, "usersize", Integer.MAX_VALUE, 0),
        optional(directory, "aliases", Integer.MAX_VALUE, 0),
        account(directory));
  }

  private int required(String directory, String name, int min, int max) {
    Line line = directories.getOrDefault(directory, Map.of()).get(name);
    if (line == null) {
      throw new BadInput(
          file
              + ": "
              + directory
              + ": got no attribute "
              + name
              + ", allowed: object_size, slab_size, objs_per_slab, order and align");
    }
    return line.integer(name + " of " + directory, value(line), min, max);
  }

  private int optional(String directory, String name, int max, int absent) {
    Line line = directories.getOrDefault(directory, Map.of()).get(name);
    if (line == null) {
      absentAttributes.add(name);
      return absent;
    }
    return line.integer(name + " of " + directory, value(line), 0, max);
  }

  private boolean flag(String directory, String name) {
    return optional(directory, name, 1, 0) == 1;
  }

  private static Account account(String directory) {
    if (SharedCache.isId(directory)) {
      boolean account = (SharedCache.flagsOf(directory) & SlabFlags.ACCOUNT) != 0;
      return account ? Account.YES : Account.NO;
    }
    if (directory.startsWith("kmalloc-") || directory.startsWith("dma-kmalloc-")) {
      return directory.startsWith("kmalloc-cg-") ? Account.YES : Account.NO;
    }
    return Account.UNKNOWN;
  }

  private static String value(Line line) {
    String value = line.text().substring(line.text().lastIndexOf('\t') + 1);
    return value.replaceFirst("\\|+$", "").strip();
  }
}
