package org.numaslab.node.slab;

import org.numaslab.node.topology.BadInput;

/// What the creator of a cache asks for: the arguments of `kmem_cache_create` of mm/slab_common.c,
/// v6.1.
///
/// `align` 0 leaves the alignment to the cache; `flags` are bits of [SlabFlags]; `ctor` tells
/// whether each new object goes through a constructor; `usersize` bytes of an object may be copied
/// to and from user space.
public record CacheRequest(
    String name, int objectSize, int align, int flags, boolean ctor, int usersize) {
  /// The largest block of pages, KMALLOC_MAX_SIZE: a larger object has no slab to lie in.
  public static final int OBJECT_SIZE_MAX = SlabOrder.PAGE_SIZE << SlabOrder.ORDER_MAX;

  /// An object cannot be aligned to more than the largest block is.
  public static final int ALIGN_MAX = OBJECT_SIZE_MAX;

  /// Of which nothing may be copied to user space.
  public CacheRequest(String name, int objectSize, int align, int flags, boolean ctor) {
    this(name, objectSize, align, flags, ctor, 0);
  }

  public CacheRequest {
    if (objectSize < 1 || objectSize > OBJECT_SIZE_MAX) {
      throw new BadInput(
          "cache %s: object size: got %d, allowed: 1..%d bytes"
              .formatted(name, objectSize, OBJECT_SIZE_MAX));
    }
    if (align < 0 || align > ALIGN_MAX || (align & (align - 1)) != 0) {
      throw new BadInput(
          "cache %s: align: got %d, allowed: 0 or a power of two up to %d"
              .formatted(name, align, ALIGN_MAX));
    }
    if ((flags & ~SlabFlags.PERMITTED) != 0) {
      throw new BadInput(
          "cache %s: flags: got 0x%x, allowed: bits of 0x%x"
              .formatted(name, flags, SlabFlags.PERMITTED));
    }
    if (usersize < 0 || usersize > objectSize) {
      throw new BadInput(
          "cache %s: usersize: got %d, allowed: 0..%d bytes".formatted(name, usersize, objectSize));
    }
  }
}
