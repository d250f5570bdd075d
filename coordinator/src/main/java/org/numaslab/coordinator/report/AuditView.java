package org.numaslab.coordinator.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.audit.Audit;
import org.numaslab.coordinator.audit.AuditedHistory;
import org.numaslab.coordinator.audit.AuditedHistory.Explained;
import org.numaslab.coordinator.audit.AuditedHistory.Numbered;
import org.numaslab.coordinator.audit.Event;
import org.numaslab.coordinator.audit.HistoryAudit;
import org.numaslab.coordinator.audit.HistoryHeader;
import org.numaslab.coordinator.audit.Violation;

/// What the audit of a finished run found, for people.
public final class AuditView {
  /// A hundred lines are read by nobody.
  private static final int FINDINGS_SHOWN = 100;

  private final Page page = new Page();

  private AuditView() {}

  /// @param history null where there is none
  /// @param state the same
  public static String of(@Nullable AuditedHistory history, @Nullable Audit state) {
    AuditView view = new AuditView();
    if (history != null) {
      view.history(history);
    }
    if (state != null) {
      view.state(state);
    }
    List<String> total = new ArrayList<>();
    if (history != null && !history.isClean()) {
      total.add(kept(history.violations().size(), HistoryAudit.VIOLATIONS_MAX, "violation"));
    }
    if (state != null && !state.isClean()) {
      total.add(kept(state.findings().size(), Audit.FINDINGS_MAX, "finding"));
    }
    view.page.line(total.isEmpty() ? "clean" : String.join(", ", total));
    return view.page.toString();
  }

  /// Violations, each with what happened to its object.
  public static String of(List<Explained> explained) {
    AuditView view = new AuditView();
    explained.forEach(view::explained);
    return view.page.toString();
  }

  private static String kept(int count, int max, String thing) {
    return Page.count(count, thing) + (count == max ? " or more" : "");
  }

  // ---- the history

  private void history(AuditedHistory history) {
    HistoryHeader header = history.header();
    page.line(
        "History: seed %d, version %s, %s, %s, hash %s"
            .formatted(
                header.seed(),
                header.version(),
                Page.count(header.nodes(), "node"),
                Page.count(header.cpus(), "cpu"),
                history.hash()));
    page.table(
        List.of(
            "events",
            "allocations",
            "frees",
            "hand-offs",
            "reclaimed",
            "lost",
            "members died",
            "violations"),
        List.of(
            counts(
                history.events(),
                history.allocations(),
                history.frees(),
                history.handOffs(),
                history.reclaimed(),
                history.lost(),
                history.died(),
                history.violations().size())));
    page.blank();
    history.explained().forEach(this::explained);
    List<Violation> others =
        history.violations().subList(history.explained().size(), history.violations().size());
    if (!others.isEmpty()) {
      others.forEach(violation -> page.line(violation.toString()));
      page.blank();
    }
  }

  private static List<String> counts(long... numbers) {
    List<String> counts = new ArrayList<>();
    for (long number : numbers) {
      counts.add(Page.count(number));
    }
    return counts;
  }

  private void explained(Explained explained) {
    page.line(explained.violation().toString());
    if (explained.earlier() > 0) {
      page.line("  " + Page.count(explained.earlier(), "earlier event"));
    }
    page.table(
        List.of("line", "ms", "event", "node", "cpu", "home or peer", "number"),
        explained.events().stream().map(AuditView::row).toList());
    page.blank();
  }

  private static List<String> row(Numbered numbered) {
    Event event = numbered.event();
    return List.of(
        String.valueOf(numbered.line()),
        millis(event.time()),
        event.kind().name(),
        member(event.node(), event.life()),
        number(event.cpu()),
        member(event.peer(), event.peerLife()),
        number(event.number()));
  }

  private static String millis(long nanos) {
    return String.format(Locale.ROOT, "%d.%06d", nanos / 1_000_000, nanos % 1_000_000);
  }

  private static String member(int node, int life) {
    return node == Event.NONE ? "-" : node + "." + life;
  }

  private static String number(long number) {
    return number == Event.NONE ? "-" : String.valueOf(number);
  }

  // ---- the machine at rest

  private void state(Audit state) {
    page.line("State at the end");
    page.table(
        List.of("pages", "slabs", "objects", "findings"),
        List.of(
            counts(
                state.checkedPages(),
                state.checkedSlabs(),
                state.checkedObjects(),
                state.findings().size())));
    page.blank();
    if (!state.leftOut().isEmpty()) {
      page.paragraph("Not audited: ", String.join("; ", state.leftOut()));
      page.blank();
    }
    List<String> findings = state.findings();
    findings.stream().limit(FINDINGS_SHOWN).forEach(page::line);
    if (findings.size() > FINDINGS_SHOWN) {
      page.line("and " + Page.count(findings.size() - FINDINGS_SHOWN) + " more");
    }
    if (!findings.isEmpty()) {
      page.blank();
    }
  }
}
