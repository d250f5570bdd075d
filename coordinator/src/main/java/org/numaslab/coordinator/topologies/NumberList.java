package org.numaslab.coordinator.topologies;

import java.util.ArrayList;
import java.util.List;

/// The kernel's list format: "0-3,8,10-11"; empty for none (`bitmap_print_to_pagebuf`).
final class NumberList {
  private NumberList() {}

  /// The numbers, in the order of the text, each at most `max`: checked before a range is expanded.
  static List<Integer> parse(Line line, String what, String text, int max) {
    List<Integer> numbers = new ArrayList<>();
    if (text.isBlank()) {
      return numbers;
    }
    for (String part : text.strip().split(",", -1)) {
      String[] ends = part.strip().split("-", -1);
      if (ends.length > 2 || ends[0].isEmpty()) {
        throw line.bad(what, part, "numbers and ranges as 0-3,8");
      }
      int first = line.integer(what, ends[0], 0, max);
      int last = line.integer(what, ends[ends.length - 1], first, max);
      for (int number = first; number <= last; number++) {
        numbers.add(number);
      }
    }
    return numbers;
  }

  /// The same format: ascending numbers to text.
  static String format(List<Integer> ascending) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < ascending.size(); ) {
      int end = i;
      while (end + 1 < ascending.size() && ascending.get(end + 1) == ascending.get(end) + 1) {
        end++;
      }
      text.append(text.isEmpty() ? "" : ",").append(ascending.get(i));
      if (end > i) {
        text.append('-').append(ascending.get(end));
      }
      i = end + 1;
    }
    return text.toString();
  }
}
