package org.numaslab.coordinator.topologies;

import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.ZoneType;

/// One populated zone of a node, as /proc/zoneinfo has it; all figures in page frames.
///
/// `spanned` counts from `startFrame` to the end with holes, `present` without them, `managed` what
/// the page allocator was given (present less what was reserved while booting). `min`, `low` and
/// `high` are the watermarks.
public record RecordedZone(
    NodeId node,
    ZoneType type,
    long startFrame,
    long spanned,
    long present,
    long managed,
    long free,
    long min,
    long low,
    long high) {
  /// One past the last page frame that the zone spans.
  public long endFrame() {
    return startFrame + spanned;
  }
}
