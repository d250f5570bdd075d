package org.numaslab.coordinator.experiment;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.Natures;
import org.numaslab.node.buddy.Watermark;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.Nature;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// Looks on while nodes ask for pages: a page is never given twice, and refused only where a plain
/// search finds none that lies above the watermark.
final class WatchedNatures implements Natures {
  private static final int CACHES_MAX = 8;

  private final Topology topology;
  private final LiveNatures live;
  private final List<Watched> nodes = new ArrayList<>();
  private final AtomicLongArray refusals;

  WatchedNatures(Topology topology, LiveNatures live) {
    this.topology = topology;
    this.live = live;
    this.refusals = new AtomicLongArray(topology.nodeCount() * CACHES_MAX);
    for (int i = 0; i < topology.nodeCount(); i++) {
      nodes.add(new Watched(new NodeId(i)));
    }
  }

  /// How often a node had no pages of the smallest order for a cache.
  long refusals(int node, CacheId cache) {
    return refusals.get(node * CACHES_MAX + cache.value());
  }

  LiveNatures live() {
    return live;
  }

  @Override
  public Nature ofNode(NodeId node) {
    return nodes.get(node.value());
  }

  @Override
  public Nature ofCpu(CpuId cpu) {
    return live.ofCpu(cpu);
  }

  @Override
  public Nature ofRegistry() {
    return live.ofRegistry();
  }

  private static void check(boolean holds, String what, NodeId node, long frame, int order) {
    if (!holds) {
      throw new AssertionError(what + ": " + node + ", frame " + frame + ", order " + order);
    }
  }

  private final class Watched implements Nature {
    private final NodeId node;
    private final Nature behind;
    private final BitSet used = new BitSet();

    Watched(NodeId node) {
      this.node = node;
      this.behind = live.ofNode(node);
    }

    @Override
    public long page(CacheId cache, NodeId of, int order, int gfp, Watermark mark) {
      long frame = behind.page(cache, of, order, gfp, mark);
      if (frame == REFUSED) {
        check(!mayHave(order, mark), "pages were refused, but there are some", node, frame, order);
        refusals.incrementAndGet(node.value() * CACHES_MAX + cache.value());
      } else {
        for (int i = (int) frame; i < frame + (1L << order); i++) {
          check(!used.get(i), "page given twice", node, i, order);
          check(topology.nodeIndexOfFrame(i) == node.value(), "not its page", node, i, order);
          used.set(i);
        }
      }
      return frame;
    }

    /// By a plain search, with the watermark of the most modest request.
    private boolean mayHave(int order, Watermark mark) {
      return live.buddy(node).zoneInfo().stream()
          .anyMatch(zone -> {
            boolean low = mark == Watermark.FIRST || mark == Watermark.LOW;
            long kept =
                (low ? zone.limits().low() : zone.limits().min())
                    + zone.boost()
                    + zone.highAtomic()
                    + zone.limits().protection().getLast();
            long free = zone.memory().stream().mapToLong(this::free).sum();
            return free - (1L << order) >= kept
                && zone.memory().stream().anyMatch(range -> hasFree(range, order));
          });
    }

    private long free(FrameRange range) {
      return range.count() - used.get((int) range.start(), (int) range.end()).cardinality();
    }

    private boolean hasFree(FrameRange range, int order) {
      int length = 1 << order;
      for (long at = range.start() + length - 1 & -length; at + length <= range.end(); ) {
        int firstUsed = used.nextSetBit((int) at);
        if (firstUsed < 0 || firstUsed >= at + length) {
          return true;
        }
        at += length;
      }
      return false;
    }

    @Override
    public void giveBack(CacheId cache, long frame, int order) {
      for (int i = (int) frame; i < frame + (1L << order); i++) {
        check(used.get(i), "page given back twice", node, i, order);
        used.clear(i);
      }
      behind.giveBack(cache, frame, order);
    }

    @Override
    public int firstIndex(KmemCache cache, int objects) {
      return behind.firstIndex(cache, objects);
    }

    @Override
    public int[] randomSequence(CacheId cache, int objects) {
      return behind.randomSequence(cache, objects);
    }

    @Override
    public long cookie(CacheId cache) {
      return behind.cookie(cache);
    }

    @Override
    public boolean searchRemote(KmemCache cache, CpuId cpu) {
      return behind.searchRemote(cache, cpu);
    }
  }
}
