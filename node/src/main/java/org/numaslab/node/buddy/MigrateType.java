package org.numaslab.node.buddy;

import java.util.List;

/// What can become of the pages of a pageblock: allocations of one type are kept together, so that
/// large blocks can form again. Models `enum migratetype` and `fallbacks` of Linux 6.1.
///
/// | type | pages of | takes from, when it has none |
/// |---|---|---|
/// | UNMOVABLE | slabs | RECLAIMABLE, MOVABLE |
/// | MOVABLE | user memory; all pageblocks at boot | RECLAIMABLE, UNMOVABLE |
/// | RECLAIMABLE | slabs of caches with RECLAIM_ACCOUNT | UNMOVABLE, MOVABLE |
/// | HIGH_ATOMIC | atomic requests of order 1 and more, reserved | - |
public enum MigrateType {
  UNMOVABLE("Unmovable"),
  MOVABLE("Movable"),
  RECLAIMABLE("Reclaimable"),
  HIGH_ATOMIC("HighAtomic");

  static final List<MigrateType> ALL = List.of(values());

  private final String kernelName;

  MigrateType(String kernelName) {
    this.kernelName = kernelName;
  }

  /// The type that a request is of (`gfp_migratetype`).
  public static MigrateType of(int gfp) {
    return (gfp & Gfp.MOVABLE) != 0
        ? MOVABLE
        : (gfp & Gfp.RECLAIMABLE) != 0 ? RECLAIMABLE : UNMOVABLE;
  }

  /// The types whose blocks a request of this one may take, in this order.
  List<MigrateType> fallbacks() {
    return switch (this) {
      case UNMOVABLE -> List.of(RECLAIMABLE, MOVABLE);
      case MOVABLE -> List.of(RECLAIMABLE, UNMOVABLE);
      case RECLAIMABLE -> List.of(UNMOVABLE, MOVABLE);
      case HIGH_ATOMIC -> List.of();
    };
  }

  /// Whether a block may merge across pageblocks of other types (`migratetype_is_mergeable`).
  boolean isMergeable() {
    return this != HIGH_ATOMIC;
  }

  /// The name that pagetypeinfo uses.
  public String kernelName() {
    return kernelName;
  }
}
