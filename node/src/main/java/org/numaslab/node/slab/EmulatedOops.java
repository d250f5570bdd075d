package org.numaslab.node.slab;

import org.numaslab.node.memory.ObjectAddress;

/// The emulated kernel would have stopped here: a corrupt free pointer was followed, or an object
/// freed twice in a row, where nothing checks for it first.
///
/// It ends the emulated machine; where each node has a machine of its own, that member: the others
/// remove it, and take back what it had of theirs. Each who passes it on adds what it knows: the
/// slab code the pointer, the cpu or node itself and the cache.
public final class EmulatedOops extends RuntimeException {
  private static final long serialVersionUID = 1;

  public EmulatedOops(String what) {
    super(what);
  }

  private EmulatedOops(String what, Throwable cause) {
    super(what, cause);
  }

  /// `set_freepointer` finds that an object is to point to itself.
  static EmulatedOops freedTwice(long object) {
    return new EmulatedOops(
        "kernel BUG at mm/slub.c: object "
            + ObjectAddress.print(object)
            + " is freed, and is first on its free list already");
  }

  /// A list that leads out of its slab, or in circles.
  public static EmulatedOops corruptList(long slab, long object) {
    return new EmulatedOops(
        "general protection fault: the free list of slab "
            + Long.toHexString(slab)
            + " is corrupt behind object "
            + ObjectAddress.print(object));
  }

  /// An access beyond the emulated memory.
  ///
  /// @param who and what for: the cpu or node, the cache, the path
  public static EmulatedOops wildAccess(String who, IndexOutOfBoundsException access) {
    return new EmulatedOops(
        "emulated oops: "
            + who
            + ": general protection fault: a corrupt free pointer leads out of"
            + " the machine",
        access);
  }

  /// The same with who met it; the first who says so is right.
  public EmulatedOops metBy(String who) {
    return getCause() != null
        ? this
        : new EmulatedOops("emulated oops: " + who + ": " + getMessage(), this);
  }
}
