package org.numaslab.coordinator.conform;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Which lines of a kernel log are the slab code's, and what of them can be equal on another
/// machine.
///
/// Masked: priority and time stamp, addresses, taint text, symbols, ages, CPUs, pids, and of
/// `flags=` all but the names that say slab, head, node and zone.
final class LogLines {
  private static final Pattern STAMP = Pattern.compile("^(<\\d+>)?\\[ *\\d+\\.\\d+\\] ?");
  private static final Pattern OURS =
      Pattern.compile(
          "^(=====|-----|BUG |FIX |Slab 0x|Object 0x|0x[0-9a-f]+-0x|Allocated in |Freed in "
              + "|Bytes b4 |Redzone |Object  |Padding |cache_from_obj|kmem_cache_destroy )");
  private static final Pattern FLAGS = Pattern.compile("flags=0x[0-9a-f]+(\\(([^)]*)\\))?");
  private static final String CUT_HERE = "------------[";

  private LogLines() {}

  /// The comparable lines of a log, masked.
  static List<String> masked(List<String> log) {
    List<String> lines = new ArrayList<>();
    boolean reportBegins = false;
    for (String raw : log) {
      String line = STAMP.matcher(raw).replaceFirst("");
      if (line.isBlank()) {
        if (reportBegins) {
          lines.add("");
        }
        reportBegins = false;
      } else if (OURS.matcher(line).find() && !line.startsWith(CUT_HERE)) {
        reportBegins = line.startsWith("-----");
        lines.add(mask(line));
      }
    }
    return lines;
  }

  private static String mask(String line) {
    Matcher flags = FLAGS.matcher(line);
    String masked = flags.replaceAll(m -> "flags=" + names(m.group(2)));
    return masked
        .replaceAll("0x[0-9a-f]{8,}", "ADDRESS")
        .replaceAll("^(Redzone|Object|Padding|Bytes b4) +[0-9a-f]{16}:", "$1 ADDRESS:")
        .replaceAll("\\((Not tainted|Tainted:[^)]*)\\)", "(taint)")
        .replaceAll("(age|cpu|pid)=-?\\d+", "$1=N")
        .replaceAll("(Allocated in|Freed in) \\S+( \\[\\w+\\])?", "$1 SYMBOL")
        .replaceAll("(when called from) \\S+( \\[\\w+\\])?", "$1 SYMBOL")
        .stripTrailing();
  }

  private static String names(String all) {
    if (all == null) {
      return "";
    }
    List<String> kept = new ArrayList<>();
    for (String name : all.split("\\|")) {
      if (name.equals("slab")
          || name.equals("head")
          || name.startsWith("node=")
          || name.startsWith("zone=")) {
        kept.add(name);
      }
    }
    return String.join("|", kept);
  }
}
