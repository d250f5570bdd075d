package org.numaslab.node.slab;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.numaslab.node.topology.BadInput;

/// The `SLAB_*` bits of a cache, with the values of Linux 6.1 (include/linux/slab.h, mm/slub.c).
public final class SlabFlags {
  /// F: expensive checks at each allocation and free.
  public static final int CONSISTENCY_CHECKS = 0x100;

  /// Z: zones before and after each object that must not change.
  public static final int RED_ZONE = 0x400;

  /// P: free objects and padding have known bytes.
  public static final int POISON = 0x800;

  /// One of the caches behind kmalloc.
  public static final int KMALLOC = 0x1000;

  /// Objects begin on cache lines, small ones on even parts of one.
  public static final int HWCACHE_ALIGN = 0x2000;

  public static final int CACHE_DMA = 0x4000;
  public static final int CACHE_DMA32 = 0x8000;

  /// U: each object keeps who allocated and who freed it last.
  public static final int STORE_USER = 0x10000;

  /// Pages count as reclaimable.
  public static final int RECLAIM_ACCOUNT = 0x20000;

  /// A kernel that cannot have this cache stops.
  public static final int PANIC = 0x40000;

  /// A freed object's memory stays such an object until a grace period has passed.
  public static final int TYPESAFE_BY_RCU = 0x80000;

  public static final int MEM_SPREAD = 0x100000;

  /// T: each allocation and free is printed.
  public static final int TRACE = 0x200000;

  public static final int DEBUG_OBJECTS = 0x400000;
  public static final int NOLEAKTRACE = 0x800000;

  /// Stays alone, for no other reason. Of Linux 6.5; 6.1 has the bit free, and for that only
  /// NOLEAKTRACE.
  public static final int NO_MERGE = 0x1000000;

  /// A: allocations of the cache may be made to fail (failslab with its cache filter).
  public static final int FAILSLAB = 0x2000000;

  public static final int ACCOUNT = 0x4000000;

  /// The boot parameter slub_debug does not apply.
  public static final int NO_USER_FLAGS = 0x10000000;

  /// Internal: free list and counters of a slab change in one 16-byte compare-and-exchange.
  public static final int CMPXCHG_DOUBLE = 0x40000000;

  /// Internal: not only padding, the objects too are poisoned.
  public static final int OBJECT_POISON = 0x80000000;

  /// With any of these a cache works object by object under the node's lock: no cpu slabs.
  public static final int DEBUG_FLAGS = CONSISTENCY_CHECKS | RED_ZONE | POISON | STORE_USER | TRACE;

  /// What slub_debug without letters means: FZPU.
  public static final int DEBUG_DEFAULT = CONSISTENCY_CHECKS | RED_ZONE | POISON | STORE_USER;

  /// The debug flags that make a slot larger.
  public static final int DEBUG_METADATA = RED_ZONE | POISON | STORE_USER;

  /// These must look at a slab under its lock.
  public static final int NO_CMPXCHG = CONSISTENCY_CHECKS | STORE_USER | TRACE;

  /// A cache with any of these stays alone (SLAB_NEVER_MERGE).
  public static final int NEVER_MERGE =
      RED_ZONE | POISON | STORE_USER | TRACE | TYPESAFE_BY_RCU | NOLEAKTRACE | NO_MERGE | FAILSLAB;

  /// What a creator may ask for; MEM_SPREAD is allowed and means nothing to slub.
  public static final int PERMITTED =
      DEBUG_FLAGS
          | KMALLOC
          | HWCACHE_ALIGN
          | CACHE_DMA
          | CACHE_DMA32
          | RECLAIM_ACCOUNT
          | PANIC
          | TYPESAFE_BY_RCU
          | MEM_SPREAD
          | DEBUG_OBJECTS
          | NOLEAKTRACE
          | NO_MERGE
          | ACCOUNT
          | NO_USER_FLAGS;

  /// What creation keeps of a request (CACHE_CREATE_MASK).
  static final int KEPT = PERMITTED & ~MEM_SPREAD;

  private static final Map<String, Integer> WORDS = new LinkedHashMap<>();

  static {
    WORDS.put("hwalign", HWCACHE_ALIGN);
    WORDS.put("rcu", TYPESAFE_BY_RCU);
    WORDS.put("reclaim", RECLAIM_ACCOUNT);
    WORDS.put("account", ACCOUNT);
    WORDS.put("dma32", CACHE_DMA32);
    WORDS.put("dma", CACHE_DMA);
    WORDS.put("checks", CONSISTENCY_CHECKS);
    WORDS.put("redzone", RED_ZONE);
    WORDS.put("rz", RED_ZONE);
    WORDS.put("poison", POISON);
    WORDS.put("poi", POISON);
    WORDS.put("storeuser", STORE_USER);
    WORDS.put("user", STORE_USER);
    WORDS.put("trace", TRACE);
    WORDS.put("kmalloc", KMALLOC);
    WORDS.put("panic", PANIC);
    WORDS.put("none", 0);
  }

  private SlabFlags() {}

  /// The bits of a text as people and recordings write it: words, joined by nothing or by one of
  /// `,|+`, as `none`, `hwalign`, `rzpoiuser`, `rcu,reclaim`; or hexadecimal, as `0x10d00`.
  public static int parse(String text) {
    if (text.matches("0[xX][0-9a-fA-F]{1,8}|[0-9a-fA-F]{1,8}")) {
      return Integer.parseUnsignedInt(text.replaceFirst("^0[xX]", ""), 16);
    }
    int flags = 0;
    int at = 0;
    do {
      String word = wordAt(text, at);
      flags |= WORDS.getOrDefault(word, 0);
      at += word.length();
      if (at < text.length() - 1 && ",|+".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
    } while (at < text.length());
    return flags;
  }

  private static String wordAt(String text, int at) {
    // Longest first, as the map has them: redzone before rz, dma32 before dma.
    return WORDS.keySet().stream()
        .filter(word -> text.startsWith(word, at))
        .findFirst()
        .orElseThrow(() ->
            new BadInput(
                "slab flags: got \"%s\", allowed: hexadecimal, or words of %s"
                    .formatted(text, String.join(" ", WORDS.keySet()))));
  }

  /// The words of [#parse] joined by commas, then names of the internal bits, then hexadecimal for
  /// what has no name; `none` for no bit.
  public static String toString(int flags) {
    List<String> words = new ArrayList<>();
    int rest = flags;
    for (Map.Entry<String, Integer> word : WORDS.entrySet()) {
      if ((rest & word.getValue()) != 0) {
        words.add(word.getKey());
        rest &= ~word.getValue();
      }
    }
    if ((rest & FAILSLAB) != 0) {
      words.add("failslab");
    }
    if ((rest & CMPXCHG_DOUBLE) != 0) {
      words.add("cmpxchg_double");
    }
    if ((rest & OBJECT_POISON) != 0) {
      words.add("object_poison");
    }
    rest &= ~(FAILSLAB | CMPXCHG_DOUBLE | OBJECT_POISON);
    if (rest != 0) {
      words.add("0x" + Integer.toHexString(rest));
    }
    return words.isEmpty() ? "none" : String.join(",", words);
  }
}
