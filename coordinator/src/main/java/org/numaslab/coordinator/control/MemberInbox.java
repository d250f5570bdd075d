package org.numaslab.coordinator.control;

import org.numaslab.cpu.protocol.CpuProtocol;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.topology.CpuId;

/// Where a member takes what the coordinator asks of it. Its shell brings it to the node or the
/// cpu, each in this order, and their answers back to [ControlReceiver].
public interface MemberInbox {
  /// A description may be of a cache that is new here.
  void toNode(NodeProtocol.FromRegistry message);

  void toCpu(CpuId cpu, CpuProtocol message);

  /// Everything that exists has been told: serve others, and let tasks run. Before that nothing
  /// that comes from other members may be taken: they ask again. Nor may, at any time, a hand-off
  /// of a cache that its cpu does not know.
  void begin();

  /// CPUs of the node that are off line, by number.
  int[] offline();

  /// What the coordinator has told contradicts what is known, and has no effect.
  ///
  /// @param why for people
  void refused(String why);
}
