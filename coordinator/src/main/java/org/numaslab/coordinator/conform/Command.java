package org.numaslab.coordinator.conform;

import java.util.Arrays;
import java.util.List;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.topology.BadInput;

/// One line of a script.
sealed interface Command {
  record Create(int cache, int size, int align, int flags, boolean ctor) implements Command {}

  record Alloc(int cache, int cpu, int first, int count, int step, int node, int gfp)
      implements Command {}

  /// @param bulk whether it is one call of the bulk function
  record Free(int cache, int cpu, int[] slots, boolean keep, boolean listed)
      implements Command {}

  record BulkAlloc(int cache, int cpu, int first, int count) implements Command {}

  record BulkFree(int cache, int cpu, int first, int count) implements Command {}

  record Shrink(int cache) implements Command {}

  record Destroy(int cache) implements Command {}

  /// Waits for a grace period.
  record Sync() implements Command {}

  record Cleanup() implements Command {}

  /// @param lists whether the free lists themselves are dumped
  record State(int cache, boolean lists) implements Command {}

  record Quiet(boolean on) implements Command {}

  record Eat(int node) implements Command {}

  record Uneat() implements Command {}

  record Sysfs(String name) implements Command {}

  record SysfsWrite(String name, String attribute, String value) implements Command {}

  record Dmesg() implements Command {}

  record Cat(String file) implements Command {}

  record Shell(String command) implements Command {}

  /// Looks at the outside, changes nothing.
  record Look() implements Command {}

  /// Looks at bytes of an object, or writes them.
  record Bytes(String what, int cache, int slot, String[] words) implements Command {}

  /// @throws BadInput when the line is not of the grammar; `where` names it
  static Command parse(String line, String where) {
    String[] w = line.trim().split("\\s+");
    try {
      return parse(line, w);
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      throw new BadInput(where + ": command '" + line + "' is incomplete or not a number", e);
    } catch (IllegalArgumentException e) {
      throw new BadInput(where + ": command '" + line + "': " + e.getMessage(), e);
    }
  }

  private static Command parse(String line, String[] w) {
    return switch (w[0]) {
      case "create" ->
          new Create(
              number(w, 1), number(w, 2), number(w, 3), SlabFlags.parse(w[4]), !w[5].equals("0"));
      case "alloc" ->
          new Alloc(
              number(w, 1),
              number(w, 2),
              number(w, 3),
              number(w, 4),
              w.length > 5 ? number(w, 5) : 1,
              w.length > 6 ? number(w, 6) : -1,
              w.length > 7 ? gfp(w[7]) : Gfp.KERNEL);
      case "free" -> free(w);
      case "freel" -> {
        int[] slots =
            Arrays.stream(w).skip(3).mapToInt(Integer::parseInt).toArray();
        yield new Free(number(w, 1), number(w, 2), slots, false, true);
      }
      case "balloc" -> new BulkAlloc(number(w, 1), number(w, 2), number(w, 3), number(w, 4));
      case "bfree" -> new BulkFree(number(w, 1), number(w, 2), number(w, 3), number(w, 4));
      case "shrink" -> new Shrink(number(w, 1));
      case "destroy" -> new Destroy(number(w, 1));
      case "sync" -> new Sync();
      case "cleanup" -> new Cleanup();
      case "state" -> new State(number(w, 1), false);
      case "statex" -> new State(number(w, 1), true);
      case "quiet" -> new Quiet(!w[1].equals("0"));
      case "eat" -> new Eat(number(w, 1));
      case "uneat" -> new Uneat();
      case "hex", "tail", "fill", "poke" ->
          new Bytes(w[0], number(w, 1), number(w, 2), Arrays.copyOfRange(w, 3, w.length));
      case "badfree" -> new Bytes(w[0], number(w, 1), number(w, 3), w);
      case "wrongfree" -> new Bytes(w[0], number(w, 1), number(w, 4), w);
      case "!sysfs" -> new Sysfs(w[1]);
      case "!sysfsw" -> new SysfsWrite(w[1], w[2], w[3]);
      case "!dmesg" -> new Dmesg();
      case "!cat" -> new Cat(w[1]);
      case "!sh" -> new Shell(line.trim().substring("!sh".length()).trim());
      case "!buddy", "!sleep" -> new Look();
      case "!rep" -> throw new IllegalArgumentException("a repeat is one CMD row for each round");
      default -> throw new IllegalArgumentException("'" + w[0] + "' is not known");
    };
  }

  private static Command free(String[] w) {
    int first = number(w, 3);
    int step = w.length > 5 ? number(w, 5) : 1;
    int[] slots = new int[number(w, 4)];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = first + i * step;
    }
    boolean keep = w.length > 6 && w[w.length - 1].equals("keep");
    return new Free(number(w, 1), number(w, 2), slots, keep, false);
  }

  private static int number(String[] words, int index) {
    return Integer.parseInt(words[index]);
  }

  /// The words of a script for gfp bits, joined by `-`.
  private static int gfp(String words) {
    int gfp = Gfp.KERNEL;
    for (String word : List.of(words.split("-"))) {
      gfp =
          switch (word) {
            case "thisnode" -> gfp | Gfp.THISNODE;
            case "noreclaim" -> gfp & ~Gfp.RECLAIM;
            case "nowait" -> gfp & ~Gfp.KERNEL | Gfp.NOWAIT;
            case "atomic" -> gfp & ~Gfp.KERNEL | Gfp.ATOMIC;
            case "noretry" -> gfp | Gfp.NORETRY;
            case "nowarn" -> gfp | Gfp.NOWARN;
            case "zero" -> gfp | Gfp.ZERO;
            default ->
                throw new IllegalArgumentException(
                    "gfp word '" + word + "' is not known, allowed: thisnode noreclaim nowait"
                        + " atomic noretry nowarn zero");
          };
    }
    return gfp;
  }
}
