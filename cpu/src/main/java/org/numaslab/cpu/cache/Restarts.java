package org.numaslab.cpu.cache;

/// How often the shell of a cpu may fail before nobody believes in it any more.
///
/// Owner: the shell.
public final class Restarts {
  /// Failures after which it still starts again: one is bad luck, and so may be the next while the
  /// first is put right.
  public static final int MAX = 3;

  /// Failures that are longer ago do not count.
  public static final long WITHIN_NANOS = 10_000_000_000L;

  private final long[] lastNanos = new long[MAX];
  private long failures;

  /// Counts a failure.
  ///
  /// @return whether the shell may start again; else its cpu goes off line
  public boolean mayStartAgain(long nowNanos) {
    int place = (int) (failures % MAX);
    boolean isTooMany = failures >= MAX && nowNanos - lastNanos[place] < WITHIN_NANOS;
    lastNanos[place] = nowNanos;
    failures++;
    return !isTooMany;
  }
}
