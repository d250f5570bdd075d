package org.numaslab.cpu.client;

import java.util.concurrent.atomic.AtomicBoolean;

/// Something that happens once and can be waited for (`struct completion` of
/// include/linux/completion.h, with `complete_all`).
///
/// For tasks of all CPUs of one JVM.
public final class Completion {
  private final AtomicBoolean done = new AtomicBoolean();
  private final WaitQueue queue;

  /// @param what happens, for people
  public Completion(String what) {
    this.queue = new WaitQueue(what);
  }

  /// It has happened (`complete_all`).
  public void completeAll() {
    done.set(true);
    queue.wakeUp();
  }

  /// Sleeps until it has happened (`wait_for_completion`).
  public void waitForCompletion(Task current) {
    queue.waitEvent(current, done::get);
  }
}
