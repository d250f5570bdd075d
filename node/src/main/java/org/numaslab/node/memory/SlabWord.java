package org.numaslab.node.memory;

/// The state of a slab that several parties touch, in 64 bits: Java's stand-in for the kernel's
/// double-word compare-and-exchange of `freelist` and `counters` (struct slab, Linux 6.1).
///
/// ```text
/// 63            48 47            32 31      16 15        1      0
/// +---------------+----------------+----------+-----------+------+
/// | generation 16 | first free 16  | inuse 16 | objects 15|frozen|
/// +---------------+----------------+----------+-----------+------+
/// ```
///
/// `first free` is the index of the first object on the slab's own list, [#NO_OBJECT] when that is
/// empty. `inuse` counts all that are not on that list, also the free ones on the list of the CPU
/// that has frozen the slab. The generation grows by one each time a slab is made in the frame, so
/// that a late message or a stale pointer is recognised.
public final class SlabWord {
  public static final int NO_OBJECT = 0xffff;

  private static final int OBJECTS_SHIFT = 1;
  private static final int IN_USE_SHIFT = 16;
  private static final int FIRST_SHIFT = 32;
  private static final int GENERATION_SHIFT = 48;
  private static final long MASK_15 = 0x7fff;
  private static final long MASK_16 = 0xffff;

  private SlabWord() {}

  public static long of(int generation, int firstFree, int inUse, int objects, boolean frozen) {
    assert (firstFree & ~MASK_16) == 0 && (inUse & ~MASK_16) == 0 && (objects & ~MASK_15) == 0
        : "first " + firstFree + ", inuse " + inUse + ", objects " + objects;
    return (long) (generation & (int) MASK_16) << GENERATION_SHIFT
        | (long) firstFree << FIRST_SHIFT
        | (long) inUse << IN_USE_SHIFT
        | (long) objects << OBJECTS_SHIFT
        | (frozen ? 1 : 0);
  }

  public static int generation(long word) {
    return (int) (word >>> GENERATION_SHIFT);
  }

  public static int firstFree(long word) {
    return (int) (word >>> FIRST_SHIFT & MASK_16);
  }

  public static boolean hasFree(long word) {
    return firstFree(word) != NO_OBJECT;
  }

  public static int inUse(long word) {
    return (int) (word >>> IN_USE_SHIFT & MASK_16);
  }

  public static int objects(long word) {
    return (int) (word >>> OBJECTS_SHIFT & MASK_15);
  }

  public static boolean frozen(long word) {
    return (word & 1) != 0;
  }

  /// The word with its list, its count and its mark replaced.
  public static long with(long word, int firstFree, int inUse, boolean frozen) {
    return of(generation(word), firstFree, inUse, objects(word), frozen);
  }

  public static String toString(long word) {
    return "slab word: generation="
        + generation(word)
        + " first="
        + (hasFree(word) ? firstFree(word) : "-")
        + " inuse="
        + inUse(word)
        + " objects="
        + objects(word)
        + (frozen(word) ? " frozen" : "");
  }
}
