package org.numaslab.coordinator.trace;

import java.util.Arrays;

/// Longs that grow at the end, in pieces, so that growing copies nothing and leaves no garbage: a
/// trace may fill most of the heap.
final class LongColumn {
  private static final int PIECE_BITS = 15; // 256 KiB
  private static final int PIECE = 1 << PIECE_BITS;

  private long[][] pieces = new long[16][];
  private long[] last = new long[0];
  private int pieceCount;
  private int inLast = PIECE;

  void add(long value) {
    if (inLast == PIECE) {
      grow();
    }
    last[inLast++] = value;
  }

  long get(int index) {
    return pieces[index >>> PIECE_BITS][index & (PIECE - 1)];
  }

  void set(int index, long value) {
    pieces[index >>> PIECE_BITS][index & (PIECE - 1)] = value;
  }

  private void grow() {
    if (pieceCount == pieces.length) {
      pieces = Arrays.copyOf(pieces, 2 * pieceCount);
    }
    last = new long[PIECE];
    pieces[pieceCount++] = last;
    inLast = 0;
  }
}
