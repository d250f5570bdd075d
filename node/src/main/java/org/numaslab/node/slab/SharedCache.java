package org.numaslab.node.slab;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/// A cache as far as others may join it: instead of making a new cache, a creator whose objects fit
/// gets an older one, as an alias.
///
/// ```text
/// create "a" 60 bytes  --> cache a, slots of 64           sys/kernel/slab/:0000064/  a -> :0000064
/// create "b" 64 bytes  --> cache a too, refcount 2                                   b -> :0000064
/// create "c" with ctor --> cache c                        sys/kernel/slab/c/
/// ```
///
/// Models `find_mergeable`, `slab_unmergeable` and `__kmem_cache_alias` of mm/slab_common.c and
/// mm/slub.c, `sysfs_slab_add` and `create_unique_id` of mm/slub.c, v6.1.
///
/// @param name of who created it
/// @param directory in /sys/kernel/slab: the name, or for a cache that others may join an id
/// @param mergeable may others join it?
/// @param refcount its creator and the aliases that were not destroyed; 0 when it is destroyed
/// @param links names that lead to the directory in /sys/kernel/slab; a destroyed alias keeps its
///   one
public record SharedCache(
    String name,
    String directory,
    CacheGeometry geometry,
    boolean mergeable,
    int refcount,
    List<String> links) {
  /// These must be the same in caches that are joined (SLAB_MERGE_SAME).
  private static final int SAME =
      SlabFlags.RECLAIM_ACCOUNT | SlabFlags.CACHE_DMA | SlabFlags.CACHE_DMA32 | SlabFlags.ACCOUNT;

  /// Of ids, in the kernel's order.
  private static final String LETTERS = "dDaFA";

  private static final int[] LETTER_BITS = {
    SlabFlags.CACHE_DMA,
    SlabFlags.CACHE_DMA32,
    SlabFlags.RECLAIM_ACCOUNT,
    SlabFlags.CONSISTENCY_CHECKS,
    SlabFlags.ACCOUNT
  };

  public SharedCache {
    links = List.copyOf(links);
  }

  /// A cache that others never join.
  public static SharedCache alone(String name, CacheGeometry geometry) {
    return new SharedCache(name, name, geometry, false, 1, List.of());
  }

  /// The cache that a kernel booted with `boot` makes, if no older one can be joined.
  public static SharedCache created(CacheRequest request, GeometryOptions boot) {
    CacheGeometry geometry = CacheGeometry.of(request, boot);
    boolean mergeable =
        !boot.noMerge()
            && request.usersize() == 0
            && !request.ctor()
            && !geometry.has(SlabFlags.NEVER_MERGE);
    // Caches that letter O spared look mergeable, and would not be found: all requests ask for Z, P
    // or U.
    boolean spared =
        boot.debug().sparesOrder() && (boot.debug().all() & SlabFlags.DEBUG_METADATA) != 0;
    if (!mergeable || spared) {
      return new SharedCache(request.name(), request.name(), geometry, mergeable, 1, List.of());
    }
    String id = id(geometry);
    return new SharedCache(request.name(), id, geometry, true, 1, List.of(request.name()));
  }

  /// The index of the first cache that `request` joins, -1 for none.
  ///
  /// @param oldestFirst all caches of the kernel
  public static int find(
      List<SharedCache> oldestFirst, CacheRequest request, GeometryOptions boot) {
    int flags = boot.debug().flags(request.name(), request.flags() & SlabFlags.KEPT);
    boolean alone = boot.noMerge() || request.ctor() || request.usersize() != 0;
    if (alone || (flags & SlabFlags.NEVER_MERGE) != 0) {
      return -1;
    }
    int align = SlotLayout.align(request);
    int size = SlotLayout.up(SlotLayout.up(request.objectSize(), SlotLayout.WORD), align);
    for (int i = 0; i < oldestFirst.size(); i++) {
      if (oldestFirst.get(i).takes(size, align, flags)) {
        return i;
      }
    }
    return -1;
  }

  private boolean takes(int neededSize, int align, int flags) {
    int size = geometry.size();
    return mergeable
        && refcount > 0
        && neededSize <= size
        && (flags & SAME) == (geometry.flags() & SAME)
        && size % align == 0
        && size - neededSize < SlotLayout.WORD;
  }

  /// With an alias more, whose objects must be cleared whole too.
  public SharedCache joinedBy(CacheRequest request) {
    CacheGeometry grown = geometry.withObjectOf(request.objectSize());
    List<String> more = new ArrayList<>(links);
    more.remove(request.name());
    more.add(request.name());
    return new SharedCache(name, directory, grown, mergeable, refcount + 1, more);
  }

  /// After one of those who have it destroyed it; with the last one it is gone.
  public SharedCache left() {
    return new SharedCache(name, directory, geometry, mergeable, refcount - 1, links);
  }

  /// The same cache with what was found out about its geometry.
  public SharedCache with(UnaryOperator<CacheGeometry> change) {
    return new SharedCache(name, directory, change.apply(geometry), mergeable, refcount, links);
  }

  /// The name of a mergeable cache's directory: the flags that must be the same, and the size.
  public static String id(CacheGeometry geometry) {
    StringBuilder id = new StringBuilder(":");
    for (int i = 0; i < LETTERS.length(); i++) {
      if (geometry.has(LETTER_BITS[i])) {
        id.append(LETTERS.charAt(i));
      }
    }
    return id.append(id.length() > 1 ? "-" : "")
        .append("%07d".formatted(geometry.size()))
        .toString();
  }

  /// Is this the directory of a mergeable cache?
  public static boolean isId(String directory) {
    return directory.startsWith(":");
  }

  /// The flags that the id of a mergeable cache shows; of any other directory none.
  public static int flagsOf(String directory) {
    int flags = 0;
    if (isId(directory) && directory.indexOf('-') > 0) {
      for (char letter : directory.substring(1, directory.indexOf('-')).toCharArray()) {
        int at = LETTERS.indexOf(letter);
        flags |= at < 0 ? 0 : LETTER_BITS[at];
      }
    }
    return flags;
  }
}
