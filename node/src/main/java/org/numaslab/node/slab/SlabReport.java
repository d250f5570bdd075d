package org.numaslab.node.slab;

import java.util.HexFormat;
import java.util.Locale;
import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.memory.ObjectAddress;
import org.numaslab.node.memory.SlabWord;
import org.numaslab.node.topology.ZoneType;

/// The reports of one cache on one node, in the kernel's wording.
///
/// Models `slab_bug`, `print_trailer`, `print_slab_info`, `print_section` and `slab_fix` of
/// mm/slub.c, v6.1. No stack is dumped: an emulated caller has none.
public final class SlabReport {
  private static final String DOUBLE_RULE = "=".repeat(77);
  private static final String RULE = "-".repeat(77);
  private static final int BYTES_PER_ROW = 16;
  private static final int BYTES_BEFORE = 16;
  private static final int ASCII_COLUMN = 16 * 3;
  private static final HexFormat HEX = HexFormat.of();

  /// Where x86-64 keeps its page structures, and how long one is.
  private static final long VMEMMAP = 0xffffea0000000000L;

  private static final int PAGE_STRUCT_BYTES = 64;

  private final String cache;
  private final int node;
  private final Memory memory;
  private final CacheGeometry geometry;
  private final SlabObjects objects;
  private final KernelMessages messages;

  public SlabReport(
      String cache,
      int node,
      Memory memory,
      CacheGeometry geometry,
      SlabObjects objects,
      KernelMessages messages) {
    this.cache = cache;
    this.node = node;
    this.memory = memory;
    this.geometry = geometry;
    this.objects = objects;
    this.messages = messages;
  }

  /// The head of a report.
  void bug(String what) {
    messages.print(DOUBLE_RULE);
    messages.print("BUG " + cache + " (Not tainted): " + what);
    messages.print(RULE);
    messages.print("");
  }

  /// A report on a whole slab (`slab_err`).
  public void slabError(long slab, String what) {
    bug(what);
    printSlab(slab);
  }

  /// Lists the live objects of a slab in a cache that is being destroyed (`list_slab_objects`).
  public void listObjects(long slab) {
    long word = memory.frames().word(slab);
    boolean[] free = new boolean[SlabWord.objects(word)];
    for (int index : objects.intactIndexes(slab, objects.firstFree(slab, word))) {
      free[index] = true;
    }
    slabError(slab, "Objects remaining in " + cache + " on __kmem_cache_shutdown()");
    for (int i = 0; i < free.length; i++) {
      if (!free[i]) {
        printLive(slab, objects.objectAt(slab, i));
      }
    }
  }

  /// A report on an object (`object_err`).
  void objectError(long slab, long object, String what) {
    bug(what);
    if (objects.isObject(slab, SlabWord.objects(memory.frames().word(slab)), object)) {
      printTrailer(slab, object);
    } else {
      printSlab(slab);
      messages.print("Invalid pointer " + pointer(object));
    }
  }

  /// A report on bytes that are not what they should be.
  void bytesError(long slab, long object, String what, long first, long last, int instead) {
    bug(what + " overwritten");
    messages.print(
        String.format(
            Locale.ROOT,
            "%s-%s @offset=%d. First byte 0x%x instead of 0x%x",
            ObjectAddress.print(first),
            ObjectAddress.print(last),
            first - (slab << Memory.PAGE_SHIFT),
            memory.loadByte(first) & 0xff,
            instead));
    printTrailer(slab, object);
  }

  void fix(String what) {
    messages.print("FIX " + cache + ": " + what);
  }

  private void printTrailer(long slab, long object) {
    printTracks(object);
    printSlab(slab);
    messages.print(
        "Object "
            + ObjectAddress.print(object)
            + " @offset="
            + (object - (slab << Memory.PAGE_SHIFT))
            + " fp="
            + pointer(objects.next(object)));
    messages.print("");
    boolean redZone = geometry.has(SlabFlags.RED_ZONE);
    if (redZone) {
      section("Redzone  ", object - geometry.redLeftPad(), geometry.redLeftPad());
    } else if (object > (slab << Memory.PAGE_SHIFT) + BYTES_BEFORE) {
      section("Bytes b4 ", object - BYTES_BEFORE, BYTES_BEFORE);
    }
    section("Object   ", object, Math.min(geometry.objectSize(), Memory.PAGE_BYTES));
    if (redZone) {
      section(
          "Redzone  ", object + geometry.objectSize(), geometry.inUse() - geometry.objectSize());
    }
    int padding = paddingOffset(geometry);
    int end = geometry.size() - geometry.redLeftPad();
    if (padding != end) {
      section("Padding  ", object + padding, end - padding);
    }
  }

  /// Where the padding of a slot begins, counted from the object.
  static int paddingOffset(CacheGeometry geometry) {
    if (!geometry.has(SlabFlags.STORE_USER)) {
      return geometry.tracksOffset();
    }
    return geometry.askedSizeOffset()
        + (geometry.has(SlabFlags.KMALLOC) ? CacheGeometry.ASKED_SIZE_BYTES : 0);
  }

  /// Who allocated and freed an object (`print_tracking`).
  public void printTracks(long object) {
    if (geometry.has(SlabFlags.STORE_USER)) {
      printTrack("Allocated", Track.ofAllocation(memory, geometry, object));
      printTrack("Freed", Track.ofFree(memory, geometry, object));
    }
  }

  private void printTrack(String what, Track track) {
    if (track.isSet()) {
      messages.print(what + " in emulated_task age=0 cpu=" + track.cpu() + " pid=" + track.pid());
    }
  }

  private void printSlab(long slab) {
    FrameTable frames = memory.frames();
    long word = frames.word(slab);
    messages.print(
        "Slab 0x"
            + Long.toHexString(VMEMMAP + slab * PAGE_STRUCT_BYTES)
            + " objects="
            + SlabWord.objects(word)
            + " used="
            + SlabWord.inUse(word)
            + " fp="
            + pointer(objects.firstFree(slab, word))
            + " flags=0x0(slab"
            + (frames.order(slab) > 0 ? "|head" : "")
            + "|node="
            + node
            + "|zone="
            + ZoneType.of(slab).ordinal()
            + ")");
  }

  /// An object that is still alive in a cache that is being destroyed.
  public void printLive(long slab, long object) {
    messages.print(
        "Object "
            + ObjectAddress.print(object)
            + " @offset="
            + (object - (slab << Memory.PAGE_SHIFT)));
    printTracks(object);
  }

  static String pointer(long physical) {
    return physical == 0 ? "0x0000000000000000" : ObjectAddress.print(physical);
  }

  /// Bytes, sixteen a row, as numbers and as text (`print_hex_dump`).
  void section(String label, long address, int length) {
    byte[] bytes = memory.copyOut(address, length);
    for (int row = 0; row < length; row += BYTES_PER_ROW) {
      StringBuilder numbers = new StringBuilder();
      StringBuilder text = new StringBuilder();
      for (int i = row; i < Math.min(length, row + BYTES_PER_ROW); i++) {
        int value = bytes[i] & 0xff;
        numbers.append(HEX.toHexDigits(bytes[i])).append(' ');
        text.append(value >= ' ' && value < 0x7f ? (char) value : '.');
      }
      while (numbers.length() < ASCII_COLUMN) {
        numbers.append(' ');
      }
      messages.print(
          label
              + Long.toHexString(address + row + ObjectAddress.DIRECT_MAP)
              + ": "
              + numbers
              + " "
              + text);
    }
  }
}
