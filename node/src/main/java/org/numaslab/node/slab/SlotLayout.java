package org.numaslab.node.slab;

/// Where the parts of one slot lie. All offsets but `redLeftPad` count from the object.
///
/// ```text
/// slot                                                                                    slot + size
/// | redLeftPad | object      | right zone | free     | track of  | track of | asked    | padding |
/// | (RED_ZONE) |             | (RED_ZONE) | pointer  | alloc     | free     | size     |         |
/// |            |             |            | if after | (STORE_USER)         | (KMALLOC)|         |
///              ^ object      ^ objectSize ^ inUse    ^ tracks               ^ askedSize
/// ```
///
/// The free pointer lies in the middle of a free object, unless bytes of the object must survive:
/// then after it. Models `calculate_sizes` and `get_info_end` of mm/slub.c, v6.1.
record SlotLayout(int align, int inUse, int offset, int tracks, int redLeftPad, int size) {
  static final int WORD = 8;

  /// struct track: address 8, stack handle 4, cpu 4, pid 4, when 8, aligned.
  static final int TRACK = 32;

  /// The size that kmalloc was asked for, kept where there are tracks.
  static final int ASKED_SIZE = 4;

  private static final int CACHE_LINE = 64;

  static SlotLayout of(CacheRequest request, int flags) {
    boolean redZone = (flags & SlabFlags.RED_ZONE) != 0;
    int objectSize = request.objectSize();
    int align = align(request);

    int inUse = up(objectSize, WORD);
    if (redZone && inUse == objectSize) {
      inUse += WORD; // no byte left over that could be the right zone
    }
    boolean after = freePointerAfter(request, flags);
    int tracks = after ? inUse + WORD : inUse;
    int end = tracks;
    if ((flags & SlabFlags.STORE_USER) != 0) {
      end += 2 * TRACK + ((flags & SlabFlags.KMALLOC) != 0 ? ASKED_SIZE : 0);
    }
    int redLeftPad = redZone ? up(WORD, align) : 0;
    // A word of padding ends a red-zoned slot: an overrun of the tracks shows there.
    int size = up(end + (redZone ? WORD : 0) + redLeftPad, align);
    int offset = after ? inUse : objectSize / 2 / WORD * WORD;
    return new SlotLayout(align, inUse, offset, tracks, redLeftPad, size);
  }

  private static boolean freePointerAfter(CacheRequest request, int flags) {
    boolean tooSmallForZoneAndPointer =
        (flags & SlabFlags.RED_ZONE) != 0 && request.objectSize() < WORD;
    return request.ctor()
        || (flags & (SlabFlags.TYPESAFE_BY_RCU | SlabFlags.POISON)) != 0
        || tooSmallForZoneAndPointer;
  }

  /// The alignment of a cache's objects: what was asked, with HWCACHE_ALIGN a cache line or the
  /// smallest half, quarter.. of one that holds an object, and never less than a word. Models
  /// `calculate_alignment` of mm/slab_common.c, v6.1.
  static int align(CacheRequest request) {
    int align = Math.max(request.align(), WORD);
    if ((request.flags() & SlabFlags.HWCACHE_ALIGN) != 0) {
      int line = CACHE_LINE;
      while (request.objectSize() <= line / 2) {
        line /= 2;
      }
      align = Math.max(align, line);
    }
    return align;
  }

  /// The next multiple of a power of two.
  static int up(int value, int powerOfTwo) {
    return (value + powerOfTwo - 1) & -powerOfTwo;
  }
}
