package org.numaslab.coordinator.trace;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;

/// The distinct texts after an event's pointer, each parsed once: `bytes_req=184 bytes_alloc=192
/// gfp_flags=GFP_KERNEL node=-1 accounted=true` of an allocation, `name=dentry` or nothing of a
/// free.
///
/// A trace of a million events has some hundred of them, so events carry only their number.
final class FieldTexts {
  /// A pointer's fields are those of an allocation that can be replayed.
  private static final int ALLOCATION = 1;

  /// They are those of a free.
  private static final int FREE = 2;

  /// Sizes that no allocator gives: right only where the pointer is null.
  private static final int ABSURD = 4;

  private static final int UNKNOWN_GFP = 8;

  /// Has `accounted=`: nothing can be missing after it.
  private static final int COMPLETE = 16;

  /// KMALLOC_MAX_SIZE: the largest block of the buddy, 2^10 pages; no cache has larger objects.
  static final int SIZE_MAX = 4 << 20;

  /// MAX_NUMNODES of the largest kernel configuration.
  static final int NODE_MAX = 1023;

  static final int NO_NAME = -1;

  private static final byte[] NAME = key("name");
  private static final byte[] BYTES_REQ = key("bytes_req");
  private static final byte[] BYTES_ALLOC = key("bytes_alloc");
  private static final byte[] GFP_FLAGS = key("gfp_flags");
  private static final byte[] NODE = key("node");
  private static final byte[] ACCOUNTED = key("accounted");
  private static final byte[] CALL_SITE = key("call_site");
  private static final byte[] PTR = key("ptr");

  private final TextTable texts = new TextTable();
  private final TextTable names = new TextTable();
  private final Fields fields = new Fields();
  private final Set<String> unknownGfpWords = new LinkedHashSet<>();
  private boolean anyComplete;

  private int[] bytesReq = new int[64];
  private int[] bytesAlloc = new int[64];
  private int[] gfp = new int[64];
  private int[] node = new int[64];
  private int[] name = new int[64];
  private byte[] flags = new byte[64];
  private int parsed;
  private final int none = intern(new byte[0], 0, 0);

  int intern(MemorySegment text, long from, int length, long hash) {
    int number = texts.intern(text, from, length, hash);
    if (number == parsed) {
      parse(number);
    }
    return number;
  }

  int intern(byte[] text, int from, int length) {
    int number = texts.intern(text, from, length);
    if (number == parsed) {
      parse(number);
    }
    return number;
  }

  /// The number of the text of no fields, as after the pointer of a kfree.
  int none() {
    return none;
  }

  int length(int number) {
    return texts.length(number);
  }

  /// Does the text stand at `at`? Up to 8 bytes behind its end are read.
  boolean isAt(int number, MemorySegment text, long at) {
    return texts.isAt(number, text, at);
  }

  boolean isAllocation(int number) {
    return (flags[number] & (ALLOCATION | ABSURD)) == ALLOCATION;
  }

  /// Of a failed allocation the sizes may be anything.
  boolean isFailedAllocation(int number) {
    return (flags[number] & ALLOCATION) != 0;
  }

  boolean isFree(int number) {
    return (flags[number] & FREE) != 0;
  }

  /// May this be all of a line that has no end? Only if nothing that other lines have is missing.
  boolean isWhole(int number) {
    return (flags[number] & COMPLETE) != 0 || (!anyComplete && (flags[number] & UNKNOWN_GFP) == 0);
  }

  boolean hasUnknownGfp(int number) {
    return (flags[number] & UNKNOWN_GFP) != 0;
  }

  int bytesReq(int number) {
    return bytesReq[number];
  }

  int bytesAlloc(int number) {
    return bytesAlloc[number];
  }

  int gfp(int number) {
    return gfp[number];
  }

  int node(int number) {
    return node[number];
  }

  /// The number of the cache's name, or [#NO_NAME].
  int name(int number) {
    return name[number];
  }

  int size() {
    return parsed;
  }

  TextTable names() {
    return names;
  }

  Set<String> unknownGfpWords() {
    return unknownGfpWords;
  }

  private void parse(int number) {
    parsed++;
    if (number == flags.length) {
      grow();
    }
    node[number] = -1;
    name[number] = NO_NAME;
    byte[] text = texts.text(number).getBytes(StandardCharsets.ISO_8859_1);
    fields.over(text, 0, text.length);
    boolean right = fields.start() == 0 || text.length == 0;
    boolean absurd = false;
    int seen = 0;
    while (right && fields.advance()) {
      if (fields.keyIs(NAME)) {
        right = fields.valueStart < fields.valueEnd;
        name[number] = names.intern(text, fields.valueStart, fields.valueEnd - fields.valueStart);
      } else if (contains(text, ' ', fields.valueStart, fields.valueEnd)) {
        right = false; // only names hold spaces; this is another line's text
      } else if (fields.keyIs(BYTES_REQ)) {
        long size = fields.number(-1);
        right = size >= 0;
        absurd |= size > SIZE_MAX;
        bytesReq[number] = (int) Math.min(size, Integer.MAX_VALUE);
        seen |= 1;
      } else if (fields.keyIs(BYTES_ALLOC)) {
        long size = fields.number(-1);
        right = size >= 0;
        absurd |= size == 0 || size > SIZE_MAX;
        bytesAlloc[number] = (int) Math.min(size, Integer.MAX_VALUE);
        seen |= 2;
      } else if (fields.keyIs(GFP_FLAGS)) {
        right = fields.valueStart < fields.valueEnd;
        GfpText words = GfpText.parse(fields.value());
        gfp[number] = words.bits();
        unknownGfpWords.addAll(words.unknown());
        flags[number] |= (byte) (words.unknown().isEmpty() ? 0 : UNKNOWN_GFP);
        seen |= 4;
      } else if (fields.keyIs(NODE)) {
        long wanted = fields.number(Long.MIN_VALUE);
        right = wanted >= -1 && wanted <= NODE_MAX;
        node[number] = (int) wanted;
      } else if (fields.keyIs(ACCOUNTED)) {
        String value = fields.value();
        right = value.equals("true") || value.equals("false");
        flags[number] |= COMPLETE;
      } else {
        right = !fields.keyIs(CALL_SITE) && !fields.keyIs(PTR); // two lines that ran together
      }
    }
    absurd |= bytesReq[number] > bytesAlloc[number];
    if (right) {
      flags[number] |=
          (byte) ((seen == 7 ? ALLOCATION : 0) | (seen == 0 ? FREE : 0) | (absurd ? ABSURD : 0));
      anyComplete |= (flags[number] & COMPLETE) != 0;
    }
  }

  private void grow() {
    int size = 2 * flags.length;
    bytesReq = Arrays.copyOf(bytesReq, size);
    bytesAlloc = Arrays.copyOf(bytesAlloc, size);
    gfp = Arrays.copyOf(gfp, size);
    node = Arrays.copyOf(node, size);
    name = Arrays.copyOf(name, size);
    flags = Arrays.copyOf(flags, size);
  }

  private static boolean contains(byte[] text, char c, int from, int to) {
    for (int i = from; i < to; i++) {
      if (text[i] == c) {
        return true;
      }
    }
    return false;
  }

  private static byte[] key(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
