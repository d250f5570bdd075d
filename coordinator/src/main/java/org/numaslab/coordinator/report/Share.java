package org.numaslab.coordinator.report;

import org.jspecify.annotations.Nullable;

/// A part of a whole, to six digits: the same text wherever it is printed.
final class Share {
  private static final double DIGITS = 1e6;

  private Share() {}

  /// 0 for a part of nothing.
  static double of(long part, long whole) {
    return whole == 0 ? 0 : Math.round(DIGITS * part / whole) / DIGITS;
  }

  /// Null for a part of nothing.
  static @Nullable Double ofKnown(long part, long whole) {
    return whole == 0 ? null : Double.valueOf(of(part, whole));
  }

  static double rounded(double share) {
    return Math.round(DIGITS * share) / DIGITS;
  }
}
