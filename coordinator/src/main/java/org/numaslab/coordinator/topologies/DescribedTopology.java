package org.numaslab.coordinator.topologies;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// A machine, and in plain lines what its description said and what was assumed where it said
/// nothing.
///
/// `given` names what was said and not assumed; nodes and cpus always are.
public record DescribedTopology(
    Topology topology, Set<Given> given, List<String> used, List<String> assumed) {
  /// What a description may leave out.
  public enum Given {
    DISTANCES,
    MEMORY_SIZES
  }

  public DescribedTopology {
    given = Set.copyOf(given);
    used = List.copyOf(used);
    assumed = List.copyOf(assumed);
  }

  /// What this description says that is not so on a known machine, the first such thing; empty when
  /// both can be the same machine.
  ///
  /// What was only assumed contradicts nothing. Sizes may differ by an eighth: some count what was
  /// reserved while booting, some not.
  public Optional<String> contradicts(Topology known) {
    Optional<String> difference = topology.cpuDifferenceFrom(known);
    if (difference.isEmpty() && given.contains(Given.DISTANCES)) {
      difference = topology.distanceDifferenceFrom(known);
    }
    for (int node = 0;
        node < topology.nodeCount() && difference.isEmpty() && given.contains(Given.MEMORY_SIZES);
        node++) {
      long here = topology.framesOf(new NodeId(node));
      long there = known.framesOf(new NodeId(node));
      if (Math.abs(here - there) > Math.max(here, there) / 8) {
        difference =
            Optional.of(
                "memory of node "
                    + node
                    + " "
                    + mebibytes(here)
                    + " MiB against "
                    + mebibytes(there));
      }
    }
    return difference;
  }

  private static long mebibytes(long frames) {
    return frames * Topology.PAGE_BYTES / (1 << 20);
  }
}
