package org.numaslab.node.slab;

import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.memory.Memory;

/// The numbers of struct kmem_cache: how a cache's objects lie in slots and slabs, and how many
/// slabs it keeps. Models `kmem_cache_open` and `set_cpu_partial` of mm/slub.c, v6.1.
///
/// | component              | meaning                                                            |
/// |------------------------|--------------------------------------------------------------------|
/// | `objectSize`           | bytes of an object                                                 |
/// | `size`                 | bytes of a slot: from one object to the next                       |
/// | `align`                | alignment of objects                                               |
/// | `inUse`                | end of the object and its right zone                               |
/// | `offset`               | of a free object's next pointer, from the object                   |
/// | `redLeftPad`           | of the object in its slot: the left red zone                       |
/// | `ooOrder`, `ooObjects` | a slab as wished for                                               |
/// | `minOrder`, `minObjects` | a slab when memory is short                                      |
/// | `minPartial`           | slabs that a node's partial list keeps even when empty             |
/// | `cpuPartial`           | objects that a cpu should find on its partial list                 |
/// | `cpuPartialSlabs`      | the same as slabs, each taken for half full                        |
/// | `flags`                | [SlabFlags] with boot parameters and internal bits                 |
/// | `allocFlags`           | [Gfp] bits of the cache itself for each slab's pages               |
/// | `ctor`                 | is there a constructor?                                            |
public record CacheGeometry(
    int objectSize,
    int size,
    int align,
    int inUse,
    int offset,
    int redLeftPad,
    int ooOrder,
    int ooObjects,
    int minOrder,
    int minObjects,
    int minPartial,
    int cpuPartial,
    int cpuPartialSlabs,
    int flags,
    int allocFlags,
    boolean ctor) {
  /// Of 1024 searches for a partial slab that find none at home, so many look at other nodes. sysfs
  /// shows a tenth.
  public static final int REMOTE_NODE_DEFRAG_RATIO = 1000;

  /// Bytes of the size that kmalloc was asked for, where it is kept.
  public static final int ASKED_SIZE_BYTES = SlotLayout.ASKED_SIZE;

  /// Bytes of one track: who allocated, or freed, an object last.
  public static final int TRACK_BYTES = SlotLayout.TRACK;

  /// Bounds of `minPartial`, whatever the size.
  private static final int MIN_PARTIAL_LEAST = 5;

  private static final int MIN_PARTIAL_MOST = 10;

  /// The geometry that a kernel booted with `options` gives a new cache.
  public static CacheGeometry of(CacheRequest request, GeometryOptions options) {
    int flags = options.debug().flags(request.name(), request.flags() & SlabFlags.KEPT);
    SlotLayout slot = SlotLayout.of(request, flags);
    if (options.debug().sparesOrder()
        && SlabOrder.orderFor(slot.size()) > SlabOrder.orderFor(request.objectSize())) {
      flags &= ~SlabFlags.DEBUG_METADATA;
      slot = SlotLayout.of(request, flags);
    }
    flags |= internalFlags(request, flags);

    int order = SlabOrder.of(request.name(), slot.size(), options);
    int objects = SlabOrder.objects(order, slot.size());
    int minOrder = SlabOrder.orderFor(slot.size());
    int cpuPartial = cpuPartial(flags, slot.size());
    return new CacheGeometry(
        request.objectSize(),
        slot.size(),
        slot.align(),
        slot.inUse(),
        slot.offset(),
        slot.redLeftPad(),
        order,
        objects,
        minOrder,
        SlabOrder.objects(minOrder, slot.size()),
        minPartial(slot.size()),
        cpuPartial,
        cpuPartialSlabs(cpuPartial, objects),
        flags,
        allocFlags(flags, order),
        request.ctor());
  }

  private static int internalFlags(CacheRequest request, int flags) {
    int internal = 0;
    boolean contentStays = (flags & SlabFlags.TYPESAFE_BY_RCU) != 0 || request.ctor();
    if ((flags & SlabFlags.POISON) != 0 && !contentStays) {
      internal |= SlabFlags.OBJECT_POISON;
    }
    if ((flags & SlabFlags.NO_CMPXCHG) == 0) {
      internal |= SlabFlags.CMPXCHG_DOUBLE;
    }
    return internal;
  }

  /// Half the bit length of the slot size, within bounds: large objects are dear to get pages for.
  private static int minPartial(int size) {
    int log2 = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(size);
    return Math.clamp(log2 / 2, MIN_PARTIAL_LEAST, MIN_PARTIAL_MOST);
  }

  private static int cpuPartial(int flags, int size) {
    if ((flags & SlabFlags.DEBUG_FLAGS) != 0) {
      return 0;
    }
    return size >= SlabOrder.PAGE_SIZE ? 6 : size >= 1024 ? 24 : size >= 256 ? 52 : 120;
  }

  /// The limit in slabs that `cpuPartial` objects mean, each slab taken for half full. Also for
  /// later writes to `cpu_partial`, where the doubled number may overflow as the kernel's does.
  ///
  /// @param cpuPartial unsigned
  /// @return at most the greatest int: no list is that long
  public static int cpuPartialSlabs(int cpuPartial, int ooObjects) {
    int slabs = Integer.divideUnsigned(2 * cpuPartial + ooObjects - 1, ooObjects);
    return slabs < 0 ? Integer.MAX_VALUE : slabs;
  }

  private static int allocFlags(int flags, int order) {
    return (order > 0 ? Gfp.COMP : 0)
        | ((flags & SlabFlags.CACHE_DMA) != 0 ? Gfp.DMA : 0)
        | ((flags & SlabFlags.CACHE_DMA32) != 0 ? Gfp.DMA32 : 0)
        | ((flags & SlabFlags.RECLAIM_ACCOUNT) != 0 ? Gfp.RECLAIMABLE : 0);
  }

  public boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /// Does it work object by object under the node's lock, without cpu slabs?
  public boolean isDebug() {
    return has(SlabFlags.DEBUG_FLAGS);
  }

  /// Do cpus keep partial slabs of their own?
  public boolean hasCpuPartial() {
    return !isDebug();
  }

  /// The same slots for objects of up to so many bytes: those of a cache that joins it.
  CacheGeometry withObjectOf(int bytes) {
    return with(
        Math.max(objectSize, bytes),
        Math.max(inUse, SlotLayout.up(bytes, SlotLayout.WORD)),
        offset,
        flags);
  }

  /// The same with the free pointer elsewhere in the object.
  public CacheGeometry withOffset(int bytes) {
    return with(objectSize, inUse, bytes, flags);
  }

  /// The same with more [SlabFlags].
  public CacheGeometry withFlags(int more) {
    return with(objectSize, inUse, offset, flags | more);
  }

  private CacheGeometry with(int objectSize, int inUse, int offset, int flags) {
    return new CacheGeometry(
        objectSize,
        size,
        align,
        inUse,
        offset,
        redLeftPad,
        ooOrder,
        ooObjects,
        minOrder,
        minObjects,
        minPartial,
        cpuPartial,
        cpuPartialSlabs,
        flags,
        allocFlags,
        ctor);
  }

  /// Bytes of a slab as wished for.
  public int slabBytes() {
    return SlabOrder.PAGE_SIZE << ooOrder;
  }

  /// Bytes of a slab when memory is short.
  public int minSlabBytes() {
    return SlabOrder.PAGE_SIZE << minOrder;
  }

  /// Does the free pointer lie behind the object, so that the object's bytes survive?
  public boolean freePointerAfterObject() {
    return offset >= inUse;
  }

  /// Where the tracks begin, counted from the object; without STORE_USER, where padding does.
  public int tracksOffset() {
    return freePointerAfterObject() ? inUse + SlotLayout.WORD : inUse;
  }

  /// Where the size that kmalloc was asked for lies, counted from the object, if it is kept.
  public int askedSizeOffset() {
    return tracksOffset() + 2 * SlotLayout.TRACK;
  }

  /// The bytes that a live object was asked for, where that is kept; else its size
  /// (`get_orig_size`).
  public int askedBytes(Memory memory, long object) {
    return keepsAskedSize() ? memory.loadInt(object + askedSizeOffset()) : objectSize;
  }

  /// Keeps the bytes that an object is asked for, where that is done (`set_orig_size`).
  void keepAskedBytes(Memory memory, long object, int bytes) {
    if (keepsAskedSize()) {
      memory.storeInt(object + askedSizeOffset(), bytes);
    }
  }

  private boolean keepsAskedSize() {
    return has(SlabFlags.KMALLOC) && has(SlabFlags.STORE_USER);
  }

  /// The bytes that a caller may use: what `ksize` answers.
  public int usableBytes() {
    if (has(SlabFlags.RED_ZONE | SlabFlags.POISON)) {
      return objectSize;
    }
    return has(SlabFlags.TYPESAFE_BY_RCU | SlabFlags.STORE_USER) ? inUse : size;
  }
}
