package org.numaslab.cpu.client;

import org.numaslab.node.topology.NodeId;

/// What reclaim wants of a shrinker (`struct shrink_control` of include/linux/shrinker.h, v6.1).
///
/// Owner: the task that reclaims.
public final class ShrinkControl {
  private final int gfp;
  private final NodeId node;
  long nrToScan;
  long nrScanned;

  ShrinkControl(int gfp, NodeId node) {
    this.gfp = gfp;
    this.node = node;
  }

  /// Bits of [org.numaslab.node.buddy.Gfp] of the allocation that reclaims (`gfp_mask`): without
  /// FS, a shrinker that needs file systems must leave it.
  public int gfp() {
    return gfp;
  }

  /// The node on which memory is wanted (`nid`).
  public NodeId node() {
    return node;
  }

  /// How many objects to look at (`nr_to_scan`). Nothing for [Shrinker#countObjects].
  public long nrToScan() {
    return nrToScan;
  }

  /// Says how many objects were looked at (`nr_scanned`), where that is not [#nrToScan].
  ///
  /// @throws IllegalArgumentException for less than 0
  public void setNrScanned(long objects) {
    if (objects < 0) {
      throw new IllegalArgumentException(
          "nr_scanned: got %d, allowed: from 0 on".formatted(objects));
    }
    nrScanned = objects;
  }
}
