package org.numaslab.node.slab;

import java.util.ArrayList;
import java.util.List;
import org.numaslab.node.topology.BadInput;

/// The boot parameter `slub_debug=`: which caches get which debug flags.
///
/// ```text
/// slub_debug = block [;block]...     block = letters [,name]...     name = dentry | kmalloc-*
/// ```
///
/// | letter | means                                                    |
/// |--------|----------------------------------------------------------|
/// | F      | consistency checks                                       |
/// | Z      | red zones                                                |
/// | P      | poison                                                   |
/// | U      | who allocated and who freed each object                  |
/// | T      | each allocation and free is printed                      |
/// | A      | failslab may make allocations of the cache fail          |
/// | O      | of all caches: no Z, P, U where they would raise the smallest order |
/// | `-`    | none of those before it in its block                     |
///
/// The first block with a list that has a cache's name decides for it, alone; the last block
/// without a list decides for all others. Nothing after `=`, and a list without letters, stand for
/// FZPU. A letter that does not exist is skipped. Models `setup_slub_debug`,
/// `parse_slub_debug_flags` and `kmem_cache_flags` of mm/slub.c, v6.1.
///
/// @param all flags of the caches that no block names
/// @param blocks with lists, in their order
/// @param sparesOrder whether there is an O
/// @param unknown letters that do not exist, in their order
public record SlubDebug(int all, List<Block> blocks, boolean sparesOrder, List<String> unknown) {
  /// COMMAND_LINE_SIZE of x86: all boot parameters together are no longer.
  public static final int LENGTH_MAX = 2048;

  /// A kernel booted without the parameter.
  public static final SlubDebug NONE = new SlubDebug(0, List.of(), false, List.of());

  private static final String LETTERS = "FZPUTA";

  private static final int[] BITS = {
    SlabFlags.CONSISTENCY_CHECKS,
    SlabFlags.RED_ZONE,
    SlabFlags.POISON,
    SlabFlags.STORE_USER,
    SlabFlags.TRACE,
    SlabFlags.FAILSLAB
  };

  /// Flags for the caches of a list.
  ///
  /// @param names a name, or with a `*` the beginning of one
  public record Block(int flags, List<String> names) {
    public Block {
      names = List.copyOf(names);
    }

    boolean has(String cache) {
      return names.stream().anyMatch(name -> matches(name, cache));
    }

    /// What follows a star does not count.
    private static boolean matches(String name, String cache) {
      int star = name.indexOf('*');
      return star < 0 ? cache.equals(name) : cache.startsWith(name.substring(0, star));
    }
  }

  public SlubDebug {
    blocks = List.copyOf(blocks);
    unknown = List.copyOf(unknown);
  }

  /// What a kernel makes of the text behind `slub_debug=`.
  public static SlubDebug parse(String text) {
    if (text.length() > LENGTH_MAX) {
      throw new BadInput(
          "slub_debug: got %d characters, allowed: up to %d".formatted(text.length(), LENGTH_MAX));
    }
    int global = 0;
    boolean sparesOrder = false;
    List<Block> blocks = new ArrayList<>();
    List<String> unknown = new ArrayList<>();
    for (String block : text.split(";+")) {
      String[] words = block.split(",", -1);
      String letters = words[0];
      boolean noLetters = letters.isEmpty() && (words.length > 1 || text.isEmpty());
      int flags = noLetters ? SlabFlags.DEBUG_DEFAULT : 0;
      for (int i = 0; i < letters.length(); i++) {
        char letter = letters.charAt(i);
        int at = LETTERS.indexOf(Character.toUpperCase(letter));
        if (letter == '-') {
          flags = 0;
        } else if (at >= 0) {
          flags |= BITS[at];
        } else if (letter == 'O' || letter == 'o') {
          sparesOrder = true;
        } else {
          unknown.add(String.valueOf(letter));
        }
      }
      if (words.length > 1) {
        blocks.add(new Block(flags, List.of(words).subList(1, words.length)));
      } else {
        global = flags;
      }
    }
    return new SlubDebug(global, blocks, sparesOrder, unknown);
  }

  /// The flags of a cache whose creator asked for `asked`.
  public int flags(String cache, int asked) {
    if ((asked & SlabFlags.NO_USER_FLAGS) != 0) {
      return asked;
    }
    for (Block block : blocks) {
      if (block.has(cache)) {
        return asked | block.flags;
      }
    }
    // Keeping a track would allocate, and be traced itself: only for who names the cache.
    boolean noTracks = (asked & SlabFlags.NOLEAKTRACE) != 0;
    return asked | (noTracks ? all & ~SlabFlags.STORE_USER : all);
  }

  /// Can any cache get a flag?
  public boolean any() {
    return all != 0 || blocks.stream().anyMatch(block -> block.flags != 0);
  }

  /// What the kernel prints while it boots.
  public List<String> messages() {
    return unknown.stream()
        .map(letter -> "slub_debug option '" + letter + "' unknown. skipped")
        .toList();
  }

  /// The text for [#parse] that means the same, without letters that do not exist; `-` for nothing.
  @Override
  public String toString() {
    List<String> texts = new ArrayList<>();
    blocks.forEach(block -> texts.add(letters(block.flags) + "," + String.join(",", block.names)));
    String others = (all == 0 ? "" : letters(all)) + (sparesOrder ? "O" : "");
    if (!others.isEmpty() || texts.isEmpty()) {
      texts.add(others.isEmpty() ? "-" : others);
    }
    return String.join(";", texts);
  }

  private static String letters(int flags) {
    StringBuilder letters = new StringBuilder();
    for (int i = 0; i < BITS.length; i++) {
      if ((flags & BITS[i]) != 0) {
        letters.append(LETTERS.charAt(i));
      }
    }
    return letters.isEmpty() ? "-" : letters.toString();
  }
}
