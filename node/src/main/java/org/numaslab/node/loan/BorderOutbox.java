package org.numaslab.node.loan;

import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

/// Where the borders of a member put what is to be done. The shell does it.
public interface BorderOutbox {
  /// Sends to another member. May be lost.
  void send(Frame frame);

  /// Answers a cpu of this member.
  void answer(CpuId cpu, NodeReply reply);

  /// A home has granted something to a cpu of this member, which gets it by [Borders#take] when it
  /// is ready to: a lease may run out until then.
  void granted(CpuId cpu, Incarnation home, long sequence);

  /// Objects have arrived for a task.
  void deliver(Frame.HandOff handOff, Incarnation home);

  /// A hand-off is over: taken, or gone with the member that it went to; otherwise the objects are
  /// the task's again.
  void handedOff(long token, boolean isTaken);

  /// The lease has run out: every cpu gives back at once what it may hand out of this home.
  void giveBack(NodeId home);

  /// The home is gone, with its objects: every cpu and task forgets them at once.
  void forget(Incarnation home);

  /// The others have removed this member: it must end.
  void end();
}
