package org.numaslab.cpu.cache;

import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.topology.NodeId;

/// Where a cpu puts what is to be sent. The shell sends it.
public interface CpuOutbox {
  /// Where it throws the message is not sent.
  void toNode(NodeId node, NodeProtocol.FromCpu message);

  /// What was asked for with this token is complete.
  void done(long token);
}
