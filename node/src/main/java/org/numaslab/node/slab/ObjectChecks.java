package org.numaslab.node.slab;

import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.memory.ObjectAddress;
import org.numaslab.node.memory.SlabWord;

/// The bytes of a debug cache's objects: written when an object changes hands, checked before,
/// reported and restored where they are wrong.
///
/// ```text
/// slot   +------------+-----------------+------------+--------+-------------+------------+-----------+---------+
///        | left zone  | object          | right zone | next   | alloc track | free track | orig size | padding |
///        +------------+-----------------+------------+--------+-------------+------------+-----------+---------+
/// free     bb           6b .. 6b a5       bb                                                           5a
/// in use   cc           the owner's       cc                                                           5a
/// ```
///
/// Zones with RED_ZONE, contents and padding with POISON, tracks with STORE_USER; without RED_ZONE
/// the right zone of a poisoned cache is 5a. Owner: the node of the slab. Models `init_object`,
/// `check_object`, `check_slab`, `on_freelist`, `alloc_debug_processing` and
/// `free_debug_processing` of mm/slub.c, v6.1.
public final class ObjectChecks {
  private static final String ALLOC = "alloc";
  private static final String FREE = "free";

  private static final int RED_INACTIVE = 0xbb;
  private static final int RED_ACTIVE = 0xcc;
  private static final int POISON_FREE = 0x6b;
  private static final int POISON_END = 0xa5;
  private static final int POISON_INUSE = 0x5a;

  /// A byte times this is eight of it.
  private static final long EACH_BYTE = 0x0101010101010101L;

  private final CacheGeometry geometry;
  private final Memory memory;
  private final FrameTable frames;
  private final SlabObjects objects;
  private final SlabReport report;
  private final boolean redZone;
  private final boolean poison;
  private final boolean objectPoison;
  private final boolean tracks;
  private final boolean consistency;
  private final boolean trace;
  private final String cache;
  private final KernelMessages messages;

  public ObjectChecks(
      String cache,
      CacheGeometry geometry,
      Memory memory,
      SlabObjects objects,
      SlabReport report,
      KernelMessages messages) {
    this.cache = cache;
    this.geometry = geometry;
    this.memory = memory;
    this.frames = memory.frames();
    this.objects = objects;
    this.report = report;
    this.messages = messages;
    this.redZone = geometry.has(SlabFlags.RED_ZONE);
    this.poison = geometry.has(SlabFlags.POISON);
    this.objectPoison = geometry.has(SlabFlags.OBJECT_POISON);
    this.tracks = geometry.has(SlabFlags.STORE_USER);
    this.consistency = geometry.has(SlabFlags.CONSISTENCY_CHECKS);
    this.trace = geometry.has(SlabFlags.TRACE);
  }

  // ---- new slabs

  /// Prepares the bytes of a new slab.
  public void prepareSlab(long slab, int order) {
    if (poison) {
      memory.fill(
          slab << Memory.PAGE_SHIFT, (long) Memory.PAGE_BYTES << order, (byte) POISON_INUSE);
    }
  }

  /// Prepares a new object, before its constructor runs.
  public void prepareObject(long object) {
    write(object, RED_INACTIVE);
    if (tracks) {
      Track.clear(memory, object + geometry.tracksOffset());
      Track.clear(memory, object + geometry.tracksOffset() + CacheGeometry.TRACK_BYTES);
    }
  }

  private void write(long object, int zone) {
    if (redZone) {
      memory.fill(object - geometry.redLeftPad(), geometry.redLeftPad(), (byte) zone);
    }
    if (objectPoison) {
      memory.fill(object, geometry.objectSize() - 1L, (byte) POISON_FREE);
      memory.storeByte(object + geometry.objectSize() - 1, (byte) POISON_END);
    }
    if (redZone) {
      memory.fill(
          object + geometry.objectSize(),
          (long) geometry.inUse() - geometry.objectSize(),
          (byte) zone);
    }
  }

  // ---- allocation and free

  /// An object that was taken off its slab's list is about to be handed out.
  ///
  /// @return false when it is not as a free object should be: then its whole slab is written off,
  ///   all objects marked used
  public boolean allocated(long slab, long object, Call call) {
    if (consistency && !mayAllocate(slab, object)) {
      report.fix("Marking all objects used");
      long word = frames.word(slab);
      // The mark of a cpu's slab, which a checked slab never is: here it stands for "written off".
      frames.setWord(slab, SlabWord.with(word, SlabWord.NO_OBJECT, SlabWord.objects(word), true));
      return false;
    }
    traceLine(ALLOC, slab, object);
    write(object, RED_ACTIVE);
    if (tracks) {
      call.by().write(memory, object + geometry.tracksOffset());
      int bytes = call.bytes() == 0 ? geometry.objectSize() : call.bytes();
      geometry.keepAskedBytes(memory, object, bytes);
    }
    return true;
  }

  private boolean mayAllocate(long slab, long object) {
    if (!checkSlab(slab)) {
      return false;
    }
    if (!isValid(slab, object)) {
      report.objectError(slab, object, "Freelist Pointer check fails");
      return false;
    }
    return checkObject(slab, object, RED_INACTIVE);
  }

  /// Objects of a slab are about to be freed.
  ///
  /// @param run in list order
  /// @return how many of them, from the first on, to free: 0 when one is not as a live object
  ///   should be, and fewer than all when the last one comes up before its turn
  public int freed(long slab, long[] run, Call call) {
    if (consistency && !checkSlab(slab)) {
      return notFreed(run[0]);
    }
    int inUse = SlabWord.inUse(frames.word(slab));
    if (inUse < run.length) {
      report.slabError(
          slab, "Slab has " + inUse + " allocated objects but " + run.length + " are to be freed");
      return notFreed(run[0]);
    }
    long tail = run[run.length - 1];
    int count = 0;
    long object;
    do {
      object = run[count++];
      if (consistency && !mayFree(slab, object)) {
        return notFreed(object);
      }
      if (tracks) {
        call.by().write(memory, object + geometry.tracksOffset() + CacheGeometry.TRACK_BYTES);
      }
      traceLine(FREE, slab, object);
      write(object, RED_INACTIVE);
    } while (object != tail);
    if (count != run.length) {
      report.slabError(slab, "Bulk free expected " + run.length + " objects but found " + count);
    }
    return count;
  }

  private int notFreed(long object) {
    report.fix("Object at " + ObjectAddress.print(object) + " not freed");
    return 0;
  }

  private boolean mayFree(long slab, long object) {
    if (!isValid(slab, object)) {
      report.slabError(slab, "Invalid object pointer " + ObjectAddress.print(object));
      return false;
    }
    if (isOnFreeList(slab, object)) {
      report.objectError(slab, object, "Object already free");
      return false;
    }
    return checkObject(slab, object, RED_ACTIVE);
  }

  /// Models `trace` of mm/slub.c, v6.1, without the stack.
  private void traceLine(String what, long slab, long object) {
    if (trace) {
      messages.print(
          "TRACE "
              + cache
              + " "
              + what
              + " "
              + ObjectAddress.print(object)
              + " inuse="
              + SlabWord.inUse(frames.word(slab))
              + " fp="
              + SlabReport.pointer(objects.firstFree(slab, frames.word(slab))));
      if (what.equals(FREE)) {
        report.section("Object ", object, geometry.objectSize());
      }
    }
  }

  // ---- checks

  /// Null is a valid pointer: it ends a list.
  private boolean isValid(long slab, long object) {
    return object == 0 || objects.isObject(slab, SlabWord.objects(frames.word(slab)), object);
  }

  private boolean checkObject(long slab, long object, int zone) {
    long end = object + geometry.objectSize();
    int rightZone = geometry.inUse() - geometry.objectSize();
    if (redZone) {
      int pad = geometry.redLeftPad();
      if (!checkBytes(slab, object, "Left Redzone", object - pad, zone, pad)
          || !checkBytes(slab, object, "Right Redzone", end, zone, rightZone)) {
        return false;
      }
    } else if (poison && rightZone > 0) {
      checkBytes(slab, object, "Alignment padding", end, POISON_INUSE, rightZone);
    }
    if (poison) {
      int payload = geometry.objectSize() - 1;
      if (zone != RED_ACTIVE
          && objectPoison
          && (!checkBytes(slab, object, "Poison", object, POISON_FREE, payload)
              || !checkBytes(slab, object, "End Poison", object + payload, POISON_END, 1))) {
        return false;
      }
      int padding = SlabReport.paddingOffset(geometry);
      int slotEnd = geometry.size() - geometry.redLeftPad();
      checkBytes(slab, object, "Object padding", object + padding, POISON_INUSE, slotEnd - padding);
    }
    if (!geometry.freePointerAfterObject() && zone == RED_ACTIVE) {
      return true;
    }
    if (!objects.hasValidNext(slab, object)) {
      report.objectError(slab, object, "Freepointer corrupt");
      objects.setNext(object, 0);
      return false;
    }
    return true;
  }

  /// Bytes that are all to be `value`; what differs is reported and restored.
  private boolean checkBytes(
      long slab, long object, String what, long from, int value, int length) {
    if (isAll(from, value, length)) {
      return true;
    }
    long first = -1;
    long last = -1;
    for (long at = from; at < from + length; at++) {
      if ((memory.loadByte(at) & 0xff) != value) {
        first = first < 0 ? at : first;
        last = at;
      }
    }
    report.bytesError(slab, object, what, first, last, value);
    restore(what, value, first, last);
    return false;
  }

  private boolean isAll(long from, int value, int length) {
    long pattern = value * EACH_BYTE;
    long end = from + length;
    long at = from;
    for (; at + Long.BYTES <= end; at += Long.BYTES) {
      if (memory.load(at) != pattern) {
        return false;
      }
    }
    for (; at < end; at++) {
      if ((memory.loadByte(at) & 0xff) != value) {
        return false;
      }
    }
    return true;
  }

  private void restore(String what, int value, long first, long last) {
    report.fix(
        "Restoring "
            + what
            + " "
            + ObjectAddress.print(first)
            + "-"
            + ObjectAddress.print(last)
            + "=0x"
            + Integer.toHexString(value));
    memory.fill(first, last - first + 1, (byte) value);
  }

  private boolean checkSlab(long slab) {
    long word = frames.word(slab);
    int most = objectsIn(slab);
    if (SlabWord.frozen(word)) {
      report.slabError(slab, "Slab disabled since SLUB metadata consistency check failed");
      return false;
    }
    if (SlabWord.objects(word) > most) {
      report.slabError(slab, "objects " + SlabWord.objects(word) + " > max " + most);
      return false;
    }
    if (SlabWord.inUse(word) > SlabWord.objects(word)) {
      report.slabError(slab, "inuse " + SlabWord.inUse(word) + " > max " + SlabWord.objects(word));
      return false;
    }
    checkSlabPadding(slab);
    return true;
  }

  private int objectsIn(long slab) {
    return (Memory.PAGE_BYTES << frames.order(slab)) / geometry.size();
  }

  /// The bytes behind the last slot.
  private void checkSlabPadding(long slab) {
    int length = Memory.PAGE_BYTES << frames.order(slab);
    int remainder = length % geometry.size();
    long end = (slab << Memory.PAGE_SHIFT) + length;
    long pad = end - remainder;
    if (!poison || isAll(pad, POISON_INUSE, remainder)) {
      return;
    }
    long first = -1;
    long last = -1;
    for (long at = pad; at < end; at++) {
      if ((memory.loadByte(at) & 0xff) != POISON_INUSE) {
        first = first < 0 ? at : first;
        last = at;
      }
    }
    report.slabError(
        slab,
        "Padding overwritten. "
            + ObjectAddress.print(first)
            + "-"
            + ObjectAddress.print(last)
            + " @offset="
            + (first - (slab << Memory.PAGE_SHIFT)));
    report.section("Padding ", pad, remainder);
    restore("slab padding", POISON_INUSE, first, last);
  }

  /// Walks a slab's list, repairs what does not add up. A list without an end, in which v6.1 would
  /// walk for ever, is cleared as later kernels do it.
  ///
  /// @param search an object, or 0 to check the whole list
  /// @return whether the object is on the list; for 0 whether the list is usable
  private boolean isOnFreeList(long slab, long search) {
    long word = frames.word(slab);
    long free = objects.firstFree(slab, word);
    long before = 0;
    int count = 0;
    while (free != 0 && count <= SlabWord.objects(word)) {
      if (free == search) {
        return true;
      }
      if (!isValid(slab, free)) {
        if (before == 0) {
          report.slabError(slab, "Freepointer corrupt");
          clearList(slab);
          return false;
        }
        report.objectError(slab, before, "Freechain corrupt");
        objects.setNext(before, 0);
        break;
      }
      before = free;
      free = objects.next(free);
      count++;
    }
    if (count > SlabWord.objects(word)) {
      report.slabError(slab, "Freelist cycle detected");
      clearList(slab);
      return false;
    }
    adjustCounts(slab, count);
    return search == 0;
  }

  private void clearList(long slab) {
    long word = frames.word(slab);
    frames.setWord(slab, SlabWord.with(word, SlabWord.NO_OBJECT, SlabWord.objects(word), false));
    report.fix("Freelist cleared");
  }

  /// Compares a slab's counts with its pages and with the free objects counted on its list.
  private void adjustCounts(long slab, int free) {
    long word = frames.word(slab);
    int most = objectsIn(slab);
    if (SlabWord.objects(word) != most) {
      report.slabError(
          slab,
          "Wrong number of objects. Found " + SlabWord.objects(word) + " but should be " + most);
      word =
          SlabWord.of(
              SlabWord.generation(word),
              SlabWord.firstFree(word),
              SlabWord.inUse(word),
              most,
              SlabWord.frozen(word));
      frames.setWord(slab, word);
      report.fix("Number of objects adjusted");
    }
    int counted = most - free;
    if (SlabWord.inUse(word) != counted) {
      report.slabError(
          slab,
          "Wrong object count. Counter is "
              + SlabWord.inUse(word)
              + " but counted were "
              + counted);
      frames.setWord(slab, SlabWord.with(word, SlabWord.firstFree(word), counted, false));
      report.fix("Object count adjusted");
    }
  }

  // ---- whole slabs

  /// Checks a slab of a list (`validate_slab`).
  public void validate(long slab) {
    if (!checkSlab(slab) || !isOnFreeList(slab, 0)) {
      return;
    }
    int count = SlabWord.objects(frames.word(slab));
    boolean[] free = new boolean[count];
    for (int index : objects.intactIndexes(slab, objects.firstFree(slab, frames.word(slab)))) {
      free[index] = true;
    }
    for (int i = 0; i < count; i++) {
      if (!checkObject(slab, objects.objectAt(slab, i), free[i] ? RED_INACTIVE : RED_ACTIVE)) {
        break;
      }
    }
  }

  /// Checks a slab whose pages go back (`__free_slab`).
  public void discarded(long slab) {
    if (consistency) {
      checkSlabPadding(slab);
      for (int i = 0; i < SlabWord.objects(frames.word(slab)); i++) {
        checkObject(slab, objects.objectAt(slab, i), RED_INACTIVE);
      }
    }
  }
}
