package org.numaslab.coordinator.trace;

import static java.util.Map.entry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.numaslab.node.buddy.Gfp;

/// A gfp mask as `show_gfp_flags` (include/trace/events/mmflags.h) prints it: words joined by `|`,
/// a hex rest, or `none`.
///
/// Words of all generations; those without a meaning for an allocator of 6.1 stand for no bit.
///
/// @param bits of [Gfp]
/// @param unknown words that no kernel we know prints
record GfpText(int bits, List<String> unknown) {
  private static final Map<String, Integer> WORDS =
      Map.ofEntries(
          entry("GFP_TRANSHUGE", Gfp.TRANSHUGE),
          entry("GFP_TRANSHUGE_LIGHT", Gfp.TRANSHUGE_LIGHT),
          entry("GFP_HIGHUSER_MOVABLE", Gfp.HIGHUSER_MOVABLE),
          entry("GFP_HIGHUSER", Gfp.HIGHUSER),
          entry("GFP_USER", Gfp.USER),
          entry("GFP_KERNEL_ACCOUNT", Gfp.KERNEL_ACCOUNT),
          entry("GFP_KERNEL", Gfp.KERNEL),
          entry("GFP_TEMPORARY", Gfp.KERNEL | Gfp.RECLAIMABLE),
          entry("GFP_NOFS", Gfp.NOFS),
          entry("GFP_ATOMIC", Gfp.ATOMIC),
          entry("GFP_NOIO", Gfp.NOIO),
          entry("GFP_NOWAIT", Gfp.NOWAIT),
          entry("GFP_DMA", Gfp.DMA),
          entry("GFP_DMA32", Gfp.DMA32),
          entry("__GFP_DMA", Gfp.DMA),
          entry("__GFP_DMA32", Gfp.DMA32),
          entry("__GFP_HIGHMEM", Gfp.HIGHMEM),
          entry("__GFP_MOVABLE", Gfp.MOVABLE),
          entry("__GFP_RECLAIMABLE", Gfp.RECLAIMABLE),
          entry("__GFP_HIGH", Gfp.HIGH),
          entry("__GFP_IO", Gfp.IO),
          entry("__GFP_FS", Gfp.FS),
          entry("__GFP_ZERO", Gfp.ZERO),
          entry("__GFP_ATOMIC", Gfp.ATOMIC_RESERVES),
          entry("__GFP_DIRECT_RECLAIM", Gfp.DIRECT_RECLAIM),
          entry("__GFP_KSWAPD_RECLAIM", Gfp.KSWAPD_RECLAIM),
          entry("__GFP_RECLAIM", Gfp.RECLAIM),
          entry("__GFP_WAIT", Gfp.DIRECT_RECLAIM), // its name before 4.4
          entry("__GFP_WRITE", Gfp.WRITE),
          entry("__GFP_NOWARN", Gfp.NOWARN),
          entry("__GFP_RETRY_MAYFAIL", Gfp.RETRY_MAYFAIL),
          entry("__GFP_REPEAT", Gfp.RETRY_MAYFAIL), // its name before 4.13
          entry("__GFP_NOFAIL", Gfp.NOFAIL),
          entry("__GFP_NORETRY", Gfp.NORETRY),
          entry("__GFP_MEMALLOC", Gfp.MEMALLOC),
          entry("__GFP_COMP", Gfp.COMP),
          entry("__GFP_NOMEMALLOC", Gfp.NOMEMALLOC),
          entry("__GFP_HARDWALL", Gfp.HARDWALL),
          entry("__GFP_THISNODE", Gfp.THISNODE),
          entry("__GFP_ACCOUNT", Gfp.ACCOUNT),
          entry("__GFP_ZEROTAGS", 0),
          entry("__GFP_SKIP_ZERO", 0),
          entry("__GFP_SKIP_KASAN", 0),
          entry("__GFP_SKIP_KASAN_POISON", 0),
          entry("__GFP_SKIP_KASAN_UNPOISON", 0),
          entry("__GFP_NOLOCKDEP", 0),
          entry("__GFP_NO_OBJ_EXT", 0),
          entry("__GFP_COLD", 0),
          entry("__GFP_NOTRACK", 0),
          entry("__GFP_OTHER_NODE", 0),
          entry("none", 0));

  /// Always an answer: a word that is unknown stands for no bit and is listed.
  static GfpText parse(String text) {
    int bits = 0;
    List<String> unknown = new ArrayList<>();
    for (String word : text.split("\\|", -1)) {
      Integer known = WORDS.get(word);
      if (known == null) {
        known = WORDS.get("__" + word); // GFP_ZERO: how kernels before 4.7 print it
      }
      if (known == null) {
        known = number(word);
      }
      if (known == null) {
        unknown.add(word);
      } else {
        bits |= known;
      }
    }
    return new GfpText(bits, List.copyOf(unknown));
  }

  /// 0xcc0, or 3264 from tools that know no words.
  private static @Nullable Integer number(String word) {
    try {
      if (word.startsWith("0x") && word.length() > 2) {
        return Integer.parseUnsignedInt(word, 2, word.length(), 16);
      }
      return !word.isEmpty() && word.chars().allMatch(c -> c >= '0' && c <= '9')
          ? Integer.parseUnsignedInt(word)
          : null;
    } catch (NumberFormatException tooLarge) {
      return null;
    }
  }
}
