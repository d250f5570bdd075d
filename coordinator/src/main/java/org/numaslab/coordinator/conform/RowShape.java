package org.numaslab.coordinator.conform;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the fields of a row must be: so a line that was cut, or a number that no machine has, is
/// noticed where it stands.
///
/// One letter per field: `c` cpu, `n` node, `w` node or -1, `i` number, `p` page frame
/// (hexadecimal), `l` list of numbers or `-`, `t` text; fields after the last letter are free.
final class RowShape {
  private static final String SLAB = "pniii";

  private static final Map<String, String> SHAPES =
      Map.ofEntries(
          Map.entry("RC", "st"),
          Map.entry("DONE", "ti"),
          Map.entry("RANDSEQ", "il"),
          Map.entry("R", "cipni"),
          Map.entry("CPU", "c" + SLAB + "iilil"),
          Map.entry("CPUPART", "cii" + SLAB + "iil"),
          Map.entry("NODE", "niii"),
          Map.entry("NODEPART", "ni" + SLAB + "iil"),
          Map.entry("NODEFULL", "ni" + SLAB + "iil"),
          Map.entry("CTOR", "ii"),
          Map.entry("SYSFS", "ttt"),
          Map.entry("SLABINFO", "t"),
          Map.entry("HEX", "ttttttttt"),
          Map.entry("HEXROW", "ttt"),
          Map.entry("DESTROY", "i"),
          Map.entry("CLEANUP", "it"));

  private RowShape() {}

  /// The fields that a row of this kind must have, as letters.
  static String of(String tag, List<String> fields) {
    if (tag.equals("A")) {
      return fields.size() > 3 && fields.get(3).equals("NULL") ? "cwit" : "cwipnii";
    }
    if (tag.equals("CPU") && fields.size() > 1 && fields.get(1).equals("-")) {
      return "ct";
    }
    return SHAPES.getOrDefault(tag, "");
  }

  /// What is wrong with a row, empty when nothing is.
  static Optional<String> complaint(String tag, List<String> fields) {
    String shape = of(tag, fields);
    if (fields.size() < shape.length()) {
      return Optional.of(
          "row "
              + tag
              + " has "
              + fields.size()
              + " fields, allowed: at least "
              + shape.length()
              + " (is the line cut?)");
    }
    for (int i = 0; i < shape.length(); i++) {
      if (!fits(shape.charAt(i), fields.get(i))) {
        return Optional.of(
            "field "
                + (i + 1)
                + " of row "
                + tag
                + " is '"
                + Recording.cut(fields.get(i))
                + "', allowed: "
                + meaning(shape.charAt(i)));
      }
    }
    return Optional.empty();
  }

  private static boolean fits(char kind, String text) {
    return switch (kind) {
      case 'c', 'n', 'i' -> text.strip().matches("\\d{1,9}");
      case 'w' -> text.matches("-1|\\d{1,9}");
      case 's' -> text.matches("-?\\d{1,9}");
      case 'p' -> text.matches("[0-9a-f]{1,8}") && !text.matches("0+");
      case 'l' -> text.isEmpty() || text.equals("-") || text.matches("\\d{1,5}(,\\d{1,5})*");
      default -> true;
    };
  }

  private static String meaning(char kind) {
    return switch (kind) {
      case 'c' -> "a cpu number";
      case 'n' -> "a node number";
      case 'w' -> "a node number or -1";
      case 'p' -> "a page frame, hexadecimal";
      case 'l' -> "numbers joined by commas, or -";
      default -> "a number";
    };
  }
}
