package org.numaslab.coordinator.report;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// A machine's nodes in the order of their numbers.
final class NumberedNodes {
  private NumberedNodes() {}

  static Stream<NodeId> of(Topology topology) {
    return IntStream.range(0, topology.nodeCount()).mapToObj(NodeId::new);
  }
}
