package org.numaslab.coordinator.topologies;

import org.numaslab.node.topology.BadInput;

/// One line of an input file, and how to complain about it.
public record Line(String file, int number, String text) {
  /// A line is shown up to here: enough to recognise it, and an error stays one line.
  private static final int SHOWN_MAX = 60;

  public String where() {
    return file + ":" + number;
  }

  public BadInput bad(String what, String got, String allowed) {
    return new BadInput(where() + ": " + what + ": got " + shown(got) + ", allowed: " + allowed);
  }

  /// A whole number of this line, within bounds.
  public long number(String what, String digits, long min, long max) {
    try {
      long value = Long.parseLong(digits);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException notANumber) {
      // Said below, in the same words as a number out of bounds.
    }
    throw bad(what, digits, min + ".." + max);
  }

  public int integer(String what, String digits, int min, int max) {
    return (int) number(what, digits, min, max);
  }

  static String shown(String got) {
    StringBuilder shown = new StringBuilder("\"");
    for (int i = 0; i < Math.min(got.length(), SHOWN_MAX); i++) {
      char c = got.charAt(i);
      shown.append(c >= ' ' && c < 0x7f ? c : '?');
    }
    return shown.append(got.length() > SHOWN_MAX ? "...\"" : "\"").toString();
  }
}
