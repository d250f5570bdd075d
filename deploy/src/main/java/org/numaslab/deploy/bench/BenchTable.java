package org.numaslab.deploy.bench;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.numaslab.deploy.bench.BenchResult.RowResult;
import org.numaslab.deploy.bench.BenchResult.Side;

/// The plain table of a run.
public final class BenchTable {
  private BenchTable() {}

  public static String of(BenchResult result) {
    StringBuilder text = new StringBuilder();
    text.append(line("row", "ours ns", "limit ns", "ratio", "goal", "verdict", "B/op"));
    for (RowResult row : result.rows()) {
      Side ours = row.ours();
      Side limit = row.limit();
      text.append(
          line(
              row.row(),
              ours == null ? "-" : nanos(ours.nanos()),
              limit == null ? "-" : nanos(limit.nanos()),
              row.ratio() == null ? "-" : decimals(row.ratio()),
              goal(row),
              verdict(row),
              ours == null ? "-" : String.format(Locale.ROOT, "%.1f", ours.bytes())));
    }
    text.append(System.lineSeparator());
    for (RowResult row : result.rows()) {
      Side ours = row.ours();
      Side limit = row.limit();
      if (ours != null && limit != null) {
        text.append("%-11s ours: %s; limit: %s%n".formatted(row.row(), ours.what(), limit.what()));
      }
    }
    return text.append(
            """

            Times are per operation: of %d alternating forks of each side the median of the
            median samples. Only ratios can be compared between runs: ours / limit, or with a
            goal of at least (>=) limit / ours.
            """
                .formatted(result.forks()))
        .toString();
  }

  private static String line(String... cells) {
    return "%-11s %9s %9s %7s  %-13s %-8s %6s%n".formatted((Object[]) cells);
  }

  private static String verdict(RowResult row) {
    return switch (row.verdict()) {
      case MET -> "met";
      case MISSED -> "MISSED";
      case NONE -> "";
      case SKIPPED -> "skipped";
    };
  }

  private static String goal(RowResult row) {
    Double most = row.atMost();
    Double least = row.atLeast();
    String garbage = row.noGarbage() ? ", 0 B" : "";
    return bound("<=", most) + bound(">=", least) + garbage;
  }

  private static String bound(String sign, @Nullable Double value) {
    return value == null ? "" : sign + " " + String.format(Locale.ROOT, "%.1f", value);
  }

  private static String nanos(double nanos) {
    return nanos < 1000 ? decimals(nanos) : String.format(Locale.ROOT, "%.0f", nanos);
  }

  private static String decimals(double number) {
    return String.format(Locale.ROOT, "%.2f", number);
  }
}
