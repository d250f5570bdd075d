package org.numaslab.cpu.cache;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.SlabGrant;
import org.numaslab.node.protocol.SlabRef;
import org.numaslab.node.topology.NodeId;

/// What the step in progress has begun and not finished: what a cpu whose shell fails in the middle
/// of it would lose. Empty between steps.
///
/// | what | until | after a failure |
/// |---|---|---|
/// | a message | the outbox has taken it | sent again: it is what the step had decided |
/// | slabs in hand: off their list, on no other, in no message | they are on one, or in one | quarantined: nobody knows what the step had in mind |
/// | a step that may be done twice | it is through | done again |
/// | runs of a bulk free | the last is freed | the rest is freed |
/// | an operation that an answer has woken | its caller is told | it comes to nothing, if it does not wait again |
///
/// Owner: the cpu. The hot path does not come here.
final class Undone {
  /// A slab in hand.
  record Held(KmemCacheCpu cache, SlabGrant slab) {}

  private static final long[] NOTHING = {};

  private final List<Held> inHand = new ArrayList<>(0);
  private NodeProtocol.@Nullable FromCpu message;
  private @Nullable NodeId to;
  private @Nullable Runnable repeatable;
  private Runnable afterRepeatable = () -> {};
  private @Nullable KmemCacheCpu freedTo;
  private long[] toFree = NOTHING;
  private int leftToFree;
  private boolean isResumed;
  private boolean hasResult;
  private boolean isNobodys;

  // ---- a message

  void sends(NodeId node, NodeProtocol.FromCpu cut) {
    to = node;
    message = cut;
  }

  void sent() {
    message = null;
  }

  NodeProtocol.@Nullable FromCpu message() {
    return message;
  }

  @Nullable NodeId to() {
    return to;
  }

  // ---- slabs

  void takes(KmemCacheCpu cache, SlabGrant... slabs) {
    for (SlabGrant slab : slabs) {
      inHand.add(new Held(cache, slab));
    }
  }

  void lets(SlabRef slab) {
    inHand.removeIf(held -> held.slab.slab().equals(slab));
  }

  List<Held> inHand() {
    return inHand;
  }

  // ---- steps

  /// Does a step that may be done twice, then one that may not.
  void repeatably(Runnable step, Runnable then) {
    repeatable = step;
    afterRepeatable = then;
    repeat();
  }

  /// Does again what was cut, if it may be done twice.
  void repeat() {
    Runnable step = repeatable;
    if (step != null) {
      step.run();
      repeatable = null;
      afterRepeatable.run();
    }
  }

  /// @param objects of which the first `left` are still to be freed
  void frees(KmemCacheCpu cache, long[] objects, int left) {
    freedTo = cache;
    toFree = objects;
    leftToFree = left;
  }

  void freed() {
    freedTo = null;
    toFree = NOTHING;
    leftToFree = 0;
  }

  @Nullable KmemCacheCpu freedTo() {
    return freedTo;
  }

  long[] leftToFree() {
    return Arrays.copyOf(toFree, leftToFree);
  }

  // ---- the suspended operation

  /// An answer has woken it.
  void resumes() {
    isResumed = true;
    hasResult = false;
  }

  /// Its result is known.
  void cameToResult() {
    hasResult = true;
  }

  /// It waits again, or its caller is told.
  void isSettled() {
    isResumed = false;
    hasResult = false;
  }

  boolean isResumed() {
    return isResumed;
  }

  boolean hasResult() {
    return hasResult;
  }

  /// Its caller has failed, and does not want to know what it comes to.
  void isNobodys(boolean nobodys) {
    isNobodys = nobodys;
  }

  boolean isNobodys() {
    return isNobodys;
  }
}
