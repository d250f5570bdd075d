package org.numaslab.coordinator.conform;

import java.util.ArrayList;
import java.util.List;
import org.numaslab.coordinator.conform.Verdict.Difference;

/// Verdicts for people: a line each, and where one differs, both sides next to each other.
public final class ConformText {
  /// Two columns, a mark and a rule fit a terminal of 160 columns.
  private static final int COLUMN = 76;

  private static final int ROWS_BEFORE = 2;
  private static final int ROWS_SHOWN = 8;
  private static final int LINES_PER_ROW_MAX = 4;

  private ConformText() {}

  /// @param nameWidth columns for the name
  public static String verdict(Verdict v, int nameWidth) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            "%-" + Math.max(1, nameWidth) + "s  states %d/%d  steps %d/%d%s%n",
            v.name(),
            v.statesEqual(),
            v.statesTotal(),
            v.stepsEqual(),
            v.stepsTotal(),
            notes(v)));
    v.notJudged()
        .forEach((why, steps) ->
            text.append("  not judged, ")
                .append(count(steps, "step"))
                .append(": ")
                .append(why)
                .append(System.lineSeparator()));
    Difference first = v.first();
    if (first != null) {
      text.append(difference(first));
    }
    return text.toString();
  }

  private static String notes(Verdict v) {
    List<String> notes = new ArrayList<>();
    if (v.stepsNotJudged() > 0) {
      notes.add(v.stepsNotJudged() + " not judged");
    }
    int different = v.stepsTotal() - v.stepsEqual() - v.stepsNotJudged();
    if (different > 0) {
      notes.add(different + " different");
    }
    if (v.ordersTaken() > 0) {
      notes.add(
          "order of equally full slabs after a shrink taken from the recording in "
              + count(v.ordersTaken(), "state"));
    }
    return notes.isEmpty() ? "" : "  (" + String.join("; ", notes) + ")";
  }

  private static String count(int number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }

  /// The last line.
  public static String total(List<Verdict> verdicts) {
    long equal = verdicts.stream().filter(Verdict::isEqual).count();
    int notJudged = verdicts.stream().mapToInt(Verdict::stepsNotJudged).sum();
    return String.format(
        "total: %d of %d recordings equal  states %d/%d  steps %d/%d%s%n",
        equal,
        verdicts.size(),
        verdicts.stream().mapToInt(Verdict::statesEqual).sum(),
        verdicts.stream().mapToInt(Verdict::statesTotal).sum(),
        verdicts.stream().mapToInt(Verdict::stepsEqual).sum(),
        verdicts.stream().mapToInt(Verdict::stepsTotal).sum(),
        notJudged == 0 ? "" : "  (" + count(notJudged, "step") + " not judged)");
  }

  private static String difference(Difference d) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            "  first difference: step %d, line %d: %s%n",
            d.step(), d.line(), Recording.cut(d.command())));
    text.append(line(" ", "recorded", "emulated"));
    int rows = Math.max(d.recorded().size(), d.emulated().size());
    int from = Math.max(0, d.at() - ROWS_BEFORE);
    for (int i = from; i < Math.min(rows, from + ROWS_SHOWN); i++) {
      String recorded = row(d.recorded(), i);
      String emulated = row(d.emulated(), i);
      boolean differs = i == d.at() || (i > d.at() && !recorded.strip().equals(emulated.strip()));
      text.append(lines(differs ? ">" : " ", recorded, emulated));
    }
    if (from + ROWS_SHOWN < rows) {
      text.append(String.format("    .. %d more rows%n", rows - from - ROWS_SHOWN));
    }
    return text.toString();
  }

  private static String row(List<String> rows, int at) {
    return at < rows.size() ? rows.get(at).replace("\t", "  ") : "(no row)";
  }

  /// A row that is too long goes on below.
  private static String lines(String mark, String recorded, String emulated) {
    StringBuilder text = new StringBuilder();
    int longest = Math.max(recorded.length(), emulated.length());
    for (int i = 0; i * COLUMN < Math.max(1, longest) && i < LINES_PER_ROW_MAX; i++) {
      text.append(line(mark, part(recorded, i), part(emulated, i)));
    }
    return text.toString();
  }

  private static String part(String row, int nth) {
    int from = Math.min(row.length(), nth * COLUMN);
    return row.substring(from, Math.min(row.length(), from + COLUMN));
  }

  private static String line(String mark, String left, String right) {
    return ("  " + mark + " " + String.format("%-" + COLUMN + "s", left) + " | " + right)
            .stripTrailing()
        + System.lineSeparator();
  }
}
