package org.numaslab.cpu.client;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Which of two threads goes on: a cpu's shell, or the task that it runs. What one did before it
/// passed the baton the other sees.
///
/// Shared by the two threads.
final class Baton {
  /// `watchdog_thresh` times two: after so long the kernel reports a soft lockup.
  static final long PATIENCE_NANOS = 20_000_000_000L;

  private static final long LOOK_NANOS = 1_000_000_000L;

  private final Thread task;
  private volatile boolean isWithTask;
  private volatile @Nullable Thread shell;

  Baton(Thread task) {
    this.task = task;
  }

  /// For the shell: lets the task run until it gives the baton back.
  ///
  /// @return false when the task has been waiting for something outside of the machine for too long
  boolean lend() {
    shell = Thread.currentThread();
    isWithTask = true;
    if (task.getState() == Thread.State.NEW) {
      task.start();
    } else {
      LockSupport.unpark(task);
    }
    boolean interrupted = false;
    long idleSince = System.nanoTime();
    while (isWithTask) {
      LockSupport.parkNanos(this, LOOK_NANOS);
      interrupted |= Thread.interrupted();
      if (isWithTask && isIdle()) {
        if (System.nanoTime() - idleSince > PATIENCE_NANOS) {
          return false;
        }
      } else {
        idleSince = System.nanoTime();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return true;
  }

  private boolean isIdle() {
    return switch (task.getState()) {
      case BLOCKED, WAITING, TERMINATED -> true;
      case NEW, RUNNABLE, TIMED_WAITING -> false;
    };
  }

  /// For the task: gives the baton back, and goes on when it is lent again.
  void giveBack() {
    end();
    while (!isWithTask) {
      LockSupport.park(this);
    }
  }

  /// For the task, at its end.
  void end() {
    Thread lender = shell;
    isWithTask = false;
    LockSupport.unpark(lender);
  }
}
