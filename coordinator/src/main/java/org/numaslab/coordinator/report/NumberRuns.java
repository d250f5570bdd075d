package org.numaslab.coordinator.report;

import java.util.BitSet;

/// Sets of numbers as the kernel prints bitmaps with `%*pbl`: `0-1,4`.
final class NumberRuns {
  private NumberRuns() {}

  /// Empty for none.
  static String of(BitSet numbers) {
    StringBuilder text = new StringBuilder();
    for (int from = numbers.nextSetBit(0); from >= 0; ) {
      int end = numbers.nextClearBit(from);
      text.append(text.isEmpty() ? "" : ",").append(from);
      if (end - from > 1) {
        text.append('-').append(end - 1);
      }
      from = numbers.nextSetBit(end);
    }
    return text.toString();
  }
}
