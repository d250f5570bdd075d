package org.numaslab.cpu.client;

/// How many messages of a kind are printed within a time (`struct ratelimit_state`).
///
/// For any thread. Models `___ratelimit` of lib/ratelimit.c, v6.1.
final class RateLimit {
  private final String function;
  private final long intervalNanos;
  private final int burst;
  private boolean hasBegun;
  private long beginNanos;
  private int printed;
  private int missed;

  /// @param function that prints
  RateLimit(String function, long intervalNanos, int burst) {
    this.function = function;
    this.intervalNanos = intervalNanos;
    this.burst = burst;
  }

  /// Whether one more may be printed.
  synchronized boolean allows(Host host) {
    long now = host.uptimeNanos();
    if (!hasBegun) {
      hasBegun = true;
      beginNanos = now;
    }
    if (now - beginNanos > intervalNanos) {
      if (missed > 0) {
        host.kernelLog().print(function + ": " + missed + " callbacks suppressed");
        missed = 0;
      }
      beginNanos = now;
      printed = 0;
    }
    if (printed < burst) {
      printed++;
      return true;
    }
    missed++;
    return false;
  }
}
