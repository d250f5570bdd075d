package org.numaslab.node.loan;

import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.numaslab.node.loan.Frame.Told;

/// What one incarnation of another member has asked for, so that nothing is done twice: the answers
/// from its oldest open request on.
///
/// Owner: the border that is asked. Models the completion records of RIFL (SOSP 2015), without
/// their durability.
final class Incoming {
  private final TreeMap<Long, Told> done = new TreeMap<>();
  private long oldest = 1;

  /// Forgets the answers that the sender has.
  void sawOldest(long oldestOpen) {
    if (oldestOpen > oldest) {
      oldest = oldestOpen;
      done.headMap(oldest).clear();
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
  }
}
