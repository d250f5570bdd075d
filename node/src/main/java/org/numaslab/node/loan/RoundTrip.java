package org.numaslab.node.loan;

/// How long an answer takes, so that a lost request is sent again soon after it would have been
/// answered, on a fast link as on a slow one.
///
/// As TCP does it (RFC 6298): a smoothed time and four times its mean deviation. Only what was sent
/// once is measured (Karn's algorithm): else nobody knows what was answered. Until the first answer
/// it is [LoanTimes#retryFirst], which it never exceeds.
///
/// Owner: the requests to one member.
final class RoundTrip {
  /// Of the longest: who is asked again any sooner may only have been busy.
  private static final int LEAST = 50;

  private final LoanTimes times;
  private long smoothed;
  private long deviation;
  private long timeout;

  RoundTrip(LoanTimes times) {
    this.times = times;
    this.timeout = times.retryFirst();
  }

  /// An answer has come, so long after its request.
  void took(long nanos) {
    if (smoothed == 0) {
      smoothed = nanos;
      deviation = nanos / 2;
    } else {
      deviation += (Math.abs(nanos - smoothed) - deviation) / 4;
      smoothed += (nanos - smoothed) / 8;
    }
    timeout = Math.clamp(smoothed + 4 * deviation, times.retryFirst() / LEAST, times.retryFirst());
  }

  /// After so long a request that is not answered is sent again.
  long timeout() {
    return timeout;
  }
}
