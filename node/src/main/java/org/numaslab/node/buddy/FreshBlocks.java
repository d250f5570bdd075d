package org.numaslab.node.buddy;

import java.util.ArrayList;
import java.util.List;
import org.numaslab.node.topology.FrameRange;

/// The blocks of the highest order that nobody has had since boot, ascending: a part of that
/// order's list of movable blocks, after those that came to its head later and before those that
/// came to its tail.
///
/// They need not be linked. At boot the kernel puts them on the list in this order, each at the
/// tail; later they leave it from the head only. So those never taken stay in order next to each
/// other, and a range and a cursor say which they are. That is why a machine of many TiB starts at
/// once: its page-frame entries stay untouched.
final class FreshBlocks {
  private static final long BLOCK = 1L << Buddy.ORDER_MAX;

  private final List<FrameRange> runs;
  private int run;
  private long next;
  private long blocks;

  /// @param memory ascending; only the aligned blocks within each range count
  FreshBlocks(List<FrameRange> memory) {
    List<FrameRange> whole = new ArrayList<>();
    for (FrameRange range : memory) {
      long start = (range.start() + BLOCK - 1) & -BLOCK;
      long end = range.end() & -BLOCK;
      if (start < end) {
        whole.add(FrameRange.between(start, end));
        blocks += (end - start) >> Buddy.ORDER_MAX;
      }
    }
    runs = List.copyOf(whole);
    next = runs.isEmpty() ? FreeList.NONE : runs.getFirst().start();
  }

  long blocks() {
    return blocks;
  }

  /// The lowest of them; [FreeList#NONE] when there is none left.
  long first() {
    return blocks == 0 ? FreeList.NONE : next;
  }

  /// Takes the lowest of them out.
  void removeFirst() {
    blocks--;
    next += BLOCK;
    if (next == runs.get(run).end() && blocks > 0) {
      next = runs.get(++run).start();
    }
  }

  /// What is left, as runs of frames.
  List<FrameRange> left() {
    if (blocks == 0) {
      return List.of();
    }
    List<FrameRange> left = new ArrayList<>(runs.subList(run, runs.size()));
    left.set(0, FrameRange.between(next, runs.get(run).end()));
    return left;
  }
}
