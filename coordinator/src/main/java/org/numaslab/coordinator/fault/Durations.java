package org.numaslab.coordinator.fault;

import java.math.BigDecimal;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Lengths of time as people write them: a number and ns, us, ms or s, as in `1.5s`.
final class Durations {
  /// No run is longer, and no length in it.
  static final long NANOS_MAX = 3_600_000_000_000L;

  private static final Pattern FORM =
      Pattern.compile("(-?[0-9]{1,13}(?:\\.[0-9]{1,9})?)(ns|us|ms|s)");

  private Durations() {}

  /// Nanoseconds; empty for what is no length of time, or none of whole nanoseconds.
  static OptionalLong parse(String text) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches() || text.matches("-[0.]+[a-z]+")) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(
          new BigDecimal(parts.group(1)).movePointRight(digits(parts.group(2))).longValueExact());
    } catch (ArithmeticException notWholeOrTooLong) {
      return OptionalLong.empty();
    }
  }

  /// The shortest text without a fraction: `1500ms`.
  static String text(long nanos) {
    for (String unit : new String[] {"s", "ms", "us"}) {
      long nanosPerUnit = BigDecimal.ONE.movePointRight(digits(unit)).longValueExact();
      if (nanos % nanosPerUnit == 0) {
        return nanos / nanosPerUnit + unit;
      }
    }
    return nanos + "ns";
  }

  private static int digits(String unit) {
    return switch (unit) {
      case "s" -> 9;
      case "ms" -> 6;
      case "us" -> 3;
      default -> 0;
    };
  }
}
