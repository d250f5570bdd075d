package org.numaslab.coordinator.cost;

/// How far another process's clock is ahead, from the fastest exchange so far: both ways together
/// took so long that it cannot be wrong by more than half of that. Models the clock filter of NTP
/// (RFC 5905), with all samples in one window.
///
/// @param nanos ahead of this process's clock
/// @param boundNanos by which that may be wrong; [#UNKNOWN] before the first exchange
public record ClockOffset(long nanos, long boundNanos) {
  static final long UNKNOWN = Long.MAX_VALUE;
  public static final ClockOffset NONE = new ClockOffset(0, UNKNOWN);

  /// The better one of this and what an exchange says.
  ClockOffset or(Way there, Way back) {
    long out = there.arrived() - there.encoded();
    long in = back.arrived() - back.encoded();
    long bound = Math.ceilDiv(out + in, 2);
    return bound < 0 || bound >= boundNanos ? this : new ClockOffset((out - in) / 2, bound);
  }

  public boolean wasMeasured() {
    return boundNanos != UNKNOWN;
  }
}
