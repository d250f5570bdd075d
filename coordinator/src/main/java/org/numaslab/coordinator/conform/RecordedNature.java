package org.numaslab.coordinator.conform;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.driver.Natures;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.Nature;
import org.numaslab.node.cache.Watermark;
import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.memory.FrameTable.Kind;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

/// The recording as nature: grants a page only where the kernel got one, and says where that slab's list began.
///
/// The judge sets what the next allocation gave in the recording before it lets the cpu try. A request that the recorded kernel cannot have made is noted
/// as a difference.
final class RecordedNature implements Nature, Natures {
  /// An object as the recording has it.
  ///
  /// @param frame its slab's first page frame
  record RecordedObject(long frame, int node, int index, int order) {}

  private final FrameTable frames;
  private final Set<Integer> eaten = new TreeSet<>();
  private final List<String> impossible = new ArrayList<>();
  private int[] nextSequence = {};
  private Supplier<@Nullable RecordedObject> expected = () -> null;
  private int wanted;

  RecordedNature(FrameTable frames) {
    this.frames = frames;
  }

  /// The allocation that is about to be tried.
  ///
  /// @param object what it gave; null for NULL. Asked again each time, as a bulk allocation gives many
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
    if (next != null
        && next.node == node.value()
        && next.order == order
        && !isSlabOf(cache, next.frame)) {
      return next.frame;
    }
    if (!eaten.contains(node.value())) {
      impossible.add(
          "asks " + node + " for pages of order " + order + ", which has them, but got "
              + (next == null ? "NULL" : "node " + next.node + " order " + next.order));
    }
    return REFUSED;
  }

  @Override
  public void giveBack(CacheId cache, long pageFrame, int order) {
    frames.markBlock(pageFrame, order, Kind.NONE, 0);
  }

  @Override
  public int firstIndex(KmemCache cache, int objects) {
    RecordedObject next = expected.get();
    return next == null ? cache.randomSequence()[0] : next.index;
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

  /// Won exactly when the object came from a slab that existed. Where the recording gave NULL nobody can tell: all were lost or in vain.
  @Override
  public boolean searchRemote(KmemCache cache, CpuId cpu) {
    if (wanted != NodeId.NONE) {
      impossible.add("looks at other nodes' lists although node " + wanted + " was asked for");
    }
    RecordedObject next = expected.get();
    return next != null && isSlabOf(cache.id(), next.frame);
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
