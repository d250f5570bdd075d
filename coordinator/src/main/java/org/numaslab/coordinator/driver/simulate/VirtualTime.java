package org.numaslab.coordinator.driver.simulate;

import java.util.PriorityQueue;

/// A clock that jumps from one thing to do to the next, in nanoseconds. What is due at the same
/// time is done in the order in which it was asked for.
final class VirtualTime {
  private record Due(long time, long sequence, Runnable action) implements Comparable<Due> {
    @Override
    public int compareTo(Due other) {
      int byTime = Long.compare(time, other.time);
      return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
    }
  }

  private final PriorityQueue<Due> queue = new PriorityQueue<>();
  private long now;
  private long sequence;

  long now() {
    return now;
  }

  /// Does something at a time, or now if that is over.
  void at(long time, Runnable action) {
    queue.add(new Due(Math.max(time, now), sequence++, action));
  }

  void after(long nanos, Runnable action) {
    at(now + nanos, action);
  }

  /// Does the next thing, if it is due by a time.
  ///
  /// @return false when there is none: then it is that time
  boolean step(long until) {
    Due next = queue.peek();
    if (next == null || next.time > until) {
      now = Math.max(now, until);
      return false;
    }
    queue.remove();
    now = next.time;
    next.action.run();
    return true;
  }
}
