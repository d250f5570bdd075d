package org.numaslab.node.topology;

/// Page frames `start` up to and without `end()`; a frame is 4 KiB, frame f lies at physical
/// address f * 4096.
public record FrameRange(long start, long count) {
  /// One past the highest frame number that a machine may have: frame numbers have 32 bits in the
  /// page-frame table, so 16 TiB.
  public static final long END_MAX = 1L << 32;

  public FrameRange {
    if (start < 0 || start >= END_MAX || count < 1 || count > END_MAX - start) {
      throw new BadInput(
          "page frames: got "
              + count
              + " from "
              + start
              + ", allowed: at least 1, all in 0.."
              + (END_MAX - 1)
              + " (16 TiB)");
    }
  }

  /// The frames from `start` up to and without `end`.
  public static FrameRange between(long start, long end) {
    return new FrameRange(start, end - start);
  }

  /// One past the last frame.
  public long end() {
    return start + count;
  }

  public boolean contains(long frame) {
    return frame >= start && frame < end();
  }

  @Override
  public String toString() {
    return "frames " + start + ".." + (end() - 1);
  }
}
