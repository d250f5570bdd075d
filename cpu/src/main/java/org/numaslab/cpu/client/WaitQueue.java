package org.numaslab.cpu.client;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/// Tasks that wait until something is so (`wait_queue_head_t` of include/linux/wait.h).
///
/// For tasks of all CPUs of one JVM.
public final class WaitQueue {
  private final String what;
  private List<Task> waiting = new ArrayList<>();

  /// @param what is waited for, for people
  public WaitQueue(String what) {
    this.what = what;
  }

  /// Sleeps until the condition holds (`wait_event`). Who makes it hold calls [#wakeUp] after that.
  ///
  /// @param condition may be asked by any waiting task, under this queue's lock
  public void waitEvent(Task current, BooleanSupplier condition) {
    current.mightSleep("include/linux/wait.h");
    while (isNotYet(current, condition)) {
      current.sleep(what);
    }
  }

  private synchronized boolean isNotYet(Task current, BooleanSupplier condition) {
    if (condition.getAsBoolean()) {
      return false;
    }
    waiting.add(current);
    return true;
  }

  /// Lets all that wait look again (`wake_up_all`), in the order in which they came.
  public void wakeUp() {
    takeWaiting().forEach(Task::wake);
  }

  private synchronized List<Task> takeWaiting() {
    List<Task> woken = waiting;
    waiting = new ArrayList<>();
    return woken;
  }

  /// Whether a task waits (`waitqueue_active`).
  public synchronized boolean isActive() {
    return !waiting.isEmpty();
  }
}
