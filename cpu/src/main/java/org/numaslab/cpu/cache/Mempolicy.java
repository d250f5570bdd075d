package org.numaslab.cpu.cache;

import java.util.List;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;
import org.numaslab.node.topology.NodeId;

/// On which nodes a task's new slabs are put. It counts for each slab's pages that no node was
/// named for, not for each object, and not with THISNODE; and it says where the search for other
/// nodes' partial slabs begins.
///
/// | mode | pages of a new slab | search begins at |
/// |---|---|---|
/// | DEFAULT, LOCAL | the cpu's node, then the others, nearest first | the cpu's node |
/// | PREFERRED | the policy's node, then the others, nearest to it first | the policy's node |
/// | BIND | the policy's nodes only, those nearest to the cpu first | the nearest of them |
/// | PREFERRED_MANY | the policy's nodes without reclaim, then as LOCAL | the nearest of them |
/// | INTERLEAVE | one of the policy's nodes after the other; where that one has none, as with PREFERRED | the next of them, which takes its turn |
/// | WEIGHTED_INTERLEAVE | the same, each for as many slabs as its weight says | the same |
///
/// A search is what nearly every allocation begins with that needs a new slab, so that interleaving
/// over two nodes mostly takes the second's turn for pages: as in 6.1, unless the cache's
/// remote_node_defrag_ratio is 0.
///
/// BIND does not keep a task from taking partial slabs of nodes outside of its mask: the kernel
/// searches the whole zonelist. It does not bind requests for a zone below the machine's highest
/// (GFP_DMA), either. WEIGHTED_INTERLEAVE is of 6.9, the others of 6.1.
///
/// Owner: the task. Models `struct mempolicy`, `interleave_nodes`, `mempolicy_slab_node`,
/// `policy_node` and `policy_nodemask` of mm/mempolicy.c, v6.1, and `weighted_interleave_nodes`,
/// v6.9. There are no cpusets, so no MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES.
public final class Mempolicy {
  /// `MPOL_*` of include/uapi/linux/mempolicy.h.
  public enum Mode {
    DEFAULT,
    PREFERRED,
    BIND,
    INTERLEAVE,
    LOCAL,
    PREFERRED_MANY,
    WEIGHTED_INTERLEAVE
  }

  private final Mode mode;
  private final List<NodeId> nodes;
  private final IntUnaryOperator weights;

  /// Index in `nodes` of the one whose turn was last (`il_prev`).
  private int last = -1;

  /// Turns that it has left (`il_weight`).
  private int turnsLeft;

  private Mempolicy(Mode mode, List<NodeId> nodes, IntUnaryOperator weights) {
    this.mode = mode;
    this.nodes = nodes;
    this.weights = weights;
  }

  /// The policy of a task that has none of its own.
  public static Mempolicy none() {
    return new Mempolicy(Mode.DEFAULT, List.of(), node -> 1);
  }

  /// A policy (`mpol_new`, `mpol_set_nodemask`). Nodes without memory are left out of it.
  ///
  /// @param usable the nodes that have memory
  /// @param weights of WEIGHTED_INTERLEAVE by node, at least 1
  /// @return null when the kernel refuses: nodes where the mode takes none, none or only unusable
  ///   ones where it takes some
  public static @Nullable Mempolicy of(
      Mode mode, List<NodeId> asked, List<NodeId> usable, IntUnaryOperator weights) {
    switch (mode) {
      case DEFAULT, LOCAL -> {
        return asked.isEmpty() ? new Mempolicy(mode, List.of(), weights) : null;
      }
      case PREFERRED -> {
        if (asked.isEmpty()) {
          return new Mempolicy(Mode.LOCAL, List.of(), weights);
        }
      }
      case BIND, INTERLEAVE, PREFERRED_MANY, WEIGHTED_INTERLEAVE -> {}
    }
    List<NodeId> allowed = usable.stream().filter(asked::contains).toList();
    if (allowed.isEmpty()) {
      return null;
    }
    return new Mempolicy(
        mode, mode == Mode.PREFERRED ? List.of(allowed.getFirst()) : allowed, weights);
  }

  /// Its mode (`get_mempolicy`).
  public Mode mode() {
    return mode;
  }

  /// Its nodes, ascending.
  public List<NodeId> nodes() {
    return nodes;
  }

  boolean interleaves() {
    return mode == Mode.INTERLEAVE || mode == Mode.WEIGHTED_INTERLEAVE;
  }

  /// The node whose zonelist the next pages come by; interleaving takes a turn.
  ///
  /// @return its number, or [NodeId#NONE] for the cpu's
  int nextNode() {
    return switch (mode) {
      case PREFERRED -> nodes.getFirst().value();
      case INTERLEAVE -> nextInTurn();
      case WEIGHTED_INTERLEAVE -> nextByWeight();
      case DEFAULT, LOCAL, BIND, PREFERRED_MANY -> NodeId.NONE;
    };
  }

  private int nextInTurn() {
    last = (last + 1) % nodes.size();
    return nodes.get(last).value();
  }

  private int nextByWeight() {
    int node = turnsLeft == 0 ? nextInTurn() : nodes.get(last).value();
    if (turnsLeft == 0) {
      turnsLeft = weights.applyAsInt(node);
    }
    turnsLeft--;
    return node;
  }

  /// Where the search for partial slabs begins (`mempolicy_slab_node`).
  ///
  /// @param local the cpu's zonelist
  /// @return its number, or [NodeId#NONE] for the cpu's
  int slabNode(List<NodeId> local) {
    return switch (mode) {
      case BIND, PREFERRED_MANY ->
          local.stream().filter(nodes::contains).findFirst().map(NodeId::value).orElse(NodeId.NONE);
      default -> nextNode();
    };
  }

  /// The nodes of a zonelist that are the policy's; all of it when none are (any more).
  List<NodeId> within(List<NodeId> zonelist) {
    List<NodeId> own = zonelist.stream().filter(nodes::contains).toList();
    return own.isEmpty() ? zonelist : own;
  }
}
