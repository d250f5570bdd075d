package org.numaslab.cpu.client;

import java.util.concurrent.ArrayBlockingQueue;

/// Addresses on their way from tasks to tasks, first in, first out (`DECLARE_KFIFO` of
/// include/linux/kfifo.h, with the wait queues that its users put beside it).
///
/// For tasks of all CPUs of one JVM.
public final class Kfifo {
  private final ArrayBlockingQueue<Long> elements;
  private final WaitQueue notEmpty;
  private final WaitQueue notFull;

  /// @param size elements that it holds
  public Kfifo(String name, int size) {
    this.elements = new ArrayBlockingQueue<>(size);
    this.notEmpty = new WaitQueue("an element of " + name);
    this.notFull = new WaitQueue("room in " + name);
  }

  /// Puts an address in; sleeps while there is no room.
  public void put(Task current, long address) {
    notFull.waitEvent(current, () -> elements.offer(address));
    notEmpty.wakeUp();
  }

  /// Takes the oldest address out; sleeps while there is none.
  public long get(Task current) {
    long[] taken = new long[1];
    notEmpty.waitEvent(
        current,
        () -> {
          Long first = elements.poll();
          if (first != null) {
            taken[0] = first;
          }
          return first != null;
        });
    notFull.wakeUp();
    return taken[0];
  }
}
