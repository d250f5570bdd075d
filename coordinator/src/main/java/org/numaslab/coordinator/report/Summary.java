package org.numaslab.coordinator.report;

import static org.numaslab.coordinator.report.Page.count;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// A run on one page, for a person with half a minute.
public final class Summary {
  private static final int FINDINGS_SHOWN = 10;
  private static final int NOTES_SHOWN = 5;

  private final RunResult run;
  private final RunTiming timing;
  private final Page page = new Page();

  private Summary(RunResult run, RunTiming timing) {
    this.run = run;
    this.timing = timing;
  }

  /// The page, of at most [Page#WIDTH] columns.
  public static String of(RunResult run, RunTiming timing) {
    Summary summary = new Summary(run, timing);
    summary.alarms();
    summary.setup();
    summary.workload();
    summary.events();
    summary.faults();
    SummaryTables.write(run, timing, summary.page);
    ClusterTables.write(run, timing, summary.page);
    summary.audit();
    return summary.page.toString();
  }

  private void alarms() {
    TraceFigures trace = run.trace();
    if (trace != null && trace.isIncomplete()) {
      long lost = trace.lostEvents() + trace.overwrittenEvents();
      String marks = trace.lostMarks() == 0 ? "" : " at " + count(trace.lostMarks(), "place");
      page.paragraph(
          "LOST: ",
          (lost > 0 ? count(lost, "event") : "an unknown number of events")
              + " lost by the tracer"
              + marks
              + "; some allocations and frees do not find each other");
    }
    if (!run.audit().clean()) {
      page.line("AUDIT: " + count(run.audit().findings().size(), "finding") + ", at the end");
    }
  }

  private void setup() {
    Setup setup = run.setup();
    page.line(
        "numaslab run of "
            + setup.trace()
            + " on "
            + count(setup.topology().nodes().size(), "node")
            + " with "
            + count(setup.topology().cpus(), "cpu"));
    page.paragraph(
        "",
        "driver %s, order %s, seed %s, remote draw %s, init_on_alloc %s%s%s"
            .formatted(
                setup.driver(),
                setup.order(),
                setup.seed(),
                setup.remoteDraw(),
                setup.initOnAlloc() ? "on" : "off",
                setup.slubDebug().equals(Setup.AS_RECORDED)
                    ? ""
                    : ", slub_debug=" + setup.slubDebug(),
                setup.filter().equals(Setup.ALL_EVENTS) ? "" : ", only " + setup.filter()));
    List<String> written = new ArrayList<>(setup.writes());
    setup.writesAfter().forEach(write -> written.add(write + " after the trace"));
    notes("written  ", written);
    notes("used     ", setup.used());
    notes("assumed  ", setup.assumed());
  }

  private void notes(String label, List<String> notes) {
    if (!notes.isEmpty()) {
      int more = notes.size() - NOTES_SHOWN;
      page.paragraph(
          label,
          notes.stream().limit(NOTES_SHOWN).collect(Collectors.joining("; "))
              + (more > 0 ? "; " + more + " more in result.json" : ""));
    }
  }

  private void workload() {
    WorkloadFigures workload = run.workload();
    if (workload != null) {
      page.heading("Load", Basis.MODELLED.toString());
      page.paragraph(
          "  ",
          "%s on %s: %s, %s; %s"
              .formatted(
                  count(workload.operations(), "operation"),
                  count(workload.caches(), "cache"),
                  count(workload.allocations(), "allocation"),
                  count(workload.frees(), "free"),
                  workload.failedAllocations() == 0
                      ? "none failed"
                      : count(workload.failedAllocations()) + " allocations failed"));
    }
  }

  private void faults() {
    if (!run.faults().isEmpty()) {
      page.heading("Allocations made to fail", Basis.MODELLED.toString());
      for (FaultFigures point : run.faults()) {
        page.line(
            "  %s: %s of %s"
                .formatted(point.name(), count(point.failures()), count(point.calls(), "call")));
      }
    }
  }

  private void events() {
    TraceFigures trace = run.trace();
    if (trace == null) {
      return;
    }
    page.heading("Events of the trace", Basis.MEASURED.toString());
    page.paragraph(
        "  replayed   ",
        "%s of %s%s: %s, %s (%s on another cpu)%s; %s live at the end"
            .formatted(
                count(trace.allocations() + trace.frees()),
                count(trace.slabEvents(), "event"),
                run.setup().repeat() > 1 ? ", " + run.setup().repeat() + " times" : "",
                count(trace.allocations(), "allocation"),
                count(trace.frees(), "free"),
                count(trace.freesOnAnotherCpu()),
                trace.unseenFrees() == 0
                    ? ""
                    : ", and " + count(trace.unseenFrees()) + " frees that no event tells of",
                count(trace.liveAtEnd(), "object")));
    if (!trace.setAside().isEmpty()) {
      page.paragraph("  set aside  ", setAside(trace));
    }
    List<String> others = new ArrayList<>();
    if (trace.inferredAllocations() > 0) {
      page.paragraph(
          "  inferred   ",
          count(trace.inferredAllocations(), "allocation")
              + " that no event tells of, from frees that would find none ["
              + Basis.ASSUMED
              + "]");
    }
    addUnlessZero(others, trace.allocsOfLivePointer(), "allocations of a live pointer");
    addUnlessZero(others, trace.pageEvents(), "page events (counted only)");
    addUnlessZero(others, trace.otherEvents(), "events of other subsystems");
    addUnlessZero(others, trace.unreadableLines(), "unreadable lines");
    addUnlessZero(others, trace.timestampsBackwards(), "time stamps that go backwards");
    if (!others.isEmpty()) {
      page.paragraph("  also seen  ", String.join(", ", others));
    }
  }

  private static String setAside(TraceFigures trace) {
    long all = trace.setAside().values().stream().mapToLong(Long::longValue).sum();
    return count(all)
        + ": "
        + trace.setAside().entrySet().stream()
            .map(e -> count(e.getValue()) + " " + TraceFigures.meaning(e.getKey()))
            .collect(Collectors.joining(", "));
  }

  private static void addUnlessZero(List<String> list, long number, String what) {
    if (number > 0) {
      list.add(count(number) + " " + what);
    }
  }

  private void audit() {
    page.blank();
    AuditFigures audit = run.audit();
    if (audit.clean()) {
      page.line(
          "Audit: clean; %s, %s and %s add up"
              .formatted(
                  count(audit.checkedObjects(), "object"),
                  count(audit.checkedSlabs(), "slab"),
                  count(audit.checkedPages(), "page")));
    } else {
      page.line("AUDIT: " + count(audit.findings().size(), "finding"));
      audit.findings().stream()
          .limit(FINDINGS_SHOWN)
          .forEach(finding -> page.paragraph("  - ", finding));
      if (audit.findings().size() > FINDINGS_SHOWN) {
        page.line("  and " + (audit.findings().size() - FINDINGS_SHOWN) + " more in result.json");
      }
    }
    if (!audit.leftOut().isEmpty()) {
      page.paragraph("Not audited: ", String.join("; ", audit.leftOut()));
    }
    page.paragraph("Not modelled: ", String.join("; ", run.notModelled()));
    page.line(
        "%s %s operations in %s s, %s/s%s%s [measured]"
            .formatted(
                run.trace() == null ? "Ran" : "Replayed",
                count(timing.operations()),
                seconds(timing.replaySeconds()),
                count((long) timing.operationsPerSecond()),
                afterFirstRound(),
                decoded()));
    page.paragraph(
        "",
        Arrays.stream(Basis.values())
            .map(basis -> "[" + basis + "] " + basis.meaning())
            .collect(Collectors.joining("; ")));
  }

  private String afterFirstRound() {
    return timing.operationsAfterFirstRound() == 0
        ? ""
        : " (after the first round "
            + count((long) timing.operationsAfterFirstRoundPerSecond())
            + "/s)";
  }

  private String decoded() {
    return timing.decodedEvents() == 0
        ? ""
        : "; decoded " + count((long) timing.decodedEventsPerSecond()) + " events/s";
  }

  private static String seconds(double seconds) {
    return String.format(Locale.ROOT, "%.2f", seconds);
  }
}
