package org.numaslab.cpu.cache;

import java.util.ArrayDeque;

/// The requests of a cpu that are not answered yet, and what waits for those sent before it.
///
/// ```text
/// number   ... first                       last
///              | open | - | open | ... | open |     in a ring: a number's place is its low bits
/// ```
///
/// Owner: the cpu.
final class OpenRequests {
  /// Answers that may be outstanding before the cpu waits: what bounds the nodes' mailboxes.
  static final int MAX = 128;

  private record Waiting(long upTo, Runnable then) {}

  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private boolean[] open = new boolean[2 * MAX];
  private int count;
  private long last;

  /// Nothing before it is open; one past `last` when nothing is.
  private long first = 1;

  long next() {
    if (++last - first == open.length) {
      grow();
    }
    open[place(last)] = true;
    count++;
    return last;
  }

  /// The number that [#next] gives next.
  long upcoming() {
    return last + 1;
  }

  private int place(long request) {
    return (int) request & (open.length - 1);
  }

  /// One operation may send more than [#MAX], and an early answer may be late.
  private void grow() {
    boolean[] grown = new boolean[2 * open.length];
    for (long request = first; request < last; request++) {
      boolean isOpen = open[place(request)];
      grown[(int) request & (grown.length - 1)] = isOpen;
    }
    open = grown;
  }

  @Override
  public String toString() {
    return count == 0 ? "no request open" : count + " requests open, the first is " + first;
  }

  boolean isFull() {
    return count >= MAX;
  }

  boolean isEmpty() {
    return count == 0;
  }

  /// @throws IllegalStateException when nobody asked
  void answered(long request) {
    if (request < first || request > last || !open[place(request)]) {
      throw new IllegalStateException("answer to request " + request + ", which is not open");
    }
    open[place(request)] = false;
    count--;
    while (first <= last && !open[place(first)]) {
      first++;
    }
  }

  /// Runs `then` once all requests sent so far are answered. Several run in the order in which they
  /// were given.
  void afterAll(Runnable then) {
    waiting.add(new Waiting(last, then));
    runWaiting();
  }

  void runWaiting() {
    while (!waiting.isEmpty() && first > waiting.element().upTo) {
      waiting.remove().then.run();
    }
  }
}
