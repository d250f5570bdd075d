package org.numaslab.node.slab;

import java.util.Arrays;
import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.memory.ObjectAddress;
import org.numaslab.node.memory.SlabWord;

/// The objects in a cache's slabs: where they lie, and how the free ones are linked through
/// themselves.
///
/// ```text
/// slot          0            redLeftPad                 + offset                size
///               +------------+--------------------------+--------+--------------+
///               | red zone   | object                   | next   |              |
///               +------------+--------------------------+--------+--------------+
/// next          the kernel's pointer to the next free object, 0 ends the list; hardened: pointer ^ cookie ^ byteswap(its own address)
/// ```
///
/// Owner: whoever may touch the slab's node; the lists belong to the holder of the slab. Allocates
/// nothing but in the methods that return arrays. Models `get_freepointer`, `set_freepointer` and
/// `freelist_ptr` of mm/slub.c, v6.1, with CONFIG_SLAB_FREELIST_HARDENED.
public final class SlabObjects {
  /// Slabs are at most 2^22 bytes (order 10), so a quotient by multiplication is exact with this
  /// many fraction bits.
  private static final int QUOTIENT_BITS = 44;

  private static final long DIRECT_MAP = ObjectAddress.DIRECT_MAP;

  private final Memory memory;
  private final FrameTable frames;
  private final int slotBytes;
  private final int redLeftPad;
  private final int offset;
  private final boolean hardened;
  private final long cookie;
  private final long slotQuotient;

  public SlabObjects(Memory memory, CacheGeometry geometry, boolean hardened, long cookie) {
    this.memory = memory;
    this.frames = memory.frames();
    this.slotBytes = geometry.size();
    this.redLeftPad = geometry.redLeftPad();
    this.offset = geometry.offset();
    this.hardened = hardened;
    this.cookie = cookie;
    this.slotQuotient = (1L << QUOTIENT_BITS) / slotBytes + 1;
  }

  /// The free object after `object` on its list, 0 for none.
  public long next(long object) {
    return physical(nextPointer(object));
  }

  /// The same as the pointer that the kernel has: what the hot path keeps, since it is put back
  /// into memory as it is.
  public long nextPointer(long object) {
    long at = object + offset;
    return memory.load(at) ^ mask(at);
  }

  /// Whether what follows `object` is the end of the list or an object of the slab.
  public boolean hasValidNext(long slab, long object) {
    long next = next(object);
    return next == 0 || isObject(slab, SlabWord.objects(frames.word(slab)), next);
  }

  /// @throws EmulatedOops when the object is to point to itself: then it is freed twice in a row
  public void setNext(long object, long next) {
    setNextPointer(object, pointer(next));
  }

  /// The same for the kernel's pointer to the next object, 0 for none.
  public void setNextPointer(long object, long next) {
    if (hardened && object + DIRECT_MAP == next) {
      throw EmulatedOops.freedTwice(object);
    }
    long at = object + offset;
    memory.store(at, next ^ mask(at));
  }

  /// The kernel's pointer to an object, 0 for none.
  public static long pointer(long object) {
    return object == 0 ? 0 : object + DIRECT_MAP;
  }

  /// The object behind a pointer of the kernel, 0 for none.
  public static long physical(long pointer) {
    return pointer == 0 ? 0 : pointer - DIRECT_MAP;
  }

  /// What a pointer is hidden with. It does not depend on the pointer, so that one operation lies
  /// between memory and the free list.
  private long mask(long at) {
    return hardened ? cookie ^ Long.reverseBytes(at + DIRECT_MAP) : 0;
  }

  public long objectAt(long slab, int index) {
    return (slab << Memory.PAGE_SHIFT) + (long) index * slotBytes + redLeftPad;
  }

  /// The index of the slot that `object` lies in.
  public int indexOf(long slab, long object) {
    long distance = object - (slab << Memory.PAGE_SHIFT);
    return (int) ((distance * slotQuotient) >>> QUOTIENT_BITS);
  }

  /// Whether `object` is where an object of the slab begins.
  public boolean isObject(long slab, int objects, long object) {
    long distance = object - (slab << Memory.PAGE_SHIFT);
    if (distance < 0 || distance >= (long) Memory.PAGE_BYTES << frames.order(slab)) {
      return false;
    }
    int index = indexOf(slab, object);
    return index < objects && objectAt(slab, index) == object;
  }

  /// The first free object on the slab's own list, 0 for none.
  public long firstFree(long slab, long word) {
    return SlabWord.hasFree(word) ? objectAt(slab, SlabWord.firstFree(word)) : 0;
  }

  /// The index form of a list head, as the slab word has it.
  public int headIndex(long slab, long head) {
    return head == 0 ? SlabWord.NO_OBJECT : indexOf(slab, head);
  }

  /// Takes the whole list of a slab that the caller has frozen and counts its objects as in use;
  /// where the list is empty the slab is unfrozen as full. Models `get_freelist`.
  ///
  /// @param lost is told of each exchange that another cpu won
  /// @return the first object of the list, 0 when there was none
  public long takeList(long slab, Runnable lost) {
    while (true) {
      long word = frames.word(slab);
      assert SlabWord.frozen(word) : SlabWord.toString(word);
      boolean any = SlabWord.hasFree(word);
      long taken = SlabWord.with(word, SlabWord.NO_OBJECT, SlabWord.objects(word), any);
      if (frames.exchangeWord(slab, word, taken)) {
        return firstFree(slab, word);
      }
      lost.run();
    }
  }

  /// Links the objects of `indexes` from its element `from` on, in array order.
  ///
  /// @return the first object, 0 when there is none
  public long link(long slab, int[] indexes) {
    long next = 0;
    for (int i = indexes.length - 1; i >= 0; i--) {
      long object = objectAt(slab, indexes[i]);
      setNext(object, next);
      next = object;
    }
    return next;
  }

  /// Links objects in array order, before another one: the last first, as if they were freed one by
  /// one.
  public void linkBefore(long object, long[] linked) {
    long next = object;
    for (int i = linked.length - 1; i >= 0; i--) {
      setNext(linked[i], next);
      next = linked[i];
    }
  }

  /// The indexes of the objects of a list, in list order.
  ///
  /// @throws EmulatedOops when the list is corrupt
  public int[] indexes(long slab, long head) {
    int[] indexes = new int[length(slab, head)];
    long object = head;
    for (int i = 0; i < indexes.length; i++) {
      indexes[i] = indexOf(slab, object);
      object = next(object);
    }
    return indexes;
  }

  /// @throws EmulatedOops when the list leads out of the slab, or in circles
  public int length(long slab, long head) {
    int objects = SlabWord.objects(frames.word(slab));
    int length = 0;
    long before = 0;
    for (long object = head; object != 0; object = next(object)) {
      if (length++ == objects || !isObject(slab, objects, object)) {
        throw EmulatedOops.corruptList(slab, before);
      }
      before = object;
    }
    return length;
  }

  /// The last object of a list that is intact and not empty.
  public long last(long head) {
    long object = head;
    for (long next = next(object); next != 0; next = next(object)) {
      object = next;
    }
    return object;
  }

  /// The indexes of a list that may be corrupt: as far as it leads to objects of the slab that were
  /// not met before.
  public int[] intactIndexes(long slab, long head) {
    int objects = SlabWord.objects(frames.word(slab));
    int[] indexes = new int[objects];
    boolean[] met = new boolean[objects];
    int length = 0;
    for (long object = head; isObject(slab, objects, object); object = next(object)) {
      int index = indexOf(slab, object);
      if (met[index]) {
        break;
      }
      met[index] = true;
      indexes[length++] = index;
    }
    return Arrays.copyOf(indexes, length);
  }

  /// Clears an object as `memset(object, 0, object_size)` does.
  public void zero(long object, int objectSize) {
    memory.fill(object, objectSize, (byte) 0);
  }
}
