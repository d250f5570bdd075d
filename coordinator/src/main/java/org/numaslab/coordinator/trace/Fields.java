package org.numaslab.coordinator.trace;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Steps through `key=value key=value ..` in a byte array, in whatever order the keys come.
///
/// A value ends where the next ` key=` begins, so it may hold spaces:
/// `call_site=xfs_buf_alloc+0x12/0x100 [xfs] ptr=..`. Reused from line to line; allocates nothing.
final class Fields {
  private byte[] text = new byte[0];
  private int end;
  private int next;
  int keyStart;
  int keyEnd;
  int valueStart;
  int valueEnd;

  /// To the first key; what stands before it is skipped.
  void over(byte[] line, int from, int to) {
    text = line;
    end = to;
    next = keyFrom(from, true);
  }

  /// Where the first key begins; the end when there is none.
  int start() {
    return next;
  }

  /// Moves to the next field; false when there is none left.
  boolean advance() {
    if (next >= end) {
      return false;
    }
    keyStart = next;
    keyEnd = next;
    while (text[keyEnd] != '=') {
      keyEnd++;
    }
    valueStart = keyEnd + 1;
    next = keyFrom(valueStart, false);
    valueEnd = next;
    while (valueEnd > valueStart && text[valueEnd - 1] == ' ') {
      valueEnd--;
    }
    return true;
  }

  boolean keyIs(byte[] key) {
    return Arrays.equals(text, keyStart, keyEnd, key, 0, key.length);
  }

  /// The decimal number that the value is, or `otherwise`; up to 18 digits.
  long number(long otherwise) {
    int from = valueStart < valueEnd && text[valueStart] == '-' ? valueStart + 1 : valueStart;
    if (from == valueEnd || valueEnd - from > 18) {
      return otherwise;
    }
    long value = 0;
    for (int i = from; i < valueEnd; i++) {
      int digit = text[i] - '0';
      if (digit < 0 || digit > 9) {
        return otherwise;
      }
      value = 10 * value + digit;
    }
    return from > valueStart ? -value : value;
  }

  String value() {
    return new String(text, valueStart, valueEnd - valueStart, StandardCharsets.ISO_8859_1);
  }

  private int keyFrom(int from, boolean atOnce) {
    for (int i = from; i < end; i++) {
      if (isKeyLetter(text[i]) && (i == from ? atOnce : text[i - 1] == ' ')) {
        int after = i + 1;
        while (after < end && isKeyLetter(text[after])) {
          after++;
        }
        if (after < end && text[after] == '=') {
          return i;
        }
        i = after - 1;
      }
    }
    return end;
  }

  private static boolean isKeyLetter(byte c) {
    return (c >= 'a' && c <= 'z') || c == '_' || (c >= '0' && c <= '9');
  }
}
