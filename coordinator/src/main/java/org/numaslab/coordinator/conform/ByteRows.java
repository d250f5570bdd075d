package org.numaslab.coordinator.conform;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.numaslab.coordinator.conform.Recording.Row;
import org.numaslab.coordinator.conform.Recording.Step;
import org.numaslab.coordinator.driver.simulate.SimulatedMachine;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.cache.CpuView;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.memory.ObjectAddress;
import org.numaslab.node.protocol.SlabRef;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.slab.SlabObjects;

/// The bytes of slots: HEX and HEXROW, TAIL, and what a script writes into them.
///
/// Free pointers are hardened with a cookie that only the recorded kernel knew: it follows from the
/// first pointer that a recording shows of a cache, and with it every later one must be right.
final class ByteRows {
  private static final int ROW_BYTES = 16;
  private static final int GROUP_BYTES = 8;

  /// Bytes of a tail that a recording lists at most.
  private static final int TAIL_LISTED_MAX = 64;

  private final SimulatedMachine machine;
  private final Memory memory;
  private final Map<CacheId, Long> cookies = new HashMap<>();

  ByteRows(SimulatedMachine machine) {
    this.machine = machine;
    this.memory = machine.state().memory();
  }

  void hex(KmemCache cache, Command.Hex c, long object, Step step, List<String> rows) {
    CacheGeometry g = cache.geometry();
    long slot = object - g.redLeftPad();
    byte[] bytes = memory.copyOut(slot, g.size());
    if (showsPointer(cache, object)) {
      harden(cache, object, bytes, step);
    }
    if (g.has(SlabFlags.STORE_USER)) {
      int track = g.redLeftPad() + g.tracksOffset();
      takeTrack(bytes, track, step);
      takeTrack(bytes, track + CacheGeometry.TRACK_BYTES, step);
    }
    rows.add(
        ScriptRun.tabs(
            "HEX",
            c.label(),
            "ptr=" + ObjectAddress.print(object).substring(2),
            "idx=" + (slot - slab(object) * Memory.PAGE_BYTES) / g.size(),
            "size=" + g.size(),
            "object_size=" + g.objectSize(),
            "inuse=" + g.inUse(),
            "offset=" + g.offset(),
            "red_left_pad=" + g.redLeftPad(),
            "align=" + g.align(),
            "flags=" + Integer.toHexString(g.flags())));
    for (int at = 0; at < bytes.length; at += ROW_BYTES) {
      rows.add(
          "HEXROW\t"
              + c.label()
              + "\t"
              + String.format("%4d\t%5d\t", at, at - g.redLeftPad())
              + text(bytes, at, Math.min(ROW_BYTES, bytes.length - at), true));
    }
  }

  /// The bytes behind the last slot of the object's slab.
  void tail(KmemCache cache, long object, List<String> rows) {
    long slab = slab(object);
    int slabBytes = Memory.PAGE_BYTES << memory.frames().order(slab);
    int used = slabBytes / cache.geometry().size() * cache.geometry().size();
    byte[] tail = memory.copyOut(slab * Memory.PAGE_BYTES + used, slabBytes - used);
    int listed = Math.min(tail.length, TAIL_LISTED_MAX);
    rows.add(
        ScriptRun.tabs(
            "TAIL",
            "slab_bytes=" + slabBytes,
            "used=" + used,
            "tail=" + tail.length,
            text(tail, 0, listed, false)));
  }

  void fill(KmemCache cache, long object, int value) {
    for (int i = 0; i < cache.geometry().objectSize(); i++) {
      poke(cache, object + i, value);
    }
  }

  void poke(KmemCache cache, long address, int value) {
    CacheGeometry g = cache.geometry();
    long frame = address >>> Memory.PAGE_SHIFT;
    if (frame < 1
        || frame >= memory.spanFrames()
        || memory.frames().cache(frame) != cache.id().value()) {
      throw new NotJudged("bytes outside its slabs were written");
    }
    long start = slab(address) * Memory.PAGE_BYTES;
    long object = start + (address - start) / g.size() * g.size() + g.redLeftPad();
    long pointer = object + g.offset();
    if (address >= pointer
        && address < pointer + Long.BYTES
        && !g.has(SlabFlags.CONSISTENCY_CHECKS)
        && nextOf(cache, object) >= 0) {
      throw new NotJudged("a free pointer was overwritten, which a cache without checks follows");
    }
    memory.storeByte(address, (byte) value);
  }

  private long slab(long address) {
    return memory.frames().head(address >>> Memory.PAGE_SHIFT);
  }

  /// A pointer behind the object stays when the object is allocated; one inside is content then.
  private boolean showsPointer(KmemCache cache, long object) {
    return cache.geometry().freePointerAfterObject() || nextOf(cache, object) >= 0;
  }

  /// Writes the free pointer as the recorded kernel had it.
  private void harden(KmemCache cache, long object, byte[] bytes, Step step) {
    int at = cache.geometry().redLeftPad() + cache.geometry().offset();
    long next = nextOf(cache, object);
    SlabObjects objects = cache.objectsIn(memory);
    long decoded = next >= 0 ? next : objects.next(object);
    long plain =
        (decoded == 0 ? 0 : decoded + ObjectAddress.DIRECT_MAP)
            ^ Long.reverseBytes(object + cache.geometry().offset() + ObjectAddress.DIRECT_MAP);
    Long cookie = cookies.get(cache.id());
    if (cookie == null) {
      cookie = recorded(step, at, bytes.length) ^ plain;
      cookies.put(cache.id(), cookie);
    }
    for (int i = 0; i < Long.BYTES; i++) {
      bytes[at + i] = (byte) ((plain ^ cookie) >>> (Byte.SIZE * i));
    }
  }

  /// Of a track only its presence can be equal: where both have one, it is shown as recorded.
  private static void takeTrack(byte[] bytes, int at, Step step) {
    byte[] shown = shown(step, bytes.length);
    if (word(shown, at) != 0 && word(bytes, at) != 0) {
      System.arraycopy(shown, at, bytes, at, CacheGeometry.TRACK_BYTES);
    }
  }

  /// The word that the recording shows at an offset of the slot, 0 when it is not all there.
  private static long recorded(Step step, int at, int size) {
    return word(shown(step, size), at);
  }

  private static long word(byte[] bytes, int at) {
    long word = 0;
    for (int i = Long.BYTES - 1; i >= 0; i--) {
      word = word << Byte.SIZE | (bytes[at + i] & 0xff);
    }
    return word;
  }

  /// The bytes that the recording shows of a slot.
  private static byte[] shown(Step step, int size) {
    byte[] shown = new byte[size];
    for (Row row : step.rows()) {
      if (row.tag().equals("HEXROW") && row.field(1).strip().matches("\\d{1,7}")) {
        int position = row.number(1);
        for (String hex : row.field(3).strip().split("\\s+")) {
          if (position < size && hex.matches("[0-9a-f]{2}")) {
            shown[position++] = (byte) Integer.parseInt(hex, 16);
          }
        }
      }
    }
    return shown;
  }

  /// The free object after a free one on the list that has it, 0 at the end; -1 when the object is
  /// not free.
  private long nextOf(KmemCache cache, long object) {
    long slab = slab(object);
    int home = machine.state().topology().nodeIndexOfFrame(slab);
    long next =
        nextOn(
            machine.state().nodes().get(home).slab(cache.id(), slab).free(), cache, slab, object);
    for (Cpu cpu : machine.state().cpus()) {
      CpuView view = cpu.cache(cache.id()).view();
      SlabRef current = view.slab();
      if (next < 0 && current != null && current.frame() == slab) {
        next = nextOn(view.free(), cache, slab, object);
      }
    }
    return next;
  }

  private long nextOn(int[] list, KmemCache cache, long slab, long object) {
    SlabObjects objects = cache.objectsIn(memory);
    for (int i = 0; i < list.length; i++) {
      if (objects.objectAt(slab, list[i]) == object) {
        return i + 1 < list.length ? objects.objectAt(slab, list[i + 1]) : 0;
      }
    }
    return -1;
  }

  private static String text(byte[] bytes, int from, int count, boolean grouped) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(String.format("%02x ", bytes[from + i]));
      if (grouped && i % GROUP_BYTES == GROUP_BYTES - 1) {
        text.append(' ');
      }
    }
    return text.toString();
  }
}
