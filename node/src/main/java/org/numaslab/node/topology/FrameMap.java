package org.numaslab.node.topology;

import java.util.Arrays;
import java.util.List;

/// Which node has a page frame: one table look-up for nearly all frames.
///
/// ```text
/// frame >>> 15 -> section (128 MiB): n >= 0    the whole section is node n's
///                                    -1        nobody's
///                                    -2 - i    shared or partly absent: look at range i and the ones after it
/// ```
///
/// The ranges are ascending and do not overlap, so the exact search ends at the first range beyond
/// the frame.
final class FrameMap {
  /// log2 of the frames in a section: 128 MiB, the kernel's SECTION_SIZE_BITS of x86-64 less the
  /// page's 12.
  static final int SECTION_SHIFT = 15;

  private static final int NOBODY = -1;
  private static final int FIRST_RANGE = -2;

  private final int[] sections;
  private final long[] starts;
  private final long[] ends;
  private final int[] owners;

  /// One range and the node that has it.
  record Owned(FrameRange range, int node) {}

  FrameMap(List<Owned> ascending) {
    int count = ascending.size();
    starts = new long[count];
    ends = new long[count];
    owners = new int[count];
    for (int i = 0; i < count; i++) {
      starts[i] = ascending.get(i).range().start();
      ends[i] = ascending.get(i).range().end();
      owners[i] = ascending.get(i).node();
    }
    sections =
        new int[Math.toIntExact((spanFrames() + (1L << SECTION_SHIFT) - 1) >>> SECTION_SHIFT)];
    Arrays.fill(sections, NOBODY);
    for (int i = 0; i < count; i++) {
      enter(i);
    }
  }

  private void enter(int range) {
    int first = (int) (starts[range] >>> SECTION_SHIFT);
    int last = (int) ((ends[range] - 1) >>> SECTION_SHIFT);
    for (int section = first; section <= last; section++) {
      long sectionStart = (long) section << SECTION_SHIFT;
      boolean whole =
          starts[range] <= sectionStart && ends[range] >= sectionStart + (1L << SECTION_SHIFT);
      if (whole) {
        sections[section] = owners[range];
      } else if (sections[section] == NOBODY) {
        sections[section] = FIRST_RANGE - range;
      }
    }
  }

  /// One past the highest frame of any range.
  long spanFrames() {
    return ends.length == 0 ? 0 : ends[ends.length - 1];
  }

  /// The node that has the frame, or -1.
  int nodeIndexOf(long frame) {
    long section = frame >>> SECTION_SHIFT;
    if (section >= sections.length || section < 0) {
      return NOBODY;
    }
    int entry = sections[(int) section];
    return entry > FIRST_RANGE ? entry : exact(frame, FIRST_RANGE - entry);
  }

  private int exact(long frame, int firstRange) {
    for (int i = firstRange; i < starts.length && starts[i] <= frame; i++) {
      if (frame < ends[i]) {
        return owners[i];
      }
    }
    return NOBODY;
  }
}
