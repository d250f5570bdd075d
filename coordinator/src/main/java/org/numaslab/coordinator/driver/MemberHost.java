package org.numaslab.coordinator.driver;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.audit.Event.Kind;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// A member as the tasks that run in it need it. Each driver whose members may be lost has one.
public interface MemberHost {
  Incarnation me();

  /// The whole machine.
  Topology topology();

  /// Its memory, of which its tasks may touch what is of its own node.
  Memory memory();

  /// The incarnation in whose memory an address lies, as far as this member knows.
  default @Nullable Incarnation homeOf(long address) {
    return incarnationOf(new NodeId(topology().nodeIndexOfFrame(address >>> Memory.PAGE_SHIFT)));
  }

  /// Who is known to have a node now.
  @Nullable Incarnation incarnationOf(NodeId node);

  /// The caches that tasks may use.
  List<KmemCache> openCaches();

  /// Whether its tasks give back what they have and end.
  boolean isLeaving();

  /// The time of the history, in nanoseconds.
  long now();

  /// A task passes objects of one home on to a task of another member.
  ///
  /// @return the hand-off's number, 0 when that cannot be now
  long handOff(CpuId from, Incarnation home, Frame.HandOff handOff);

  /// A task of another cpu of this member, to pass something on to it.
  MemberTask task(CpuId cpu);

  /// Gives the task of a cpu a turn soon: what it waits for may have happened.
  void wake(CpuId cpu);

  /// The same later.
  void wakeAfter(CpuId cpu, long nanos);

  /// Writes down what a task does.
  ///
  /// @param home of the object
  void note(Kind kind, int cpu, Incarnation home, long object, long number);
}
