package org.numaslab.cpu.cache;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.numaslab.node.buddy.Watermark;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.Nature;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

/// Nature as a test wants it: pages in ascending order, none twice; free lists in address order;
/// draws won or lost.
final class ScriptedNature implements Nature {
  private static final int NODES_MAX = 8;

  /// Page requests in order, as `node order mark`.
  final List<String> asked = new ArrayList<>();

  final List<Long> givenBack = new ArrayList<>();

  /// The highest order that each node grants; -1 for none.
  final int[] orderMax = new int[NODES_MAX];

  boolean isDrawWon = true;
  int draws;
  int[] sequence = {};

  private final int framesPerNode;
  private final long[] used = new long[NODES_MAX];

  ScriptedNature(int framesPerNode) {
    this.framesPerNode = framesPerNode;
    Arrays.fill(orderMax, 3);
    used[0] = 8;
  }

  @Override
  public long page(CacheId cache, NodeId node, int order, int gfp, Watermark mark) {
    asked.add(node.value() + " " + order + " " + mark);
    int n = node.value();
    if (order > orderMax[n]) {
      return REFUSED;
    }
    long pages = 1L << order;
    long at = (used[n] + pages - 1) / pages * pages;
    if (at + pages > framesPerNode) {
      return REFUSED;
    }
    used[n] = at + pages;
    return (long) n * framesPerNode + at;
  }

  @Override
  public void giveBack(CacheId cache, long pageFrame, int order) {
    givenBack.add(pageFrame);
  }

  @Override
  public int firstIndex(KmemCache cache, int objects) {
    return sequence[0];
  }

  @Override
  public int[] randomSequence(CacheId cache, int objects) {
    return sequence;
  }

  @Override
  public long cookie(CacheId cache) {
    return 0x0123456789abcdefL;
  }

  @Override
  public boolean searchRemote(KmemCache cache, CpuId cpu) {
    draws++;
    return isDrawWon;
  }
}
