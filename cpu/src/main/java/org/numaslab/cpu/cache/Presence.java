package org.numaslab.cpu.cache;

import org.jspecify.annotations.Nullable;

/// Whether a cpu takes operations.
///
/// | state | operations | leaves when |
/// |---|---|---|
/// | ONLINE | yes | asked to leave -> OFFLINE, or, while a task is pinned to it, LEAVING |
/// | LEAVING | yes | its last pinned task lets go -> OFFLINE; asked to come back -> ONLINE |
/// | OFFLINE | no | asked to come back -> ONLINE |
///
/// Owner: the cpu; [#isOnline] may be read by all. Models `cpu_online_mask` and the wait for
/// sections that may not migrate of `_cpu_down` of kernel/cpu.c, v6.1.
final class Presence {
  private volatile boolean online = true;
  private int pins;
  private @Nullable Runnable leave;

  boolean isOnline() {
    return online;
  }

  void pin() {
    pins++;
  }

  /// @return whether the cpu can leave now, and shall
  boolean unpin() {
    return --pins == 0 && leave != null;
  }

  /// @param then what is to be done when no operation can begin any more
  void leave(Runnable then) {
    leave = then;
    if (pins == 0) {
      leaveNow();
    }
  }

  void leaveNow() {
    Runnable then = leave;
    if (pins == 0 && then != null) {
      leave = null;
      online = false;
      then.run();
    }
  }

  /// Also one that was about to leave stays: nobody waits for that any more.
  void arrive() {
    online = true;
    leave = null;
  }
}
