package org.numaslab.coordinator.fault;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.numaslab.node.topology.NodeId;

/// Which links a fault that parts nodes cuts.
public final class Sides {
  private Sides() {}

  /// The one-way links that a fault cuts; none for other faults.
  ///
  /// @param nodes of the machine
  public static List<Fault.Cut> cutBy(Fault fault, int nodes) {
    return switch (fault) {
      case Fault.Cut f -> List.of(f);
      case Fault.Partition f -> between(f.sides());
      case Fault.Bridge f -> bridge(f.bridge(), nodes);
      case Fault.Ring f -> ring(nodes);
      default -> List.of();
    };
  }

  private static List<Fault.Cut> between(List<Set<NodeId>> sides) {
    List<Fault.Cut> cuts = new ArrayList<>();
    for (int a = 0; a < sides.size(); a++) {
      for (int b = 0; b < sides.size(); b++) {
        if (a != b) {
          Set<NodeId> other = sides.get(b);
          sides.get(a).forEach(from -> other.forEach(to -> cuts.add(new Fault.Cut(from, to))));
        }
      }
    }
    return cuts;
  }

  private static List<Fault.Cut> bridge(NodeId bridge, int nodes) {
    List<NodeId> others = new ArrayList<>();
    for (int node = 0; node < nodes; node++) {
      if (node != bridge.value()) {
        others.add(new NodeId(node));
      }
    }
    int half = others.size() / 2;
    return between(
        List.of(
            Set.copyOf(others.subList(0, half)), Set.copyOf(others.subList(half, others.size()))));
  }

  private static List<Fault.Cut> ring(int nodes) {
    int reach = (nodes / 2 + 1) / 2; // with itself a majority
    List<Fault.Cut> cuts = new ArrayList<>();
    for (int a = 0; a < nodes; a++) {
      for (int b = 0; b < nodes; b++) {
        int apart = Math.floorMod(a - b, nodes);
        if (a != b && Math.min(apart, nodes - apart) > reach) {
          cuts.add(new Fault.Cut(new NodeId(a), new NodeId(b)));
        }
      }
    }
    return cuts;
  }
}
