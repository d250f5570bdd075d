package org.numaslab.coordinator.topologies;

import java.util.List;
import org.numaslab.node.topology.Topology;

/// A machine, and in plain lines what its description said and what was assumed where it said nothing.
public record DescribedTopology(Topology topology, List<String> used, List<String> assumed) {
  public DescribedTopology {
    used = List.copyOf(used);
    assumed = List.copyOf(assumed);
  }
}
