package org.numaslab.coordinator.trace;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.numaslab.node.topology.BadInput;

/// Distinct texts, numbered from 0 in order of appearance.
///
/// Open addressing over the texts' hashes; bytes are compared on every hit, so two texts never
/// share a number. Looking up a text that is known allocates nothing.
final class TextTable {
  private byte[] bytes = new byte[1 << 12];
  private int[] starts = new int[(1 << 6) + 1]; // of text i in bytes; it ends where i + 1 starts
  private long[] hashes = new long[1 << 6];
  private int[] places =
      new int[1 << 7]; // number + 1 of the text at a place of the table, 0 for none
  private int size;

  int size() {
    return size;
  }

  /// The number of the text, and whether it is new: then `size()` has grown.
  int intern(MemorySegment text, long from, int length, long hash) {
    int mask = places.length - 1;
    int place = (int) hash & mask;
    for (int number; (number = places[place]) != 0; place = (place + 1) & mask) {
      if (hashes[number - 1] == hash && equal(number - 1, text, from, length)) {
        return number - 1;
      }
    }
    reserve(length);
    MemorySegment.copy(text, ValueLayout.JAVA_BYTE, from, bytes, starts[size], length);
    return add(place, hash, length);
  }

  int intern(byte[] text, int from, int length) {
    long hash = Words.hash(text, from, length);
    int mask = places.length - 1;
    int place = (int) hash & mask;
    for (int number; (number = places[place]) != 0; place = (place + 1) & mask) {
      int start = starts[number - 1];
      if (hashes[number - 1] == hash
          && Arrays.equals(bytes, start, starts[number], text, from, from + length)) {
        return number - 1;
      }
    }
    reserve(length);
    System.arraycopy(text, from, bytes, starts[size], length);
    return add(place, hash, length);
  }

  int intern(String text) {
    byte[] latin = text.getBytes(StandardCharsets.ISO_8859_1);
    return intern(latin, 0, latin.length);
  }

  String text(int number) {
    int start = starts[number];
    return new String(bytes, start, starts[number + 1] - start, StandardCharsets.ISO_8859_1);
  }

  int length(int number) {
    return starts[number + 1] - starts[number];
  }

  /// Does the text stand at `at`? Up to 8 bytes behind its end are read.
  boolean isAt(int number, MemorySegment text, long at) {
    int start = starts[number];
    int length = starts[number + 1] - start;
    int done = 0;
    for (; done + 8 <= length; done += 8) {
      if (Words.word(bytes, start + done) != Words.word(text, at + done)) {
        return false;
      }
    }
    long different = Words.word(bytes, start + done) ^ Words.word(text, at + done);
    return Words.head(different, length - done) == 0;
  }

  private boolean equal(int number, MemorySegment text, long from, int length) {
    int start = starts[number];
    if (starts[number + 1] - start != length) {
      return false;
    }
    int at = 0;
    for (; at + 8 <= length; at += 8) {
      if (Words.word(bytes, start + at) != Words.word(text, from + at)) {
        return false;
      }
    }
    for (; at < length; at++) {
      if (bytes[start + at] != (byte) Words.octet(text, from + at)) {
        return false;
      }
    }
    return true;
  }

  private void reserve(int length) {
    long wanted = (long) starts[size] + length + Long.BYTES; // whole words can be read
    if (wanted > Integer.MAX_VALUE - 64) {
      throw new BadInput(
          "trace: got more than 2 GiB of different call sites or fields, allowed: up to that");
    }
    if (wanted > bytes.length) {
      bytes =
          Arrays.copyOf(
              bytes, (int) Math.min(Integer.MAX_VALUE - 64, Math.max(wanted, 2L * bytes.length)));
    }
  }

  private int add(int place, long hash, int length) {
    if (size == hashes.length) {
      starts = Arrays.copyOf(starts, 2 * size + 1);
      hashes = Arrays.copyOf(hashes, 2 * size);
    }
    starts[size + 1] = starts[size] + length;
    hashes[size] = hash;
    places[place] = ++size;
    if (2 * size > places.length) {
      spread();
    }
    return size - 1;
  }

  private void spread() {
    int[] wider = new int[2 * places.length];
    int mask = wider.length - 1;
    for (int number = 0; number < size; number++) {
      int place = (int) hashes[number] & mask;
      while (wider[place] != 0) {
        place = (place + 1) & mask;
      }
      wider[place] = number + 1;
    }
    places = wider;
  }
}
