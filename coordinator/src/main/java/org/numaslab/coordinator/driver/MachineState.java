package org.numaslab.coordinator.driver;

import java.util.List;
import org.numaslab.coordinator.registry.Registry;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.node.cache.KmemCacheNode;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.protocol.NodeState;
import org.numaslab.node.topology.Topology;

/// The state machines of a machine, for reports and audits while nothing is under way.
///
/// @param nodes by number
/// @param cpus by number
public record MachineState(
    Topology topology, Memory memory, List<NodeState> nodes, List<Cpu> cpus, Registry registry) {

  /// The leak check of a machine that is closed: every page that its memory handed out is in a
  /// slab, or waits for a grace period.
  ///
  /// @throws IllegalStateException when pages are nobody's
  public void requireNoLeak() {
    long held =
        nodes.stream()
            .flatMap(node -> node.caches().values().stream())
            .mapToLong(KmemCacheNode::pages)
            .sum();
    if (held != memory.pagesInUse()) {
      throw new IllegalStateException(
          "leak: " + memory.pagesInUse() + " pages are handed out, slabs have " + held);
    }
  }
}
