package org.numaslab.cpu.client;

import org.numaslab.node.memory.ObjectAddress;
import org.numaslab.node.topology.NodeId;

/// A task read or wrote memory of a node that has left the machine or cannot be reached: whatever
/// lay there is lost, or out of reach.
public final class NodeGone extends RuntimeException {
  private static final long serialVersionUID = 1;

  NodeGone(String what, long address, NodeId node) {
    super("%s at %s: %s is gone".formatted(what, ObjectAddress.print(address), node));
  }
}
