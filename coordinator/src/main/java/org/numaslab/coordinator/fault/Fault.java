package org.numaslab.coordinator.fault;

import java.util.List;
import java.util.Set;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

/// Something that goes wrong in a machine of several members. A member is named by its node.
///
/// Those with a time in their record begin something else by themselves; all others last as long as
/// their [ScheduledFault] says.
public sealed interface Fault {
  /// A process that does not come back.
  long NEVER = -1;

  /// Everybody, where a node can be named.
  NodeId ALL = new NodeId(NodeId.NONE);

  /// The member dies at once, with all that lies in its memory (kill -9).
  ///
  /// @param restartNanos after which it starts again, as a new incarnation; [#NEVER]
  record Kill(NodeId node, long restartNanos) implements Fault {}

  /// The member gives back what it holds, then leaves.
  ///
  /// @param rejoinNanos after its leaving it joins again, as a new incarnation; [#NEVER]
  record Leave(NodeId node, long rejoinNanos) implements Fault {}

  /// The cluster removes a member that is healthy and goes on unaware for a while.
  record Down(NodeId node, long unawareNanos) implements Fault {}

  /// The member does nothing, and what is sent to it waits (SIGSTOP).
  record Pause(NodeId node) implements Fault {}

  /// Members of different sides do not hear each other; one that is on no side hears everybody.
  record Partition(List<Set<NodeId>> sides) implements Fault {}

  /// Nothing arrives on the way from one to the other.
  record Cut(NodeId from, NodeId to) implements Fault {}

  /// Two halves that do not hear each other; one member hears both, and both hear it.
  record Bridge(NodeId bridge) implements Fault {}

  /// Each member hears only a majority, everybody another one: those next to it in a ring.
  record Ring() implements Fault {}

  /// Messages are lost.
  ///
  /// @param from sender, or [#ALL]
  /// @param to receiver, or [#ALL]
  record Loss(NodeId from, NodeId to, int percent) implements Fault {}

  /// Messages arrive twice, the second time a little later.
  record Duplicate(NodeId from, NodeId to, int percent) implements Fault {}

  /// Messages take longer, by a time drawn between the two.
  record Delay(NodeId from, NodeId to, int percent, long minNanos, long maxNanos)
      implements Fault {}

  /// Messages overtake each other: each takes up to `maxNanos` longer.
  record Reorder(NodeId from, NodeId to, int percent, long maxNanos) implements Fault {}

  /// What is sent on a link is held until the end, and then arrives at once.
  record Clog(NodeId from, NodeId to) implements Fault {}

  /// The wall clock of a member jumps. Nothing may depend on it.
  record ClockJump(NodeId node, long byNanos) implements Fault {}

  /// The monotonic clock of a member runs fast, or slow where negative.
  record Drift(NodeId node, int partsPerMillion) implements Fault {}

  /// The node has no page for anybody.
  record NoPages(NodeId node) implements Fault {}

  /// A member after the other leaves and joins again.
  ///
  /// @param everyNanos from one to the next
  record Churn(long everyNanos) implements Fault {}

  /// The coordinator dies: no cache is created or destroyed until it is back.
  record CoordinatorKill(long restartNanos) implements Fault {}

  /// The shell of a cpu fails when the cpu sends its `atSend`-th message from now on, in the middle
  /// of what the cpu does, and starts again.
  record CpuCrash(CpuId cpu, int atSend) implements Fault {}

  /// The shell of a node fails when it answers its `atAnswer`-th message, and starts again.
  record NodeCrash(NodeId node, int atAnswer) implements Fault {}

  /// No more than so many messages may be under way on a link; what is more is lost.
  record QueueBound(NodeId from, NodeId to, int messagesMax) implements Fault {}

  /// Bytes of a free object in a slab with consistency checks are overwritten. Where the node has
  /// none, bytes of a free object's link: whoever follows it meets an oops.
  record Corrupt(NodeId node, int bytes) implements Fault {}

  /// The cpu is taken off line, and brought back at the end.
  record CpuOffline(CpuId cpu) implements Fault {}

  /// All memory of a node is taken off line where it can be, and brought back at the end.
  record MemoryOffline(NodeId node) implements Fault {}

  /// The cpu does nothing: something else runs on its core.
  record Preempt(CpuId cpu) implements Fault {}
}
