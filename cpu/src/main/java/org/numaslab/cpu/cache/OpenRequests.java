package org.numaslab.cpu.cache;

import java.util.ArrayDeque;
import java.util.TreeSet;

/// The requests of a cpu that are not answered yet, and what waits for those sent before it.
///
/// Owner: the cpu.
final class OpenRequests {
  /// Answers that may be outstanding before the cpu waits: what bounds the nodes' mailboxes.
  static final int MAX = 128;

  private record Waiting(long upTo, Runnable then) {}

  private final TreeSet<Long> open = new TreeSet<>();
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private long last;

  long next() {
    open.add(++last);
    return last;
  }

  boolean isFull() {
    return open.size() >= MAX;
  }

  boolean isEmpty() {
    return open.isEmpty();
  }

  /// @throws IllegalStateException when nobody asked
  void answered(long request) {
    if (!open.remove(request)) {
      throw new IllegalStateException("answer to request " + request + ", which is not open");
    }
  }

  /// Runs `then` once all requests sent so far are answered. Several run in the order in which they
  /// were given.
  void afterAll(Runnable then) {
    waiting.add(new Waiting(last, then));
    runWaiting();
  }

  void runWaiting() {
    while (!waiting.isEmpty() && (open.isEmpty() || open.first() > waiting.element().upTo)) {
      waiting.remove().then.run();
    }
  }
}
