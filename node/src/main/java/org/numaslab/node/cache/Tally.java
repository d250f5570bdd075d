package org.numaslab.node.cache;

/// Events that a node counts on behalf of one cpu while it serves it; they travel with the answer
/// and count on that cpu.
public final class Tally {
  private static final int[] NOTHING = {};

  private final int[] counts = new int[Stat.COUNT];
  private int kinds;

  public void add(Stat stat) {
    add(stat, 1);
  }

  /// @param times at least one
  public void add(Stat stat, int times) {
    if (counts[stat.ordinal()] == 0) {
      kinds++;
    }
    counts[stat.ordinal()] += times;
  }

  /// Pairs of ordinal and count, and starts anew.
  public int[] take() {
    if (kinds == 0) {
      return NOTHING;
    }
    int[] pairs = new int[2 * kinds];
    int at = 0;
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] != 0) {
        pairs[at++] = i;
        pairs[at++] = counts[i];
        counts[i] = 0;
      }
    }
    kinds = 0;
    return pairs;
  }
}
