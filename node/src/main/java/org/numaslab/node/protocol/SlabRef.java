package org.numaslab.node.protocol;

/// A slab as a message names it.
///
/// @param frame its first page frame
/// @param generation which slab made in that frame
/// @param loan the loan's number at its home, or [#OWN]
public record SlabRef(long frame, int generation, long loan) {
  /// The slab's node is the cpu's own: the cpu works on the slab's memory itself.
  public static final long OWN = 0;

  public boolean isLoan() {
    return loan != OWN;
  }
}
