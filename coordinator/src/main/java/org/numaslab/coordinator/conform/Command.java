package org.numaslab.coordinator.conform;

import java.util.Arrays;
import java.util.List;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.topology.BadInput;

/// One line of a script.
sealed interface Command {
  /// Caches, slots and counts of a script: far above what a script file can name, far below what an
  /// array cannot hold.
  int CACHES_MAX = 1 << 12;

  int SLOTS_MAX = 1 << 22;

  int NODES_MAX = 1023;
  int CPUS_MAX = 8191;
  int OFFSET_MAX = 1 << 22;
  int REPEATS_MAX = 100_000;

  /// A command that works on one cache.
  sealed interface OnCache extends Command {
    int cache();
  }

  /// A command that runs on one cpu.
  sealed interface OnCpu extends OnCache {
    int cpu();
  }

  record Create(int cache, int size, int align, int flags, boolean ctor) implements OnCache {}

  record Alloc(int cache, int cpu, int first, int count, int step, int node, int gfp)
      implements OnCpu {}

  /// @param keep whether the pointers stay in their slots
  /// @param listed whether the slots were listed one by one
  record Free(int cache, int cpu, int[] slots, boolean keep, boolean listed) implements OnCpu {}

  record BulkAlloc(int cache, int cpu, int first, int count) implements OnCpu {}

  record BulkFree(int cache, int cpu, int first, int count) implements OnCpu {}

  record Shrink(int cache, int cpu) implements OnCpu {}

  record Destroy(int cache) implements OnCache {}

  /// Waits for a grace period.
  record Sync() implements Command {}

  record Cleanup() implements Command {}

  /// @param lists whether the free lists themselves are dumped
  record State(int cache, boolean lists) implements OnCache {}

  record Quiet(boolean on) implements Command {}

  record Eat(int node) implements Command {}

  record Uneat() implements Command {}

  record Hex(int cache, int slot, String label) implements OnCache {}

  record Tail(int cache, int slot) implements OnCache {}

  record Fill(int cache, int slot, int value) implements OnCache {}

  record Poke(int cache, int slot, int offset, int value) implements OnCache {}

  /// A free of the pointer `offset` bytes into an object.
  record BadFree(int cache, int cpu, int slot, int offset) implements OnCpu {}

  /// A free of another cache's object.
  record WrongFree(int cache, int cpu, int owner, int slot) implements OnCpu {}

  record Sysfs(String name) implements Command {}

  record SysfsWrite(String name, String attribute, String value) implements Command {}

  record Dmesg() implements Command {}

  record Cat(String file) implements Command {}

  record Shell(String line) implements Command {}

  /// The same line several times in one step.
  record Repeat(int times, Command line) implements Command {}

  /// Looks at the outside, changes nothing.
  record Look() implements Command {}

  /// @throws BadInput when the line is not of the grammar; `where` names it
  static Command parse(String line, String where) {
    try {
      return parse(new Words(line));
    } catch (IllegalArgumentException | BadInput e) {
      throw new BadInput(where + ": command '" + Recording.cut(line) + "': " + e.getMessage(), e);
    }
  }

  private static Command parse(Words w) {
    return switch (w.text(0)) {
      case "create" ->
          new Create(
              w.cache(1),
              w.number(2, "size", 0, Integer.MAX_VALUE),
              w.number(3, "align", 0, Integer.MAX_VALUE),
              SlabFlags.parse(w.text(4)),
              w.number(5, "ctor", 0, 1) == 1);
      case "alloc" -> alloc(w);
      case "free" -> free(w);
      case "freel" -> {
        int[] slots = new int[w.count() - 3];
        for (int i = 0; i < slots.length; i++) {
          slots[i] = w.slot(i + 3);
        }
        yield new Free(w.cache(1), w.cpu(2), slots, false, true);
      }
      case "balloc" -> {
        w.slots(3, 4, 1);
        yield new BulkAlloc(w.cache(1), w.cpu(2), w.slot(3), w.slot(4));
      }
      case "bfree" -> {
        w.slots(3, 4, 1);
        yield new BulkFree(w.cache(1), w.cpu(2), w.slot(3), w.slot(4));
      }
      case "shrink" -> new Shrink(w.cache(1), w.cpu(2));
      case "destroy" -> new Destroy(w.cache(1));
      case "sync" -> new Sync();
      case "cleanup" -> new Cleanup();
      case "state" -> new State(w.cache(1), false);
      case "statex" -> new State(w.cache(1), true);
      case "quiet" -> new Quiet(w.number(1, "quiet", 0, 1) == 1);
      case "eat" -> new Eat(w.number(1, "node", 0, NODES_MAX));
      case "uneat" -> new Uneat();
      case "hex" -> new Hex(w.cache(1), w.slot(2), w.count() > 3 ? w.text(3) : "");
      case "tail" -> new Tail(w.cache(1), w.slot(2));
      case "fill" -> new Fill(w.cache(1), w.slot(2), w.hexByte(3));
      case "poke" ->
          new Poke(
              w.cache(1), w.slot(2), w.number(3, "offset", -OFFSET_MAX, OFFSET_MAX), w.hexByte(4));
      case "badfree" ->
          new BadFree(
              w.cache(1), w.cpu(2), w.slot(3), w.number(4, "offset", -OFFSET_MAX, OFFSET_MAX));
      case "wrongfree" -> new WrongFree(w.cache(1), w.cpu(2), w.cache(3), w.slot(4));
      default -> outside(w);
    };
  }

  private static Command outside(Words w) {
    return switch (w.text(0)) {
      case "!sysfs" -> new Sysfs(w.text(1));
      case "!sysfsw" -> new SysfsWrite(w.text(1), w.text(2), w.rest(3));
      case "!dmesg" -> new Dmesg();
      case "!cat" -> new Cat(w.text(1));
      case "!sh" -> new Shell(w.rest(1));
      case "!buddy", "!sleep" -> new Look();
      case "!rep" -> new Repeat(w.number(1, "times", 0, REPEATS_MAX), parse(new Words(w.rest(2))));
      default -> throw new IllegalArgumentException("'" + w.text(0) + "' is not known");
    };
  }

  private static Command alloc(Words w) {
    int step = w.count() > 5 ? w.step(5) : 1;
    w.slots(3, 4, step);
    return new Alloc(
        w.cache(1),
        w.cpu(2),
        w.slot(3),
        w.slot(4),
        step,
        w.count() > 6 ? w.number(6, "node", -1, NODES_MAX) : -1,
        w.count() > 7 ? gfp(w.text(7)) : Gfp.KERNEL);
  }

  private static Command free(Words w) {
    boolean keep = w.count() > 5 && w.text(w.count() - 1).equals("keep");
    boolean hasStep = w.count() > 5 && !w.text(5).equals("keep");
    int step = hasStep ? w.step(5) : 1;
    return new Free(w.cache(1), w.cpu(2), w.slots(3, 4, step), keep, false);
  }

  /// The words of a line, each with what it must be.
  record Words(List<String> words) {
    Words(String line) {
      this(Arrays.asList(line.trim().split("\\s+")));
    }

    int count() {
      return words.size();
    }

    String text(int at) {
      if (at >= words.size()) {
        throw new IllegalArgumentException(
            "it has " + words.size() + " words, allowed: at least " + (at + 1));
      }
      return words.get(at);
    }

    String rest(int from) {
      text(from);
      return String.join(" ", words.subList(from, words.size()));
    }

    int number(int at, String what, int min, int max) {
      String text = text(at);
      try {
        long value = Long.parseLong(text);
        if (value >= min && value <= max) {
          return (int) value;
        }
      } catch (NumberFormatException e) {
        // Said below, in the same words as a number out of bounds.
      }
      throw new IllegalArgumentException(what + " '" + text + "', allowed: " + min + ".." + max);
    }

    int cache(int at) {
      return number(at, "cache", 0, CACHES_MAX - 1);
    }

    int cpu(int at) {
      return number(at, "cpu", 0, CPUS_MAX);
    }

    int slot(int at) {
      return number(at, "slot or count", 0, SLOTS_MAX);
    }

    int step(int at) {
      int step = number(at, "step", -SLOTS_MAX, SLOTS_MAX);
      if (step == 0) {
        throw new IllegalArgumentException("step '0', allowed: any other number");
      }
      return step;
    }

    /// The slots that a first one, a count and a step name.
    int[] slots(int firstAt, int countAt, int step) {
      int first = slot(firstAt);
      int[] slots = new int[slot(countAt)];
      for (int i = 0; i < slots.length; i++) {
        long slot = first + (long) i * step;
        if (slot < 0 || slot > SLOTS_MAX) {
          throw new IllegalArgumentException(
              "slot " + slot + " is among those named, allowed: 0.." + SLOTS_MAX);
        }
        slots[i] = (int) slot;
      }
      return slots;
    }

    int hexByte(int at) {
      String text = text(at);
      if (!text.matches("(0x)?[0-9a-fA-F]{1,2}")) {
        throw new IllegalArgumentException("byte '" + text + "', allowed: 00..ff");
      }
      return Integer.parseInt(text.replace("0x", ""), 16);
    }
  }

  /// The words of a script for gfp bits, joined by `-`.
  private static int gfp(String words) {
    int gfp = Gfp.KERNEL;
    for (String word : List.of(words.split("-"))) {
      gfp =
          switch (word) {
            case "kernel" -> gfp;
            case "thisnode" -> gfp | Gfp.THISNODE;
            case "noreclaim" -> gfp & ~Gfp.RECLAIM;
            case "nowait" -> (gfp & ~Gfp.KERNEL) | Gfp.NOWAIT;
            case "atomic" -> (gfp & ~Gfp.KERNEL) | Gfp.ATOMIC;
            case "noretry" -> gfp | Gfp.NORETRY;
            case "nowarn" -> gfp | Gfp.NOWARN;
            case "zero" -> gfp | Gfp.ZERO;
            default ->
                throw new IllegalArgumentException(
                    "gfp word '"
                        + word
                        + "' is not known, allowed: thisnode noreclaim nowait"
                        + " atomic noretry nowarn zero");
          };
    }
    return gfp;
  }
}
