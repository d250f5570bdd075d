package org.numaslab.coordinator.registry;

import org.numaslab.cpu.protocol.CpuProtocol;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

/// Where the registry puts what is to be sent. The shell sends it.
public interface RegistryOutbox {
  void toNode(NodeId node, NodeProtocol.FromRegistry message);

  void toCpu(CpuId cpu, CpuProtocol message);
}
