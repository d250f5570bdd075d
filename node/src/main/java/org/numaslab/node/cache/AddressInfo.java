package org.numaslab.node.cache;

import java.util.function.IntFunction;
import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.memory.SlabWord;
import org.numaslab.node.slab.SlabObjects;

/// What lies at an address, as the page-frame table tells: what `kmem_obj_info` of mm/slub.c, v6.1,
/// finds.
///
/// | what | begin | bytes |
/// |---|---|---|
/// | OBJECT | of the object in whose slot the address lies, behind its left zone | object_size |
/// | PAGES | of the block | of the block |
/// | BEYOND | of the last slot's end in a slab | 0 |
/// | NOTHING | the address | 0 |
///
/// @param cache its number; -1 where it is no slab
/// @param frame the slab's or block's first page frame
/// @param order of that slab or block
/// @param index of the object in its slab; -1 for none
/// @param onSlabList whether the object is free on its slab's own list. Free objects on CPUs' lists
///   are not known at the slab
/// @param frozen whether a cpu holds the slab
public record AddressInfo(
    What what,
    int cache,
    long frame,
    int order,
    int index,
    long begin,
    long bytes,
    boolean onSlabList,
    boolean frozen) {
  /// What an address may lie in.
  public enum What {
    OBJECT,
    PAGES,
    BEYOND,
    NOTHING
  }

  private static final int NONE = -1;

  /// Nothing that anybody may use.
  public static AddressInfo nothing(long address) {
    return new AddressInfo(What.NOTHING, NONE, 0, 0, NONE, address, 0, false, false);
  }

  /// @param address in memory that `frames` may tell of
  /// @param caches a cache by its number, as it is known here
  public static AddressInfo at(
      long address,
      FrameTable frames,
      IntFunction<KmemCache> caches,
      IntFunction<SlabObjects> objects) {
    long frame = address >>> Memory.PAGE_SHIFT;
    long head = frames.head(frame);
    return switch (frames.kind(frame)) {
      case PAGES -> {
        int order = frames.order(head);
        yield new AddressInfo(
            What.PAGES,
            NONE,
            head,
            order,
            NONE,
            head << Memory.PAGE_SHIFT,
            (long) Memory.PAGE_BYTES << order,
            false,
            false);
      }
      case SLAB, RCU -> {
        int cache = frames.cache(head);
        yield inSlab(address, head, frames, caches.apply(cache), objects.apply(cache));
      }
      case NONE, FREE_BLOCK, RESERVED -> nothing(address);
    };
  }

  private static AddressInfo inSlab(
      long address, long slab, FrameTable frames, KmemCache cache, SlabObjects of) {
    int id = cache.id().value();
    long word = frames.word(slab);
    int objects = SlabWord.objects(word);
    int order = frames.order(slab);
    int index = of.indexOf(slab, address);
    if (index >= objects) {
      long end = (slab << Memory.PAGE_SHIFT) + (long) objects * cache.geometry().size();
      return new AddressInfo(
          What.BEYOND, id, slab, order, NONE, end, 0, false, SlabWord.frozen(word));
    }
    boolean free = false;
    for (int listed : of.intactIndexes(slab, of.firstFree(slab, word))) {
      free |= listed == index;
    }
    return new AddressInfo(
        What.OBJECT,
        id,
        slab,
        order,
        index,
        of.objectAt(slab, index),
        cache.geometry().objectSize(),
        free,
        SlabWord.frozen(word));
  }

  /// Whether `length` bytes from `address` on lie in the object or block.
  public boolean holds(long address, long length) {
    return length >= 0 && address >= begin && address - begin <= bytes - length;
  }
}
