package org.numaslab.node.slab;

import org.numaslab.node.topology.BadInput;

/// Boot parameters and machine facts that geometry depends on.
///
/// | component        | boot parameter       | default                                            |
/// |------------------|----------------------|----------------------------------------------------|
/// | `cpus`           | -                    | cpus that are present                              |
/// | `slubMinOrder`   | `slub_min_order=`    | 0                                                  |
/// | `slubMaxOrder`   | `slub_max_order=`    | 3                                                  |
/// | `slubMinObjects` | `slub_min_objects=`  | 0: 4 x (bit length of cpus + 1)                    |
/// | `debug`          | `slub_debug=`        | none                                               |
/// | `noMerge`        | `slab_nomerge`       | false: a request that fits an older cache joins it |
public record GeometryOptions(
    int cpus,
    int slubMinOrder,
    int slubMaxOrder,
    int slubMinObjects,
    SlubDebug debug,
    boolean noMerge) {
  /// NR_CPUS of the largest kernels.
  public static final int CPUS_MAX = 8192;

  /// PAGE_ALLOC_COSTLY_ORDER: larger blocks are hard to find.
  public static final int SLUB_MAX_ORDER_DEFAULT = 3;

  public GeometryOptions {
    within("cpus", cpus, 1, CPUS_MAX);
    within("slub_min_order", slubMinOrder, 0, SlabOrder.ORDER_MAX);
    within("slub_max_order", slubMaxOrder, 0, SlabOrder.ORDER_MAX);
    within("slub_min_objects", slubMinObjects, 0, SlabOrder.OBJECTS_MAX);
  }

  /// A machine booted without parameters.
  public static GeometryOptions forCpus(int cpus) {
    return new GeometryOptions(cpus, 0, SLUB_MAX_ORDER_DEFAULT, 0, SlubDebug.NONE, false);
  }

  /// The same kernel on another number of cpus.
  public GeometryOptions withCpus(int otherCpus) {
    return new GeometryOptions(
        otherCpus, slubMinOrder, slubMaxOrder, slubMinObjects, debug, noMerge);
  }

  /// The same kernel with other debugging.
  public GeometryOptions withDebug(SlubDebug otherDebug) {
    return new GeometryOptions(
        cpus, slubMinOrder, slubMaxOrder, slubMinObjects, otherDebug, noMerge);
  }

  /// The objects that a slab should at least have.
  public int minObjects() {
    int cpusBitLength = Integer.SIZE - Integer.numberOfLeadingZeros(cpus);
    return slubMinObjects > 0 ? slubMinObjects : 4 * (cpusBitLength + 1);
  }

  private static void within(String what, int value, int min, int max) {
    if (value < min || value > max) {
      throw new BadInput("%s: got %d, allowed: %d..%d".formatted(what, value, min, max));
    }
  }
}
