package org.numaslab.coordinator.driver.simulate;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// When a message arrives. Holds what was sent and gives it out in order of arrival.
interface Network {
  /// @param distance between sender and receiver, as in the topology's matrix; 0 within a node
  void send(int distance, Runnable delivery);

  /// The next delivery, or null when nothing is under way.
  @Nullable Runnable next();

  boolean isEmpty();

  /// At once, in the order of sending.
  static Network instant() {
    return new Network() {
      private final ArrayDeque<Runnable> queue = new ArrayDeque<>();

      @Override
      public void send(int distance, Runnable delivery) {
        queue.add(delivery);
      }

      @Override
      public @Nullable Runnable next() {
        return queue.poll();
      }

      @Override
      public boolean isEmpty() {
        return queue.isEmpty();
      }
    };
  }

  /// After a random time that grows with the distance: what is sent later may arrive earlier.
  static Network delayed(RandomGenerator random) {
    return new Network() {
      private record Underway(long arrival, long sequence, Runnable delivery) {}

      private final PriorityQueue<Underway> queue =
          new PriorityQueue<>(
              Comparator.comparingLong(Underway::arrival).thenComparingLong(Underway::sequence));
      private long now;
      private long sent;

      @Override
      public void send(int distance, Runnable delivery) {
        long latency = 1L + random.nextInt(10 + 10 * distance);
        queue.add(new Underway(now + latency, sent++, delivery));
      }

      @Override
      public @Nullable Runnable next() {
        Underway first = queue.poll();
        if (first == null) {
          return null;
        }
        now = first.arrival;
        return first.delivery;
      }

      @Override
      public boolean isEmpty() {
        return queue.isEmpty();
      }
    };
  }
}
