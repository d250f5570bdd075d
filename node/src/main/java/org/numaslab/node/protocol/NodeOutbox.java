package org.numaslab.node.protocol;

import org.numaslab.node.topology.CpuId;

/// Where a node puts its answers. The shell sends them.
public interface NodeOutbox {
  void answer(CpuId to, NodeReply reply);

  void answerRegistry(RegistryReply reply);
}
