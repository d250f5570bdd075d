package org.numaslab.coordinator.report;

import static org.numaslab.coordinator.report.Page.count;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.cost.Calibration;
import org.numaslab.coordinator.cost.CostSplit;
import org.numaslab.coordinator.cost.CostSplit.Kind;
import org.numaslab.coordinator.cost.CostSplit.Link;
import org.numaslab.coordinator.cost.Part;
import org.numaslab.coordinator.cost.Round;

/// The costs of requests to other processes, for people.
public final class CostTables {
  /// Machines with more nodes have their links in files only.
  private static final int NODES_SHOWN = 8;

  private final CostSplit costs;
  private final Page page;

  private CostTables(CostSplit costs, Page page) {
    this.costs = costs;
    this.page = page;
  }

  public static String of(CostSplit costs) {
    Page page = new Page();
    write(costs, page);
    return page.toString();
  }

  static void write(CostSplit costs, Page page) {
    if (costs.kinds().isEmpty()) {
      return;
    }
    CostTables tables = new CostTables(costs, page);
    tables.kinds();
    tables.links();
    tables.notes();
  }

  private void kinds() {
    page.heading(
        "Where the time of requests to other processes went: microseconds (p50), share of it",
        Basis.MEASURED.toString());
    List<String> header = new ArrayList<>(List.of("request", "count", "whole", "p99"));
    Part.addends().forEach(part -> header.add(part.toString()));
    List<List<String>> rows = new ArrayList<>();
    for (Kind kind : costs.kinds()) {
      List<String> medians =
          new ArrayList<>(
              List.of(
                  kind.kind().replace('_', ' '),
                  count(kind.count()),
                  micros(kind.wholeNanosP50()),
                  micros(kind.wholeNanosP99())));
      List<String> shares = new ArrayList<>(List.of("", "", times(kind.timesRawAsk()), ""));
      kind.parts()
          .forEach(part -> {
            medians.add(micros(part.p50Nanos()));
            shares.add(String.format(Locale.ROOT, "%.1f %%", 100 * part.share()));
          });
      rows.add(medians);
      rows.add(shares);
    }
    page.table(header, rows);
  }

  private void links() {
    links("whole, cpus of", link -> micros(link.wholeNanosP50()));
    if (costs.calibration() != null) {
      links("x a raw ask", link -> times(link.timesRawAsk()));
    }
  }

  private void links(String what, Function<Link, String> shows) {
    TreeSet<Integer> nodes = new TreeSet<>();
    for (Link link : costs.links()) {
      nodes.add(link.from());
      nodes.add(link.to());
    }
    if (nodes.size() > NODES_SHOWN) {
      return;
    }
    List<String> header = new ArrayList<>(List.of(what));
    nodes.forEach(node -> header.add("node " + node));
    List<List<String>> rows = new ArrayList<>();
    for (int from : nodes) {
      List<String> row = new ArrayList<>(List.of("node " + from));
      nodes.forEach(to -> row.add(link(from, to, shows)));
      rows.add(row);
    }
    page.blank();
    page.table(header, rows);
  }

  private String link(int from, int to, Function<Link, String> shows) {
    return costs.links().stream()
        .filter(link -> link.from() == from && link.to() == to && link.answered() > 0)
        .findFirst()
        .map(shows)
        .orElse("-");
  }

  private void notes() {
    long answered = costs.links().stream().mapToLong(Link::answered).sum();
    long retried = costs.links().stream().mapToLong(Link::retried).sum();
    page.paragraph(
        "  ",
        "%s, from asking to taking the answer; the parts of 99 in 100 add up to the whole within %s us%s"
            .formatted(
                count(answered, "request"),
                micros(costs.errorNanosP99()),
                retried == 0
                    ? ""
                    : "; %s more were sent more than once, and are not among them"
                        .formatted(count(retried))));
    Calibration calibration = costs.calibration();
    if (calibration != null) {
      Round raw = calibration.medians();
      page.paragraph(
          "  ",
          "x: as often as a raw ask of Artery takes, %s us, measured before on these processes; a raw tell %s us, bytes and back %s us, one way %.2f M longs/s"
              .formatted(
                  micros(Math.round(raw.askNanos())),
                  micros(Math.round(raw.tellNanos())),
                  micros(Math.round(raw.serializeNanos())),
                  raw.longsPerSecond() / 1e6));
    }
    List<String> clocks = new ArrayList<>();
    for (Link link : costs.links()) {
      Long ahead = link.clockAheadNanos();
      Long bound = link.clockBoundNanos();
      if (ahead != null && bound != null) {
        clocks.add(
            "%d as %d sees it %s +- %s"
                .formatted(link.to(), link.from(), micros(ahead), micros(bound)));
      }
    }
    if (!clocks.isEmpty() && clocks.size() <= NODES_SHOWN) {
      page.paragraph("  clocks ahead, in us: ", "node " + String.join(", ", clocks));
    }
  }

  private static String times(@Nullable Double ratio) {
    return ratio == null ? "" : String.format(Locale.ROOT, "%.2f x", ratio);
  }

  private static String micros(long nanos) {
    return String.format(Locale.ROOT, Math.abs(nanos) < 100_000 ? "%.1f" : "%,.0f", nanos / 1e3);
  }
}
