package org.numaslab.coordinator.trace;

/// What became of each pointer of a trace: its slot while it is live, `~slot` once that is freed.
///
/// Open addressing with linear probing over one array of (pointer, state) pairs, so that a look-up
/// is one cache line. Pointers are never removed: "freed already" must be told from "never seen".
/// Null is not a pointer here.
final class PointerTable {
  /// Below every `~slot`.
  static final int NEVER_SEEN = Integer.MIN_VALUE;

  private long[] pairs;
  private int size;
  private int shift;

  @SuppressWarnings("unused") // keeps the compiler from leaving out the reads
  private long fetched;

  PointerTable() {
    this(12);
  }

  private PointerTable(int bits) {
    pairs = new long[2 << bits];
    shift = Long.SIZE - bits;
  }

  /// Brings what is known of `pointers`, up to the `count`th, into the processor's cache. No branch
  /// depends on what is read, so that nothing waits for it.
  void fetch(long[] pointers, int count) {
    long all = 0;
    for (int i = 0; i < count; i++) {
      all += pairs[home(pointers[i])];
    }
    fetched = all;
  }

  /// The live slot of `pointer`, `~slot` of its last one, or [#NEVER_SEEN]; it is `slot` from now
  /// on.
  int put(long pointer, int slot) {
    int place = place(pointer);
    int before = pairs[place] == 0 ? NEVER_SEEN : (int) pairs[place + 1];
    pairs[place + 1] = slot;
    if (before == NEVER_SEEN) {
      pairs[place] = pointer;
      if (++size > pairs.length >> 2) { // half of the pairs
        spread();
      }
    }
    return before;
  }

  /// The live slot of `pointer`, `~slot` of its last one, or [#NEVER_SEEN]; a live one is freed
  /// from now on.
  int free(long pointer) {
    int place = place(pointer);
    if (pairs[place] == 0) {
      return NEVER_SEEN;
    }
    int before = (int) pairs[place + 1];
    pairs[place + 1] = Math.min(before, ~before);
    return before;
  }

  private int place(long pointer) {
    long[] table = pairs;
    int mask = table.length - 1;
    int place = home(pointer);
    while (table[place] != pointer && table[place] != 0) {
      place = (place + 2) & mask;
    }
    return place;
  }

  private int home(long pointer) {
    return (int) ((pointer * 0x9e3779b97f4a7c15L) >>> shift) << 1;
  }

  private void spread() {
    long[] narrow = pairs;
    pairs = new long[2 * narrow.length];
    shift--;
    for (int i = 0; i < narrow.length; i += 2) {
      if (narrow[i] != 0) {
        int place = place(narrow[i]);
        pairs[place] = narrow[i];
        pairs[place + 1] = narrow[i + 1];
      }
    }
  }
}
