package org.numaslab.coordinator.trace;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What one cpu did, in its order: two words per operation.
///
/// ```text
///       63            32 31      16 15       0
///       +---------------+---------------------+
/// 2i    | sequence      | slot; ~slot: a free |
/// 2i+1  | gfp           | node     | cache    |
///       +---------------+----------+----------+
/// ```
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

  /// Longest array of the common JVMs, made even.
  private static final int LENGTH_MAX = Integer.MAX_VALUE - 9;

  static final CpuOperations NONE = new CpuOperations(0);

  private int size;
  private int roundSize;
  private long[] words;
  private @Nullable Users users; // by slot

  /// @param expected operations, more or less
  CpuOperations(long expected) {
    words = new long[(int) Math.min(LENGTH_MAX, 2 * expected)];
  }

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
    return (int) words[2 * index] < 0;
  }

  /// The allocation that this is, or that this frees.
  public int slot(int index) {
    int value = (int) words[2 * index];
    return value ^ (value >> 31);
  }

  /// Index into [Trace#caches]: the object's cache, of a free too.
  public int cache(int index) {
    return (short) words[2 * index + 1];
  }

  /// The node that an allocation asks for, -1 for none.
  public int node(int index) {
    return (short) (words[2 * index + 1] >> 16);
  }

  /// Bits of [org.numaslab.node.buddy.Gfp] of an allocation.
  public int gfp(int index) {
    return (int) (words[2 * index + 1] >> 32);
  }

  /// Place in the order of the whole trace, without gaps; closing frees come after all operations.
  public int sequence(int index) {
    return (int) (words[2 * index] >> 32);
  }

  /// Where in the kernel this was done, a number for [Trace#callSite]; -1 for an operation without
  /// an event (unseen and closing frees), and where the reader was not asked to keep call sites.
  public int callSite(int index) {
    return (int) (user(index) >> 32);
  }

  /// The task that did this; -1 as for [#callSite], and where the line did not say.
  public int pid(int index) {
    return (int) user(index);
  }

  private long user(int index) {
    if (users == null || index >= size) {
      return Users.NOBODY;
    }
    int slot = slot(index);
    return isFree(index) ? users.freer(slot) : users.allocator(slot);
  }

  void setUsers(Users bySlot) {
    users = bySlot;
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
    int place = 2 * roundSize++;
    if (place >= words.length) {
      words =
          Arrays.copyOf(
              words, (int) Math.min(LENGTH_MAX, 2 * (roundSize + (roundSize >> 1) + 32L)));
    }
    words[place] = (long) at << 32 | (signedSlot & 0xffffffffL);
    words[place + 1] = (long) gfpBits << 32 | (wantedNode & 0xffffL) << 16 | (inCache & 0xffffL);
  }
}
