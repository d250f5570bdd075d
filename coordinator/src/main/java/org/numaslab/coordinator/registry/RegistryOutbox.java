package org.numaslab.coordinator.registry;

import org.numaslab.cpu.protocol.CpuProtocol;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

/// Where the registry puts what is to be sent. The shell sends it; to one member, in this order.
public interface RegistryOutbox {
  void toNode(NodeId node, NodeProtocol.FromRegistry message);

  void toCpu(CpuId cpu, CpuProtocol message);

  /// Only where nodes are in processes of their own.
  default void toMember(NodeId member, MemberProtocol message) {
    throw new IllegalStateException(member + " is in the registry's own process");
  }
}
