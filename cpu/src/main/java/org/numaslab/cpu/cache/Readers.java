package org.numaslab.cpu.cache;

import org.jspecify.annotations.Nullable;

/// Read-side sections of RCU that tasks of a cpu are in. A grace period waits for those that had
/// begun before it came here; later ones are counted apart, so that it ends though there are always
/// some.
///
/// Owner: the cpu. Models what `rcu_read_lock` and `rcu_qs` of kernel/rcu/tree_plugin.h, v6.1, are
/// for, in the way of SRCU's two counters.
public final class Readers {
  private final int[] inside = new int[2];
  private int now;
  private @Nullable Runnable waiting;

  /// A section begins.
  ///
  /// @return what [#exit] wants
  public int enter() {
    inside[now]++;
    return now;
  }

  /// A section ends.
  public void exit(int entered) {
    inside[entered]--;
    Runnable then = waiting;
    if (then != null && inside[1 - now] == 0) {
      waiting = null;
      then.run();
    }
  }

  /// Runs when all sections have ended that are open now. One at a time, as there is one grace
  /// period at a time.
  void afterThoseInside(Runnable then) {
    if (waiting != null) {
      throw new IllegalStateException("a second grace period, while the first waits for readers");
    }
    now = 1 - now;
    if (inside[1 - now] == 0) {
      then.run();
    } else {
      waiting = then;
    }
  }
}
