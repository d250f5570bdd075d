package org.numaslab.coordinator.wire;

import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.numaslab.node.cache.Stat;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.topology.Topology;

/// Every list that travels: how long it may be, and how many bytes each element takes at least.
/// What is left of a frame bounds it as well, before anything is allocated.
///
/// | list | bytes at most, each number as long as it may be |
/// |---|---|
/// | objects handed off, and their names | 32767 x 7 + 256 x 9 = 226 KiB |
/// | slabs granted, the first with all its objects | 4096 x 29 + 32767 x 3 = 212 KiB |
/// | what a renewal tells | 4096 x 7 + 32768 x 5 = 188 KiB |
/// | pages listed | 512 x 69 = 35 KiB |
/// | a cache, with a random sequence of all its objects | 32767 x 3 = 96 KiB |
///
/// So each fits a frame. Only what nests, slabs with objects in outcomes or runs, names of aliases,
/// can be within its bounds and yet be too long for one.
enum Length {
  /// Addresses: of a freed run, or handed off.
  OBJECTS("objects", Length.OBJECTS_PER_SLAB_MAX, 1),

  /// What tasks call the objects that they hand off.
  NAMES("names", Length.NAMES_MAX, 1),
  INDEXES("indexes", Length.OBJECTS_PER_SLAB_MAX, 1),
  RUNS("runs", Length.RUNS_PER_FREE_MAX, 8),
  OUTCOMES("outcomes", Length.RUNS_PER_FREE_MAX, 3),
  GRANTS("slabs granted", 1, Length.SLABS_MAX, 7),
  SLABS("slabs", Length.SLABS_MAX, 3),
  FROZEN("slabs frozen", Length.SLABS_MAX, 7),
  COUNTS("counts", Stat.COUNT, 2),
  PAGES("pages", Length.PAGES_PER_LIST_MAX, 1 + Length.WORDS_PER_PAGE * Long.BYTES),
  REMOVED("removed incarnations", Length.REMOVED_MAX, 2),
  CACHES("caches", Length.CACHES_MAX, 1),
  MEMBERS("members of a process", 1, Topology.NODES_MAX, 2),
  WORDS("words", Length.WORDS_MAX, 1),
  WORD("word", Length.NAME_BYTES_MAX, 1),
  PROCESS("name of a process", Length.PROCESS_BYTES_MAX, 1),
  CONTENT("bytes", Length.CONTENT_BYTES_MAX, 1),
  CPUS("cpus", Topology.CPUS_MAX, 1),

  /// In bytes, as UTF-8.
  NAME("bytes of a name", Length.NAME_BYTES_MAX, 1),
  LINE("bytes of a line", Length.LINE_BYTES_MAX, 1),
  LINKS("aliases", Length.LINKS_MAX, 1);

  /// A slab counts its objects in 15 bits.
  static final int OBJECTS_PER_SLAB_MAX = 32767;

  /// Tasks that name objects hand off a few at a time.
  static final int NAMES_MAX = 256;

  /// A cpu sends what it has freed when that is 64 objects, which lie in as many slabs at most. The
  /// node answers with an outcome for each run at most.
  static final int RUNS_PER_FREE_MAX = 64;

  /// SLUB's own values of `cpu_partial` mean 60 slabs at most.
  static final int SLABS_MAX = NodeProtocol.SLABS_MAX;

  /// As many as a border puts into one list.
  static final int PAGES_PER_LIST_MAX = 512;

  /// One bit for each 8 bytes of a page.
  static final int WORDS_PER_PAGE = 8;

  /// Each of 1024 nodes removed four times since this member last heard of it.
  static final int REMOVED_MAX = 4096;

  /// Caches of one machine since it began, as numbers are never used again. A distribution's kernel
  /// has about 200.
  static final int CACHES_MAX = 32768;

  /// PATH_MAX: no file in sysfs has a longer one.
  static final int NAME_BYTES_MAX = 4096;

  /// Two names and some words.
  static final int LINE_BYTES_MAX = 4 * NAME_BYTES_MAX;

  /// Of one cache. A distribution's kernel has some tens.
  static final int LINKS_MAX = 4096;

  /// Of a command line that people type.
  static final int WORDS_MAX = 256;

  /// An actor's path, with a host's name of up to 255 bytes.
  static final int PROCESS_BYTES_MAX = 1024;

  /// What one message reads or writes. More is read and written piece by piece.
  static final int CONTENT_BYTES_MAX = 64 << 10;

  private final String label;
  private final int min;
  private final int max;
  private final int elementBytesMin;

  Length(String label, int max, int elementBytesMin) {
    this(label, 0, max, elementBytesMin);
  }

  Length(String label, int min, int max, int elementBytesMin) {
    this.label = label;
    this.min = min;
    this.max = max;
    this.elementBytesMin = elementBytesMin;
  }

  int min() {
    return min;
  }

  int max() {
    return max;
  }

  void write(Output out, int length) {
    if (length < min || length > max) {
      throw wrong(length, max);
    }
    out.writeVarInt(length, true);
  }

  /// How many elements follow. So much may be allocated.
  int read(Input in) {
    long length = Field.readRaw(in, label);
    int left = (in.limit() - in.position()) / elementBytesMin;
    if (length < min || length > Math.min(max, left)) {
      throw wrong(length, Math.min(max, left));
    }
    return (int) length;
  }

  private BadFrame wrong(long length, int allowed) {
    return new BadFrame(
        label,
        Long.toUnsignedString(length),
        length >= min && allowed < max
            ? "up to " + allowed + ", as many as the rest of the frame holds"
            : min + ".." + max);
  }

  void writeAll(Output out, Field each, long[] values) {
    write(out, values.length);
    for (long value : values) {
      each.write(out, value);
    }
  }

  void writeAll(Output out, Field each, int[] values) {
    write(out, values.length);
    for (int value : values) {
      each.write(out, value);
    }
  }

  long[] readLongs(Input in, Field each) {
    long[] values = new long[read(in)];
    for (int i = 0; i < values.length; i++) {
      values[i] = each.read(in);
    }
    return values;
  }

  int[] readInts(Input in, Field each) {
    int[] values = new int[read(in)];
    for (int i = 0; i < values.length; i++) {
      values[i] = each.readInt(in);
    }
    return values;
  }

  void writeText(Output out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    write(out, bytes.length);
    out.writeBytes(bytes);
  }

  String readText(Input in) {
    byte[] bytes = in.readBytes(read(in));
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException malformed) {
      throw new BadFrame(label, bytes.length + " that are no text", "UTF-8");
    }
  }
}
