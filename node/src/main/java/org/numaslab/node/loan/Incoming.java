package org.numaslab.node.loan;

import org.jspecify.annotations.Nullable;
import org.numaslab.node.loan.Frame.Told;
import org.numaslab.node.protocol.Numbered;

/// What one incarnation of another member has asked for, so that nothing is done twice: the answers
/// from its oldest open request on. No frame names one that is further back than [Outgoing#WINDOW]:
/// so many are kept at most.
///
/// Owner: the border that is asked. Models the completion records of RIFL (SOSP 2015), without
/// their durability.
final class Incoming {
  private final Numbered<Told> done = new Numbered<>();
  private long oldest = 1;
  private long last;

  /// Whether the sender believes to have an answer that was never given.
  boolean isAhead(long oldestOpen) {
    return oldestOpen > last + 1;
  }

  /// Forgets the answers that the sender has.
  void sawOldest(long oldestOpen) {
    if (oldestOpen > oldest) {
      oldest = oldestOpen;
      done.removeBefore(oldest);
    }
  }

  /// Whether the sender knows that it is done.
  boolean isBehind(long sequence) {
    return sequence < oldest;
  }

  /// The answer of a request that is done, null for a new one.
  @Nullable Told answer(long sequence) {
    return done.get(sequence);
  }

  void remember(long sequence, Told told) {
    done.put(sequence, told);
    last = Math.max(last, sequence);
  }
}
