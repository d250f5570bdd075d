package org.numaslab.coordinator.control;

/// When a request is sent again, in nanoseconds of a monotonic clock.
///
/// @param first until it is sent again
/// @param max to which that doubles
public record RetryTimes(long first, long max) {
  private static final long MILLIS = 1_000_000;

  /// 100 ms, doubling to 1 s.
  public static RetryTimes standard() {
    return new RetryTimes(100 * MILLIS, 1000 * MILLIS);
  }
}
