package org.numaslab.coordinator.trace;

import java.util.Arrays;

/// Numbers distinct longs from 0 in order of appearance. Open addressing; looking up a known one
/// allocates nothing.
final class LongIndex {
  private long[] keys = new long[64];
  private int[] places = new int[256]; // number + 1, 0 for none
  private int size;

  int of(long key) {
    int mask = places.length - 1;
    int place = place(key, mask);
    for (int number; (number = places[place]) != 0; place = (place + 1) & mask) {
      if (keys[number - 1] == key) {
        return number - 1;
      }
    }
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, 2 * size);
    }
    keys[size] = key;
    places[place] = ++size;
    if (2 * size > places.length) {
      spread();
    }
    return size - 1;
  }

  long key(int number) {
    return keys[number];
  }

  int size() {
    return size;
  }

  private static int place(long key, int mask) {
    long hash = key * 0x9e3779b97f4a7c15L;
    return (int) (hash >>> 32) & mask;
  }

  private void spread() {
    int[] wider = new int[2 * places.length];
    int mask = wider.length - 1;
    for (int number = 0; number < size; number++) {
      int place = place(keys[number], mask);
      while (wider[place] != 0) {
        place = (place + 1) & mask;
      }
      wider[place] = number + 1;
    }
    places = wider;
  }
}
