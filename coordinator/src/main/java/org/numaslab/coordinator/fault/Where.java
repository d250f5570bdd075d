package org.numaslab.coordinator.fault;

import org.numaslab.node.topology.BadInput;

/// A line of a schedule, and how to complain about it.
record Where(String file, int line) {
  /// A text is shown up to here: enough to recognise it, and an error stays one line.
  private static final int SHOWN_MAX = 60;

  BadInput bad(String what, String got, String allowed) {
    return new BadInput("%s: got '%s', allowed: %s".formatted(prefix(what), shown(got), allowed));
  }

  /// What a complaint about `what` begins with.
  String prefix(String what) {
    return file + ":" + line + ": " + what;
  }

  /// The text as far as an error shows it.
  static String shown(String got) {
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < Math.min(got.length(), SHOWN_MAX); i++) {
      char c = got.charAt(i);
      shown.append(c >= ' ' && c < 0x7f ? c : '?');
    }
    return shown.append(got.length() > SHOWN_MAX ? "..." : "").toString();
  }
}
