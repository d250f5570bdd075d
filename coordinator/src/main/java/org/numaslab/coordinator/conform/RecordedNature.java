package org.numaslab.coordinator.conform;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.driver.Natures;
import org.numaslab.node.buddy.Watermark;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.Nature;
import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.memory.FrameTable.Kind;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

/// The recording as nature: grants a page only where the kernel got one, and says where that slab's
/// list began.
///
/// The judge sets what the next allocation gave in the recording before it lets the cpu try. A
/// request that the recorded kernel cannot have made is noted as a difference.
final class RecordedNature implements Nature, Natures {
  /// An object as the recording has it.
  ///
  /// @param frame its slab's first page frame
  /// @param order of the slab, or [#ANY_ORDER]
  record RecordedObject(long frame, int node, int index, int order) {
    static final int ANY_ORDER = -1;

    /// An allocation succeeded, and the recording never says what it gave.
    static final RecordedObject UNSEEN = new RecordedObject(0, NodeId.NONE, 0, ANY_ORDER);

    boolean isUnseen() {
      return node == NodeId.NONE;
    }
  }

  private final FrameTable frames;
  private final StandIns standIns;
  private final Set<Integer> eaten = new TreeSet<>();
  private final List<String> impossible = new ArrayList<>();

  /// Slabs that wait for a grace period here, while the recorded kernel had their pages back
  /// already.
  private final Set<Long> returned = new HashSet<>();

  private int[] nextSequence = {};
  private Supplier<@Nullable RecordedObject> expected = () -> null;
  private int wanted = NodeId.NONE;

  RecordedNature(FrameTable frames, StandIns standIns) {
    this.frames = frames;
    this.standIns = standIns;
  }

  /// The allocation that is about to be tried.
  ///
  /// @param object what it gave; null for NULL. Asked again each time, as a bulk allocation gives
  ///   many
  /// @param wantedNode the node that it names, or NONE
  void expect(Supplier<@Nullable RecordedObject> object, int wantedNode) {
    expected = object;
    wanted = wantedNode;
  }

  void setNextSequence(int[] sequence) {
    nextSequence = sequence;
  }

  void eat(int node) {
    eaten.add(node);
  }

  void uneat() {
    eaten.clear();
  }

  /// Requests since the last call that the recorded kernel cannot have made.
  List<String> takeImpossible() {
    List<String> taken = List.copyOf(impossible);
    impossible.clear();
    return taken;
  }

  private boolean isSlabOf(CacheId cache, long frame) {
    return frames.kind(frame) == Kind.SLAB
        && frames.cache(frame) == cache.value()
        && frames.head(frame) == frame;
  }

  @Override
  public long page(CacheId cache, NodeId node, int order, int gfp, Watermark mark) {
    RecordedObject next = expected.get();
    boolean mayRefuse = eaten.contains(node.value());
    if (next != null && next.isUnseen()) {
      return mayRefuse ? REFUSED : standIns.grant(node, order);
    }
    long frame = next == null ? 0 : standIns.emulated(next.frame);
    if (next != null
        && next.node == node.value()
        && (next.order == order || next.order == RecordedObject.ANY_ORDER)
        && !isSlabOf(cache, frame)) {
      return grant(frame, order);
    }
    if (!mayRefuse) {
      impossible.add(
          "asks "
              + node
              + " for pages of order "
              + order
              + ", which has them, but got "
              + describe(cache, next, frame));
    }
    return REFUSED;
  }

  private String describe(CacheId cache, @Nullable RecordedObject next, long frame) {
    return next == null
        ? "NULL"
        : isSlabOf(cache, frame)
            ? "an object of slab " + Long.toHexString(next.frame) + ", which it has"
            : "node " + next.node + " order " + next.order;
  }

  /// The recorded page, if nothing else lies there on this machine.
  private long grant(long frame, int order) {
    for (long f = frame; f < frame + (1L << order); f++) {
      if (frames.kind(f) == Kind.SLAB) {
        impossible.add("the recorded page " + Long.toHexString(f) + " is a live slab's here");
        return REFUSED;
      }
      if (frames.kind(f) == Kind.RCU) {
        returned.add(frames.head(f));
      }
    }
    return frame;
  }

  @Override
  public void giveBack(CacheId cache, long pageFrame, int order) {
    standIns.forget(pageFrame);
    if (!returned.remove(pageFrame)) {
      frames.markBlock(pageFrame, order, Kind.NONE, 0);
    }
  }

  /// For an object that the recording does not show, any start will do: what is compared is the
  /// order.
  @Override
  public int firstIndex(KmemCache cache, int objects) {
    RecordedObject next = expected.get();
    if (next != null && !next.isUnseen()) {
      return next.index;
    }
    for (int index : cache.randomSequence()) {
      if (index < objects) {
        return index;
      }
    }
    throw new IllegalStateException("no index below " + objects + " in the random sequence");
  }

  @Override
  public int[] randomSequence(CacheId cache, int objects) {
    return nextSequence;
  }

  /// Any will do: what is compared are the decoded pointers.
  @Override
  public long cookie(CacheId cache) {
    return 0x9e3779b97f4a7c15L * (cache.value() + 1);
  }

  /// Won exactly when the object came from a slab that existed. Where the recording gave NULL or
  /// does not say what it gave, nobody can tell: all were lost or in vain.
  @Override
  public boolean searchRemote(KmemCache cache, CpuId cpu) {
    if (wanted != NodeId.NONE) {
      impossible.add("looks at other nodes' lists although node " + wanted + " was asked for");
    }
    if (cache.remoteNodeDefragRatio() == 0) {
      impossible.add("looks at other nodes' lists although remote_node_defrag_ratio is 0");
    }
    RecordedObject next = expected.get();
    return next != null && !next.isUnseen() && isSlabOf(cache.id(), standIns.emulated(next.frame));
  }

  @Override
  public Nature ofNode(NodeId node) {
    return this;
  }

  @Override
  public Nature ofCpu(CpuId cpu) {
    return this;
  }

  @Override
  public Nature ofRegistry() {
    return this;
  }
}
