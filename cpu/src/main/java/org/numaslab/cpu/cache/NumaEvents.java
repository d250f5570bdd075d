package org.numaslab.cpu.cache;

import java.util.Locale;
import org.numaslab.node.topology.NodeId;

/// Where the pages of a cpu's new slabs came from, as nodeN/numastat counts it: one event for each
/// block of pages, whatever its order.
///
/// | event          | counts for                | when                                         |
/// |----------------|---------------------------|----------------------------------------------|
/// | NUMA_HIT       | the node that gave        | it was the preferred one                     |
/// | NUMA_MISS      | the node that gave        | another one was preferred                    |
/// | NUMA_FOREIGN   | the node that was preferred | another one gave                           |
/// | INTERLEAVE_HIT | the node that gave        | it was its turn by the task's mempolicy      |
/// | LOCAL_NODE     | the node that gave        | it is the cpu's                              |
/// | OTHER_NODE     | the node that gave        | it is not the cpu's                          |
///
/// Owner: the cpu. Models `zone_statistics` of mm/page_alloc.c, v6.1, whose counters are per cpu
/// too.
public final class NumaEvents {
  /// In the order of the file.
  public enum Event {
    NUMA_HIT,
    NUMA_MISS,
    NUMA_FOREIGN,
    INTERLEAVE_HIT,
    LOCAL_NODE,
    OTHER_NODE;

    /// Its word in numastat.
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final long[][] counts;
  private final int own;

  NumaEvents(int nodes, int own) {
    this.counts = new long[Event.values().length][nodes];
    this.own = own;
  }

  void granted(int preferred, int giver) {
    if (preferred == giver) {
      count(Event.NUMA_HIT, giver);
    } else {
      count(Event.NUMA_MISS, giver);
      count(Event.NUMA_FOREIGN, preferred);
    }
    count(giver == own ? Event.LOCAL_NODE : Event.OTHER_NODE, giver);
  }

  /// Counts besides that it was the giver's turn.
  void interleaved(int giver) {
    count(Event.INTERLEAVE_HIT, giver);
  }

  private void count(Event event, int node) {
    counts[event.ordinal()][node]++;
  }

  public long count(Event event, NodeId node) {
    return counts[event.ordinal()][node.value()];
  }
}
