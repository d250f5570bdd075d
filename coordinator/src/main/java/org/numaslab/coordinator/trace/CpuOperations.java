package org.numaslab.coordinator.trace;

import java.util.Arrays;

/// What one cpu did, in its order: 16 bytes per operation.
///
/// Behind the operations of the trace stand the *closing frees*: of what this cpu allocated and
/// nobody freed, in the order of allocation. They are replayed between two rounds, not after the
/// last one. Immutable once decoded; allocates nothing.
public final class CpuOperations {
  /// What an operation does.
  public enum Kind {
    ALLOC,
    FREE
  }

  static final CpuOperations NONE = new CpuOperations();

  private int size;
  private int roundSize;
  private int[] sequence = new int[0];
  private int[] slot = new int[0]; // ~slot of a free
  private int[] gfp = new int[0];
  private short[] node = new short[0];
  private short[] cache = new short[0];

  CpuOperations() {}

  /// Operations of the trace.
  public int size() {
    return size;
  }

  /// Operations and closing frees.
  public int roundSize() {
    return roundSize;
  }

  public Kind kind(int index) {
    return isFree(index) ? Kind.FREE : Kind.ALLOC;
  }

  public boolean isFree(int index) {
    return slot[index] < 0;
  }

  /// The allocation that this is, or that this frees.
  public int slot(int index) {
    int value = slot[index];
    return value ^ (value >> 31);
  }

  /// Index into [Trace#caches]: the object's cache, of a free too.
  public int cache(int index) {
    return cache[index];
  }

  /// The node that an allocation asks for, -1 for none.
  public int node(int index) {
    return node[index];
  }

  /// Bits of [org.numaslab.node.buddy.Gfp] of an allocation.
  public int gfp(int index) {
    return gfp[index];
  }

  /// Place in the order of the whole trace, without gaps; closing frees come after all operations.
  public int sequence(int index) {
    return sequence[index];
  }

  void addAlloc(int at, int ofSlot, int inCache, int gfpBits, int wantedNode) {
    add(at, ofSlot, inCache, gfpBits, wantedNode);
    size++;
  }

  void addFree(int at, int ofSlot, int inCache) {
    add(at, ~ofSlot, inCache, 0, -1);
    size++;
  }

  void addClosingFree(int at, int ofSlot, int inCache) {
    add(at, ~ofSlot, inCache, 0, -1);
  }

  private void add(int at, int signedSlot, int inCache, int gfpBits, int wantedNode) {
    int index = roundSize++;
    if (index == slot.length) {
      int width = (int) Math.min(Integer.MAX_VALUE - 8, index + (index >> 1) + 64L);
      sequence = Arrays.copyOf(sequence, width);
      slot = Arrays.copyOf(slot, width);
      gfp = Arrays.copyOf(gfp, width);
      node = Arrays.copyOf(node, width);
      cache = Arrays.copyOf(cache, width);
    }
    sequence[index] = at;
    slot[index] = signedSlot;
    gfp[index] = gfpBits;
    node[index] = (short) wantedNode;
    cache[index] = (short) inCache;
  }
}
