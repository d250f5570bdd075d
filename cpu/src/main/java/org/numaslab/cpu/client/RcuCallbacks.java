package org.numaslab.cpu.client;

import java.util.ArrayList;
import java.util.List;

/// What a cpu does after a grace period, in the order in which it came.
///
/// | state | of a callback | leaves when |
/// |---|---|---|
/// | NEXT | queued | the cpu's rcuc task asks for a grace period -> WAIT |
/// | WAIT | with the task | the period has ended: it runs |
///
/// For any thread. Models the callback list of `struct rcu_data` of kernel/rcu/tree.h, v6.1.
final class RcuCallbacks {
  private List<Task.Body> next = new ArrayList<>();
  private int kfreesLeft;
  private boolean isServed;

  /// @return whether a task must be started that serves them
  synchronized boolean add(Task.Body callback) {
    next.add(callback);
    boolean starts = !isServed;
    isServed = true;
    return starts;
  }

  /// Adds one if others wait or run.
  ///
  /// @return whether it was added
  synchronized boolean addBehindOthers(Task.Body callback) {
    return isServed && next.add(callback);
  }

  /// Takes all that wait for a grace period; when there are none the task that serves them ends.
  synchronized List<Task.Body> takeNext() {
    List<Task.Body> taken = next;
    next = new ArrayList<>();
    isServed = !taken.isEmpty();
    return taken;
  }

  synchronized void countKfree(int more) {
    kfreesLeft += more;
  }

  /// Whether memory waits for kfree_rcu.
  synchronized boolean hasKfrees() {
    return kfreesLeft > 0;
  }
}
