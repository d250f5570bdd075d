package org.numaslab.coordinator.registry;

import java.util.BitSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// Who can be asked.
///
/// | state of a node | asked by operations | leaves when |
/// |---|---|---|
/// | AWAY | no | a process with it joins -> NEW |
/// | NEW | no: it is told what exists | it has been told all -> PRESENT; it is removed -> AWAY |
/// | PRESENT | yes | it is removed -> AWAY |
///
/// Where all nodes are in the registry's own process all are PRESENT, for good.
///
/// Owner: the registry.
final class Members {
  private final boolean areApart;
  private final @Nullable Incarnation[] joined;

  /// The last life of each node that was removed: no earlier one comes back.
  private final int[] removed;

  private final BitSet present = new BitSet();

  private Members(int nodes, boolean areApart) {
    this.areApart = areApart;
    this.joined = new Incarnation[nodes];
    this.removed = new int[nodes];
  }

  /// All nodes are in this process.
  static Members inOneProcess(Topology topology) {
    Members members = new Members(topology.nodeCount(), false);
    members.present.set(0, topology.nodeCount());
    return members;
  }

  /// Each node is in a process of its own, and nobody is there yet.
  static Members apart(Topology topology) {
    return new Members(topology.nodeCount(), true);
  }

  boolean areApart() {
    return areApart;
  }

  /// The life of a node that has joined, null for none.
  @Nullable Incarnation of(NodeId node) {
    return joined[node.value()];
  }

  /// @return false when it is known, or was removed before
  boolean join(Incarnation member) {
    int node = member.node().value();
    Incarnation before = joined[node];
    if (member.life() <= removed[node] || (before != null && before.life() >= member.life())) {
      return false;
    }
    joined[node] = member;
    return true;
  }

  /// @return false when that life is not there
  boolean remove(Incarnation member) {
    int node = member.node().value();
    removed[node] = Math.max(removed[node], member.life());
    if (!member.equals(joined[node])) {
      return false;
    }
    joined[node] = null;
    present.clear(node);
    return true;
  }

  /// It has been told what exists.
  void admit(Incarnation member) {
    if (member.equals(joined[member.node().value()])) {
      present.set(member.node().value());
    }
  }

  boolean isPresent(NodeId node) {
    return present.get(node.value());
  }

  /// Nodes that operations ask, by number.
  Stream<NodeId> present() {
    return present.stream().mapToObj(NodeId::new);
  }
}
