package org.numaslab.coordinator.trace;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Text eight bytes at a time ("SIMD within a register"): the first byte of a text is the lowest of
/// its word.
final class Words {
  private static final ValueLayout.OfLong TEXT_WORD =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle ARRAY_WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long ONES = 0x0101010101010101L;
  static final long TOPS = 0x8080808080808080L;
  private static final long LOWS = ~TOPS;
  private static final long LOW_HALVES = 0x0f0f0f0f0f0f0f0fL;

  private Words() {}

  static long word(MemorySegment text, long at) {
    return text.get(TEXT_WORD, at);
  }

  static long word(byte[] text, int at) {
    return (long) ARRAY_WORD.get(text, at);
  }

  static int octet(MemorySegment text, long at) {
    return text.get(ValueLayout.JAVA_BYTE, at);
  }

  /// The word whose eight bytes are all `c`.
  static long all(char c) {
    return ONES * c;
  }

  /// Of each byte of `word` that equals that of `pattern` the top bit; exact in every byte.
  static long hits(long word, long pattern) {
    long x = word ^ pattern;
    return ~(((x & LOWS) + LOWS) | x | LOWS);
  }

  /// Is any byte a blank or a control character?
  static boolean hasBlanks(long word) {
    return ((word - ONES * 0x21) & ~word & TOPS) != 0;
  }

  /// The number of bytes before the first hit.
  static int first(long hits) {
    return Long.numberOfTrailingZeros(hits) >>> 3;
  }

  /// `word` without its bytes from `length` on, for length 0..7.
  static long head(long word, int length) {
    return word & ((1L << (length << 3)) - 1);
  }

  /// Eight ASCII characters (at most) as the number that compares equal to them in a text.
  static long of(String text) {
    long word = 0;
    for (int i = text.length() - 1; i >= 0; i--) {
      word = word << 8 | text.charAt(i);
    }
    return word;
  }

  /// Eight lower-case hex digits to their value, or -1.
  static long hex(long word) {
    long letters = (word >>> 6) & ONES;
    long high = (word >>> 4) & LOW_HALVES;
    long values = (word & LOW_HALVES) + letters * 9;
    boolean right =
        high == ONES * 3 + letters * 3 // 0x3_ for digits, 0x6_ for letters
            && (values & ~LOW_HALVES) == 0
            && (((values + ONES * 6) >>> 4) & ONES)
                == letters; // ten and more: letters, and only they
    if (!right) {
      return -1;
    }
    return Long.compress(Long.reverseBytes(values), LOW_HALVES);
  }

  /// Eight decimal digits to their value, or -1.
  static long decimal(long word) {
    long values = word ^ (ONES * '0');
    if (((values | (values + ONES * 0x76)) & TOPS) != 0) {
      return -1;
    }
    long pairs = (values * (10 << 8 | 1)) >>> 8 & 0x00ff00ff00ff00ffL;
    long fours = (pairs * (100L << 16 | 1)) >>> 16 & 0x0000ffff0000ffffL;
    return (fours * (10_000L << 32 | 1)) >>> 32;
  }

  /// One step of the hash of a text, taken over its words; the last one is filled with zeros.
  static long hashStep(long hash, long word) {
    return Long.rotateLeft(hash, 7) ^ word;
  }

  static long hashEnd(long hash, int length) {
    long x = (hash ^ length) * 0x9e3779b97f4a7c15L;
    return x ^ x >>> 32;
  }

  static long hash(MemorySegment text, long from, int length) {
    long hash = 0;
    int at = 0;
    for (; at + 8 <= length; at += 8) {
      hash = hashStep(hash, word(text, from + at));
    }
    if (at < length) {
      long last = 0;
      for (int i = length - 1; i >= at; i--) {
        last = last << 8 | (octet(text, from + i) & 0xff);
      }
      hash = hashStep(hash, last);
    }
    return hashEnd(hash, length);
  }

  static long hash(byte[] text, int from, int length) {
    long hash = 0;
    int at = 0;
    for (; at + 8 <= length; at += 8) {
      hash = hashStep(hash, word(text, from + at));
    }
    if (at < length) {
      long last = 0;
      for (int i = length - 1; i >= at; i--) {
        last = last << 8 | (text[from + i] & 0xff);
      }
      hash = hashStep(hash, last);
    }
    return hashEnd(hash, length);
  }
}
