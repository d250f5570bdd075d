package org.numaslab.cpu.cache;

import java.util.ArrayDeque;
import org.numaslab.node.protocol.Numbered;

/// The requests of a cpu that are not answered yet, and what waits for those sent before it.
///
/// Owner: the cpu.
final class OpenRequests {
  /// Answers that may be outstanding before the cpu waits: what bounds the nodes' mailboxes.
  static final int MAX = 128;

  private record Waiting(long upTo, Runnable then) {}

  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private final Numbered<Boolean> open = new Numbered<>();

  long next() {
    return open.add(true);
  }

  /// The number that [#next] gives next.
  long upcoming() {
    return open.last() + 1;
  }

  @Override
  public String toString() {
    return open.isEmpty()
        ? "no request open"
        : open.size() + " requests open, the first is " + open.first();
  }

  boolean isFull() {
    return open.size() >= MAX;
  }

  boolean isEmpty() {
    return open.isEmpty();
  }

  /// @throws IllegalStateException when nobody asked
  void answered(long request) {
    if (open.remove(request) == null) {
      throw new IllegalStateException("answer to request " + request + ", which is not open");
    }
  }

  /// Runs `then` once all requests sent so far are answered. Several run in the order in which they
  /// were given.
  void afterAll(Runnable then) {
    waiting.add(new Waiting(open.last(), then));
    runWaiting();
  }

  void runWaiting() {
    while (!waiting.isEmpty() && open.first() > waiting.element().upTo) {
      waiting.remove().then.run();
    }
  }
}
