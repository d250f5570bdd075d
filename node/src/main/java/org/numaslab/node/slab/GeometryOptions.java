package org.numaslab.node.slab;

import java.util.Locale;
import org.numaslab.node.topology.BadInput;

/// Boot parameters and machine facts that geometry depends on.
///
/// | component        | boot parameter       | default                                            |
/// |------------------|----------------------|----------------------------------------------------|
/// | `cpus`           | -                    | cpus that are present                              |
/// | `slubMinOrder`   | `slub_min_order=`    | 0                                                  |
/// | `slubMaxOrder`   | `slub_max_order=`    | 3                                                  |
/// | `slubMinObjects` | `slub_min_objects=`  | 0: 4 x (bit length of cpus + 1)                    |
/// | `debugFlags`     | `slub_debug=FZPUT`   | 0; every cache gets them                           |
/// | `noMerge`        | `slab_nomerge`       | false: a request that fits an older cache joins it |
public record GeometryOptions(
    int cpus,
    int slubMinOrder,
    int slubMaxOrder,
    int slubMinObjects,
    int debugFlags,
    boolean noMerge) {
  /// NR_CPUS of the largest kernels.
  public static final int CPUS_MAX = 8192;

  /// PAGE_ALLOC_COSTLY_ORDER: larger blocks are hard to find.
  public static final int SLUB_MAX_ORDER_DEFAULT = 3;

  /// Letter O of slub_debug, a bit of `debugFlags` that is no slab flag: no red zones, poison and
  /// tracks where they would raise the smallest order.
  public static final int NO_HIGHER_ORDER_DEBUG = 0x1;

  private static final String DEBUG_LETTERS = "FZPUTO";

  private static final int[] DEBUG_BITS = {
    SlabFlags.CONSISTENCY_CHECKS,
    SlabFlags.RED_ZONE,
    SlabFlags.POISON,
    SlabFlags.STORE_USER,
    SlabFlags.TRACE,
    NO_HIGHER_ORDER_DEBUG
  };

  public GeometryOptions {
    within("cpus", cpus, 1, CPUS_MAX);
    within("slub_min_order", slubMinOrder, 0, SlabOrder.ORDER_MAX);
    within("slub_max_order", slubMaxOrder, 0, SlabOrder.ORDER_MAX);
    within("slub_min_objects", slubMinObjects, 0, SlabOrder.OBJECTS_MAX);
    if ((debugFlags & ~(SlabFlags.DEBUG_FLAGS | NO_HIGHER_ORDER_DEBUG)) != 0) {
      throw new BadInput(
          "slub_debug: got flags 0x%x, allowed: bits of 0x%x"
              .formatted(debugFlags, SlabFlags.DEBUG_FLAGS | NO_HIGHER_ORDER_DEBUG));
    }
  }

  /// A machine booted without parameters.
  public static GeometryOptions forCpus(int cpus) {
    return new GeometryOptions(cpus, 0, SLUB_MAX_ORDER_DEFAULT, 0, 0, false);
  }

  /// The same kernel on another number of cpus.
  public GeometryOptions withCpus(int otherCpus) {
    return new GeometryOptions(
        otherCpus, slubMinOrder, slubMaxOrder, slubMinObjects, debugFlags, noMerge);
  }

  /// The objects that a slab should at least have.
  public int minObjects() {
    int cpusBitLength = Integer.SIZE - Integer.numberOfLeadingZeros(cpus);
    return slubMinObjects > 0 ? slubMinObjects : 4 * (cpusBitLength + 1);
  }

  /// The letters of `slub_debug=`: F, Z, P, U, T, O in either case, `-` for none so far; no letter
  /// at all stands for FZPU.
  public static int parseDebug(String letters) {
    int flags = letters.isEmpty() ? SlabFlags.DEBUG_DEFAULT : 0;
    for (char letter : letters.toUpperCase(Locale.ROOT).toCharArray()) {
      int at = DEBUG_LETTERS.indexOf(letter);
      if (letter == '-') {
        flags &= NO_HIGHER_ORDER_DEBUG;
      } else if (at >= 0) {
        flags |= DEBUG_BITS[at];
      } else {
        throw new BadInput(
            "slub_debug: got \"%s\", allowed: letters of %s or -, for all caches"
                .formatted(letters, DEBUG_LETTERS));
      }
    }
    return flags;
  }

  /// The letters of `slub_debug=` for these options; `-` for none.
  public String debugLetters() {
    StringBuilder letters = new StringBuilder();
    for (int i = 0; i < DEBUG_BITS.length; i++) {
      if ((debugFlags & DEBUG_BITS[i]) != 0) {
        letters.append(DEBUG_LETTERS.charAt(i));
      }
    }
    return letters.isEmpty() ? "-" : letters.toString();
  }

  private static void within(String what, int value, int min, int max) {
    if (value < min || value > max) {
      throw new BadInput("%s: got %d, allowed: %d..%d".formatted(what, value, min, max));
    }
  }
}
