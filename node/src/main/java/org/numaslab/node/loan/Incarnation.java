package org.numaslab.node.loan;

import java.util.Comparator;
import org.numaslab.node.topology.NodeId;

/// One life of the process that has a node: what it borrows, lends and sends belongs to this life
/// and to no other.
///
/// @param life grows each time the process starts again
public record Incarnation(NodeId node, int life) {
  /// By node, then by life.
  public static final Comparator<Incarnation> ORDER =
      Comparator.comparingInt((Incarnation i) -> i.node().value())
          .thenComparingInt(Incarnation::life);

  @Override
  public String toString() {
    return "node " + node.value() + "." + life;
  }
}
