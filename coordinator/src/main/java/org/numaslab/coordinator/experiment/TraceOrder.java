package org.numaslab.coordinator.experiment;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;
import org.numaslab.coordinator.trace.Trace;

/// The order of a trace over all CPUs: one operation at a time is up, and who has done it wakes the
/// next one's cpu.
///
/// Writer: the cpu whose operation is up.
final class TraceOrder {
  private final Trace trace;
  private final long length;
  private final AtomicLong up = new AtomicLong();
  private IntConsumer wake = cpu -> {};

  /// @param length operations in all rounds
  TraceOrder(Trace trace, long length) {
    this.trace = trace;
    this.length = length;
  }

  /// Says what gives a cpu another turn. Before the first operation.
  void wakeBy(IntConsumer anotherTurn) {
    this.wake = anotherTurn;
  }

  boolean isUp(long sequence) {
    return up.getAcquire() == sequence;
  }

  /// The cpu whose operation is up; -1 after the last.
  int cpu() {
    long sequence = up.getAcquire();
    return sequence < length ? trace.cpuAt(sequence) : -1;
  }

  void pass() {
    up.setRelease(up.getPlain() + 1);
    int next = cpu();
    if (next >= 0) {
      wake.accept(next);
    }
  }
}
