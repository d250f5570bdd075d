package org.numaslab.coordinator.experiment;

import java.util.concurrent.atomic.AtomicLong;
import org.numaslab.cpu.client.Program;

/// A program that counts what it does.
///
/// Owner: the cpu's shell; [#published] is for any thread.
abstract class CountedProgram implements Program {
  /// How often progress is published, in operations.
  static final int PUBLISHED_EACH = 256;

  private final ReplayTally tally;
  private final AtomicLong published = new AtomicLong();
  private long done;

  CountedProgram(ReplayTally tally) {
    this.tally = tally;
  }

  final void countOperation() {
    done++;
    if ((done & (PUBLISHED_EACH - 1)) == 0) {
      published.setOpaque(done);
    }
  }

  /// The program is at its end.
  final void publish() {
    published.setOpaque(done);
  }

  final long operationsDone() {
    return done;
  }

  /// Operations done so far, a little late. For any thread.
  final long published() {
    return published.getOpaque();
  }

  final ReplayTally tally() {
    return tally;
  }
}
