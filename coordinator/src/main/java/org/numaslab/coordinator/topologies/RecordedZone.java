package org.numaslab.coordinator.topologies;

import java.util.Optional;
import org.numaslab.node.buddy.ZoneLimits;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.ZoneType;

/// One populated zone of a node, as /proc/zoneinfo has it; all figures in page frames.
///
/// `spanned` counts from `startFrame` to the end with holes, `present` without them, `managed` what
/// the page allocator was given (present less what was reserved while booting).
///
/// @param limits watermarks and protection, where the file has both
public record RecordedZone(
    NodeId node,
    ZoneType type,
    long startFrame,
    long spanned,
    long present,
    long managed,
    long free,
    Optional<ZoneLimits> limits) {
  /// One past the last page frame that the zone spans.
  public long endFrame() {
    return startFrame + spanned;
  }
}
