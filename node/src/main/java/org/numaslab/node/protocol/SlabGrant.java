package org.numaslab.node.protocol;

/// A slab, frozen for the cpu that receives this.
///
/// @param order pages, as a power of two
/// @param objects objects in the slab
/// @param list what the cpu may hand out at once: the head of a linked list in the cpu's own node's
///   memory, 0 for none
/// @param indexes the same for a loan, in list order; empty for the right alone
public record SlabGrant(SlabRef slab, int order, int objects, long list, int[] indexes) {
  static final int[] NO_INDEXES = {};
}
