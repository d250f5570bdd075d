package org.numaslab.cpu.client;

import org.numaslab.node.slab.KernelMessages;

/// How many messages of a kind are printed within a time (`struct ratelimit_state`).
///
/// For any thread. Models `___ratelimit` of lib/ratelimit.c, v6.1.
public final class RateLimit {
  private final String function;
  private final long intervalNanos;
  private final int burst;
  private boolean hasBegun;
  private long beginNanos;
  private int printed;
  private int missed;

  /// @param function that prints
  /// @param intervalNanos in which so many are printed; 0 for no limit
  /// @param burst how many
  public RateLimit(String function, long intervalNanos, int burst) {
    this.function = function;
    this.intervalNanos = intervalNanos;
    this.burst = burst;
  }

  /// Whether one more may be printed.
  ///
  /// @param uptimeNanos now
  /// @param log where it says how many were not
  public synchronized boolean allows(long uptimeNanos, KernelMessages log) {
    if (intervalNanos == 0) {
      return true;
    }
    if (!hasBegun) {
      hasBegun = true;
      beginNanos = uptimeNanos;
    }
    if (uptimeNanos - beginNanos > intervalNanos) {
      if (missed > 0) {
        log.print(function + ": " + missed + " callbacks suppressed");
        missed = 0;
      }
      beginNanos = uptimeNanos;
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
