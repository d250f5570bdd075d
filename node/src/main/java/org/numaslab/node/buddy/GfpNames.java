package org.numaslab.node.buddy;

import java.util.List;

/// A gfp mask in words, as printk's `%pGg` prints it: the longest names first, joined by `|`, what
/// has no name in hex at the end, nothing for 0.
///
/// Models `__def_gfpflag_names` of include/trace/events/mmflags.h and `format_flags` of
/// lib/vsprintf.c, v6.1.
public final class GfpNames {
  private record Name(int mask, String text) {}

  private static final List<Name> NAMES =
      List.of(
          new Name(Gfp.TRANSHUGE, "GFP_TRANSHUGE"),
          new Name(Gfp.TRANSHUGE_LIGHT, "GFP_TRANSHUGE_LIGHT"),
          new Name(Gfp.HIGHUSER_MOVABLE, "GFP_HIGHUSER_MOVABLE"),
          new Name(Gfp.HIGHUSER, "GFP_HIGHUSER"),
          new Name(Gfp.USER, "GFP_USER"),
          new Name(Gfp.KERNEL_ACCOUNT, "GFP_KERNEL_ACCOUNT"),
          new Name(Gfp.KERNEL, "GFP_KERNEL"),
          new Name(Gfp.NOFS, "GFP_NOFS"),
          new Name(Gfp.ATOMIC, "GFP_ATOMIC"),
          new Name(Gfp.NOIO, "GFP_NOIO"),
          new Name(Gfp.NOWAIT, "GFP_NOWAIT"),
          new Name(Gfp.DMA, "GFP_DMA"),
          new Name(Gfp.HIGHMEM, "__GFP_HIGHMEM"),
          new Name(Gfp.DMA32, "GFP_DMA32"),
          new Name(Gfp.HIGH, "__GFP_HIGH"),
          new Name(Gfp.ATOMIC_RESERVES, "__GFP_ATOMIC"),
          new Name(Gfp.IO, "__GFP_IO"),
          new Name(Gfp.FS, "__GFP_FS"),
          new Name(Gfp.NOWARN, "__GFP_NOWARN"),
          new Name(Gfp.RETRY_MAYFAIL, "__GFP_RETRY_MAYFAIL"),
          new Name(Gfp.NOFAIL, "__GFP_NOFAIL"),
          new Name(Gfp.NORETRY, "__GFP_NORETRY"),
          new Name(Gfp.COMP, "__GFP_COMP"),
          new Name(Gfp.ZERO, "__GFP_ZERO"),
          new Name(Gfp.NOMEMALLOC, "__GFP_NOMEMALLOC"),
          new Name(Gfp.MEMALLOC, "__GFP_MEMALLOC"),
          new Name(Gfp.HARDWALL, "__GFP_HARDWALL"),
          new Name(Gfp.THISNODE, "__GFP_THISNODE"),
          new Name(Gfp.RECLAIMABLE, "__GFP_RECLAIMABLE"),
          new Name(Gfp.MOVABLE, "__GFP_MOVABLE"),
          new Name(Gfp.ACCOUNT, "__GFP_ACCOUNT"),
          new Name(Gfp.WRITE, "__GFP_WRITE"),
          new Name(Gfp.RECLAIM, "__GFP_RECLAIM"),
          new Name(Gfp.DIRECT_RECLAIM, "__GFP_DIRECT_RECLAIM"),
          new Name(Gfp.KSWAPD_RECLAIM, "__GFP_KSWAPD_RECLAIM"));

  private GfpNames() {}

  /// The mask in hex and in words, as `%#x(%pGg)` prints it: `0xcc0(GFP_KERNEL)`.
  public static String print(int gfp) {
    return (gfp == 0 ? "0" : "0x" + Integer.toHexString(gfp)) + "(" + words(gfp) + ")";
  }

  /// The mask in words.
  public static String words(int gfp) {
    StringBuilder text = new StringBuilder();
    int left = gfp;
    for (Name name : NAMES) {
      if (left != 0 && (left & name.mask) == name.mask) {
        text.append(name.text);
        left &= ~name.mask;
        text.append(left == 0 ? "" : "|");
      }
    }
    return left == 0 ? text.toString() : text + "0x" + Integer.toHexString(left);
  }
}
