package org.numaslab.node.buddy;

import java.util.ArrayList;
import java.util.List;
import org.numaslab.node.topology.FrameRange;

/// The blocks of the highest order that nobody has had since boot, ascending: the rest of that
/// order's free list, after the blocks that were given back.
///
/// They need not be linked. At boot the kernel puts them on the list in this order, each at the
/// tail; later a block of the highest order is only taken from the head and only put back at the
/// head. So those never taken stay in order at the tail, and a range and a cursor say which they
/// are. That is why a machine of many TiB starts at once: its page-frame entries stay untouched.
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
  long takeFirst() {
    if (blocks == 0) {
      return FreeList.NONE;
    }
    long head = next;
    blocks--;
    next += BLOCK;
    if (next == runs.get(run).end() && blocks > 0) {
      next = runs.get(++run).start();
    }
    return head;
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
