package org.numaslab.deploy;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/// An amount of memory as people write it: `4G`, `512M`; or in bytes.
record ByteSize(long bytes) {
  private static final Pattern TEXT = Pattern.compile("(\\d{1,18})([KMGT]?)");
  private static final String UNITS = "KMGT";

  static ByteSize parse(String text) {
    Matcher matcher = TEXT.matcher(text.strip().toUpperCase(Locale.ROOT));
    if (matcher.matches()) {
      long number = Long.parseLong(matcher.group(1));
      String unit = matcher.group(2);
      int shift = unit.isEmpty() ? 0 : 10 * (UNITS.indexOf(unit) + 1);
      if (number >= 1 && number <= Long.MAX_VALUE >> shift) {
        return new ByteSize(number << shift);
      }
    }
    throw new TypeConversionException("got '" + text + "', allowed: a size as 4G (K, M, G, T)");
  }

  /// The shortest text that means the same.
  @Override
  public String toString() {
    int unit = Math.min(Long.numberOfTrailingZeros(bytes) / 10, UNITS.length());
    return (bytes >> (10 * unit)) + (unit == 0 ? "" : UNITS.substring(unit - 1, unit));
  }
}
