package org.numaslab.deploy.stories;

import java.time.Duration;
import java.util.List;

/// Looks for processes that should be gone.
final class Processes {
  private Processes() {}

  /// Those of this test, and what they have started.
  static List<Long> ours() {
    return ProcessHandle.current().descendants().map(ProcessHandle::pid).toList();
  }

  /// What is there still after a while.
  ///
  /// @param before those that were there before
  static List<Long> left(List<Long> before, Duration within) throws InterruptedException {
    long until = System.nanoTime() + within.toNanos();
    List<Long> left = without(ours(), before);
    while (!left.isEmpty() && System.nanoTime() < until) {
      Thread.sleep(50);
      left = without(ours(), before);
    }
    return left;
  }

  /// Those of some processes that are alive after a while.
  static List<Long> alive(List<Long> processes, Duration within) throws InterruptedException {
    long until = System.nanoTime() + within.toNanos();
    List<Long> alive = alive(processes);
    while (!alive.isEmpty() && System.nanoTime() < until) {
      Thread.sleep(50);
      alive = alive(processes);
    }
    return alive;
  }

  private static List<Long> alive(List<Long> processes) {
    return processes.stream()
        .filter(pid -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent())
        .toList();
  }

  private static List<Long> without(List<Long> all, List<Long> some) {
    return all.stream().filter(pid -> !some.contains(pid)).toList();
  }
}
