package org.numaslab.coordinator.registry;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.numaslab.coordinator.registry.AttributeWrite.Changed;
import org.numaslab.coordinator.registry.AttributeWrite.Clears;
import org.numaslab.coordinator.registry.AttributeWrite.Refused;
import org.numaslab.coordinator.registry.AttributeWrite.Shrinks;
import org.numaslab.coordinator.registry.AttributeWrite.Validates;
import org.numaslab.cpu.protocol.Errno;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.Stat;

/// The files of /sys/kernel/slab/CACHE as one writes them.
///
/// | file | takes | what for |
/// |---|---|---|
/// | min_partial | a number of 64 bits | empty slabs that a node keeps |
/// | cpu_partial | a number of 32 bits; with debug flags only 0 | objects on CPUs' partial lists; flushes the CPUs |
/// | remote_node_defrag_ratio | 0..100 | of 100 searches for a slab so many look at other nodes |
/// | shrink | what begins with 1 | flushes the CPUs, gives empty slabs back |
/// | validate | what begins with 1; only with debug flags | flushes the CPUs, checks all slabs |
/// | each of the 26 counters | what begins with 0 | CPUs count anew |
/// | every other | - | cannot be opened to be written, also by root |
///
/// Models the `_store` functions of mm/slub.c with SLUB_STATS, and `kstrtoull` of lib/kstrtox.c,
/// v6.1.
public final class CacheAttributes {
  private interface Store {
    AttributeWrite write(KmemCache cache, String text);
  }

  private static final Set<String> READ_ONLY =
      Set.of(
          "slab_size",
          "object_size",
          "objs_per_slab",
          "order",
          "objects_partial",
          "partial",
          "cpu_slabs",
          "ctor",
          "aliases",
          "align",
          "hwcache_align",
          "reclaim_account",
          "destroy_by_rcu",
          "slabs_cpu_partial",
          "total_objects",
          "objects",
          "slabs",
          "sanity_checks",
          "trace",
          "red_zone",
          "poison",
          "store_user",
          "cache_dma",
          "usersize");

  private static final Map<String, Store> WRITABLE = new HashMap<>();
  private static final Set<String> COUNTERS = new HashSet<>();

  static {
    WRITABLE.put("min_partial", CacheAttributes::minPartial);
    WRITABLE.put("cpu_partial", CacheAttributes::cpuPartial);
    WRITABLE.put("remote_node_defrag_ratio", CacheAttributes::remoteNodeDefragRatio);
    WRITABLE.put("shrink", CacheAttributes::shrink);
    WRITABLE.put("validate", CacheAttributes::validate);
    for (Stat stat : Stat.values()) {
      COUNTERS.add(stat.fileName());
      WRITABLE.put(stat.fileName(), (cache, text) -> clear(stat, text));
    }
  }

  private static final Pattern NUMBER = Pattern.compile("\\+?([0-9]*)(.*)", Pattern.DOTALL);
  private static final int LONG_BITS = Long.SIZE;
  private static final int DEFRAG_PERCENT_MAX = 100;

  private CacheAttributes() {}

  /// Whether a file counts events: a kernel without SLUB_STATS has none of these.
  public static boolean isCounter(String attribute) {
    return COUNTERS.contains(attribute);
  }

  /// What a write comes to. Nothing has happened yet.
  ///
  /// @param text as it arrives, with its line end if it has one
  public static AttributeWrite write(KmemCache cache, String attribute, String text) {
    if (READ_ONLY.contains(attribute)) {
      return new Refused(Errno.EACCES, "to read it");
    }
    Store store = WRITABLE.get(attribute);
    if (store == null) {
      return new Refused(
          Errno.ENOENT,
          "one of min_partial, cpu_partial, remote_node_defrag_ratio, shrink, validate, or a counter"
              + " such as alloc_fastpath");
    }
    // Of nothing sysfs hands nothing on.
    return text.isEmpty() ? new Changed(cache, false) : store.write(cache, text);
  }

  private static AttributeWrite clear(Stat counter, String text) {
    return text.startsWith("0") ? new Clears(counter) : new Refused(Errno.EINVAL, "0");
  }

  private static AttributeWrite minPartial(KmemCache cache, String text) {
    return number(
        text,
        LONG_BITS,
        "a number of slabs",
        slabs -> new Changed(cache.withMinPartial(slabs < 0 ? Long.MAX_VALUE : slabs), false));
  }

  private static AttributeWrite cpuPartial(KmemCache cache, String text) {
    String allowed =
        cache.hasCpuPartial()
            ? "a number of objects, 0..4294967295"
            : "0: caches with any of the flags FZPUT have no cpu partial lists";
    return number(
        text,
        Integer.SIZE,
        allowed,
        objects ->
            objects != 0 && !cache.hasCpuPartial()
                ? new Refused(Errno.EINVAL, allowed)
                : new Changed(cache.withCpuPartial((int) objects), true));
  }

  private static AttributeWrite remoteNodeDefragRatio(KmemCache cache, String text) {
    String allowed = "0..100";
    return number(
        text,
        Integer.SIZE,
        allowed,
        percent ->
            percent > DEFRAG_PERCENT_MAX
                ? new Refused(Errno.ERANGE, allowed)
                : new Changed(cache.withRemoteNodeDefragRatio(10 * (int) percent), false));
  }

  private static AttributeWrite shrink(KmemCache cache, String text) {
    return text.startsWith("1") ? new Shrinks() : new Refused(Errno.EINVAL, "1");
  }

  private static AttributeWrite validate(KmemCache cache, String text) {
    if (!cache.isDebug()) {
      return new Refused(Errno.EINVAL, "nothing: the cache has none of the flags FZPUT");
    }
    return text.startsWith("1") ? new Validates() : new Refused(Errno.EINVAL, "1");
  }

  /// Reads an unsigned decimal number of so many bits: a plus sign before it and one line end
  /// behind it are no harm. What 64 bits do not hold is out of range whatever follows.
  private static AttributeWrite number(
      String text, int bits, String allowed, LongFunction<AttributeWrite> then) {
    Matcher parts = NUMBER.matcher(text);
    if (!parts.matches() || parts.group(1).isEmpty()) {
      return new Refused(Errno.EINVAL, allowed);
    }
    BigInteger value = new BigInteger(parts.group(1));
    if (value.bitLength() > LONG_BITS) {
      return new Refused(Errno.ERANGE, allowed);
    }
    if (!parts.group(2).isEmpty() && !parts.group(2).equals("\n")) {
      return new Refused(Errno.EINVAL, allowed);
    }
    return value.bitLength() > bits
        ? new Refused(Errno.ERANGE, allowed)
        : then.apply(value.longValue());
  }
}
