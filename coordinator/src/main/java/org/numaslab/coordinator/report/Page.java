package org.numaslab.coordinator.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Plain text that is put together line by line and keeps to a width.
final class Page {
  static final int WIDTH = 100;

  private final StringBuilder text = new StringBuilder();

  void line(String line) {
    text.append(line.stripTrailing()).append('\n');
  }

  void blank() {
    text.append('\n');
  }

  /// A heading, with what its figures rest on at its end.
  void heading(String title, String basis) {
    blank();
    line(title + " [" + basis + "]");
  }

  /// `label` and then `words`, wrapped under themselves.
  void paragraph(String label, String words) {
    int indent = label.length();
    StringBuilder line = new StringBuilder(label);
    boolean fresh = true;
    for (String word : words.split(" ")) {
      if (!fresh && line.length() + 1 + word.length() > WIDTH) {
        line(line.toString());
        line = new StringBuilder(" ".repeat(indent));
        fresh = true;
      }
      line.append(fresh ? "" : " ").append(word);
      fresh = false;
    }
    line(line.toString());
  }

  /// Rows under a header, two blanks between columns: the first to the left, the others to the
  /// right, what is beyond the header's columns to the left at the end.
  void table(List<String> header, List<List<String>> rows) {
    List<List<String>> all = new ArrayList<>();
    all.add(header);
    all.addAll(rows);
    int[] widths = new int[header.size()];
    for (List<String> row : all) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    for (List<String> row : all) {
      StringBuilder line = new StringBuilder(" ");
      for (int i = 0; i < row.size(); i++) {
        String blanks = i < widths.length ? " ".repeat(widths[i] - row.get(i).length()) : "";
        line.append(i == 0 ? " " : "  ");
        line.append(i == 0 ? row.get(i) + blanks : blanks + row.get(i));
      }
      line(line.length() > WIDTH ? line.substring(0, WIDTH - 2) + ".." : line.toString());
    }
  }

  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /// A number of things: "1 node", "4 nodes".
  static String count(long number, String thing) {
    return count(number) + " " + thing + (number == 1 ? "" : "s");
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f %%", 100 * share);
  }

  static String bytes(long bytes) {
    return bytes < 1 << 20
        ? count(bytes >> 10) + " KiB"
        : String.format(Locale.ROOT, "%,.1f MiB", bytes / (double) (1 << 20));
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
