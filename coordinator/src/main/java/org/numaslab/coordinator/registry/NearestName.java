package org.numaslab.coordinator.registry;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/// The name that a person may have meant: the one with the fewest letters to add, drop or change.
public final class NearestName {
  /// Farther away than half its letters a name is another one.
  private static final int FARTHEST_SHARE = 2;

  private NearestName() {}

  public static Optional<String> to(String typed, Collection<String> names) {
    return names.stream()
        .min(
            Comparator.comparingInt((String name) -> distance(typed, name))
                .thenComparing(Comparator.naturalOrder()))
        .filter(name ->
            distance(typed, name) <= Math.max(typed.length(), name.length()) / FARTHEST_SHARE);
  }

  /// Levenshtein's, row by row.
  static int distance(String from, String to) {
    int[] row = new int[to.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int change = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[to.length()];
  }
}
