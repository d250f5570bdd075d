package org.numaslab.node.buddy;

import java.util.List;
import org.numaslab.node.topology.FrameRange;

/// The page frames of one node in one zone.
///
/// @param ranges ascending, neither overlapping nor touching; at least one
record ZoneMemory(List<FrameRange> ranges) {
  ZoneMemory {
    ranges = List.copyOf(ranges);
  }

  long frames() {
    return ranges.stream().mapToLong(FrameRange::count).sum();
  }

  /// Whether the frame is one of this node's in this zone. Asked before an entry is read: the frame
  /// next to a range may be another node's, or beyond the table.
  boolean owns(long frame) {
    for (FrameRange range : ranges) {
      if (frame < range.end()) {
        return frame >= range.start();
      }
    }
    return false;
  }

  /// Whether the frame lies between the zone's first and last, holes included (`zone_spans_pfn`).
  boolean spans(long frame) {
    return frame >= ranges.getFirst().start() && frame < ranges.getLast().end();
  }

  /// The first frame from `frame` on that is the zone's; there must be one.
  long firstFrom(long frame) {
    for (FrameRange range : ranges) {
      if (frame < range.end()) {
        return Math.max(frame, range.start());
      }
    }
    throw new IllegalArgumentException("frame " + frame + " is behind " + ranges);
  }

  boolean covers(FrameRange block) {
    return ranges.stream()
        .anyMatch(range -> range.start() <= block.start() && block.end() <= range.end());
  }
}
