package org.numaslab.coordinator.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.numaslab.coordinator.report.SimulationResult.Case;
import org.numaslab.coordinator.report.SimulationResult.Failure;
import org.numaslab.coordinator.report.SimulationResult.Sum;

/// What simulated runs came to, for people.
public final class SimulationView {
  private static final int CASES_SHOWN = 60;
  private static final int VIOLATIONS_SHOWN = 10;

  private final Page page = new Page();

  private SimulationView() {}

  public static String of(SimulationResult result) {
    SimulationView view = new SimulationView();
    view.cases(result.cases());
    view.total(result.total());
    view.counts("Faults that happened", result.faults());
    view.counts("Done to the machine as a whole", result.chores());
    view.counts("Messages without effect, or with another one", result.rejections());
    Failure failure = result.failure();
    if (failure == null) {
      view.page.blank();
      view.page.line("clean: nothing was lost, nothing had two holders");
    } else {
      view.failure(failure);
    }
    return view.page.toString();
  }

  private void cases(List<Case> cases) {
    if (cases.size() == 1) {
      Case only = cases.getFirst();
      page.line(
          "%s, faults %s, from seed %d"
              .formatted(Page.count(only.sum().runs(), "run"), only.faults(), only.firstSeed()));
      return;
    }
    List<List<String>> rows = new ArrayList<>();
    for (Case each : cases.subList(0, Math.min(cases.size(), CASES_SHOWN))) {
      rows.add(
          List.of(
              each.faults(),
              Page.count(each.sum().runs()),
              Page.count(each.sum().operations()),
              Page.count(each.sum().handOffs()),
              Page.count(each.sum().lostWithHome()),
              Page.count(each.sum().reclaimed())));
    }
    page.table(
        List.of("faults", "runs", "operations", "hand-offs", "lost with home", "reclaimed"), rows);
    if (cases.size() > CASES_SHOWN) {
      page.line("  and " + (cases.size() - CASES_SHOWN) + " more, in result.json");
    }
  }

  private void total(Sum sum) {
    page.heading("What the tasks did", Basis.MODELLED.toString());
    List<List<String>> rows =
        new ArrayList<>(
            List.of(
                row("operations", sum.operations()),
                row("allocations", sum.allocations()),
                row("  of another node's memory", sum.remoteAllocations()),
                row("  failed", sum.failedAllocations()),
                row("objects handed to another member", sum.handOffs()),
                row("  refused", sum.refusedHandOffs()),
                row("objects lost with their home", sum.lostWithHome()),
                row("objects reclaimed by a census", sum.reclaimed()),
                row("censuses closed", sum.censusesClosed()),
                row("censuses that a removal voided", sum.censusesVoided()),
                row("messages between members", sum.messages())));
    if (sum.encodedMessages() > 0) {
      rows.add(row("  that went through their bytes", sum.encodedMessages()));
      rows.add(row("  bytes of those", sum.encodedBytes()));
    }
    if (sum.cpuRestarts() > 0) {
      rows.add(row("CPUs that failed and went on", sum.cpuRestarts()));
      rows.add(row("  slabs quarantined for that", sum.quarantinedSlabs()));
    }
    if (sum.oopses() > 0) {
      rows.add(row("members that an oops ended", sum.oopses()));
    }
    rows.add(row("events audited", sum.events()));
    page.table(List.of("", "count"), rows);
    page.line(
        String.format(
            Locale.ROOT,
            "  %.1f s of virtual time, %,.0f operations a second in it, history %s",
            sum.virtualSeconds(),
            sum.operationsPerSecond(),
            sum.historyHash()));
  }

  private static List<String> row(String what, long count) {
    return List.of(what, Page.count(count));
  }

  private void counts(String title, Map<String, Long> counts) {
    if (counts.isEmpty()) {
      return;
    }
    page.heading(title, Basis.MODELLED.toString());
    StringBuilder words = new StringBuilder();
    counts.forEach((name, count) ->
        words
            .append(words.isEmpty() ? "" : ", ")
            .append(name)
            .append(' ')
            .append(Page.count(count)));
    page.paragraph("  ", words.toString());
  }

  private void failure(Failure failure) {
    page.blank();
    page.line("VIOLATED by seed " + failure.seed());
    failure.violations().stream()
        .limit(VIOLATIONS_SHOWN)
        .forEach(violation -> page.paragraph("  ", violation));
    if (failure.violations().size() > VIOLATIONS_SHOWN) {
      page.line("  and " + (failure.violations().size() - VIOLATIONS_SHOWN) + " more");
    }
    page.blank();
    page.paragraph("Repeat:   ", failure.command());
    page.paragraph("Smallest: ", failure.smallest());
    if (!failure.schedule().isBlank()) {
      page.line("Faults of the smallest:");
      failure.schedule().lines().forEach(line -> page.line("  " + line));
    }
  }
}
