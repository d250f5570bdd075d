package org.numaslab.coordinator.report;

import static org.numaslab.coordinator.report.Page.count;
import static org.numaslab.coordinator.report.Page.mebibytes;
import static org.numaslab.coordinator.report.Page.percent;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// A run on one page, for a person with half a minute.
public final class Summary {
  private static final int CACHES_SHOWN = 6;
  private static final int NODES_SHOWN = 8;
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
    summary.lostEvents();
    summary.setup();
    summary.events();
    summary.paths();
    summary.placement();
    summary.messages();
    summary.memory();
    summary.caches();
    summary.audit();
    return summary.page.toString();
  }

  private void lostEvents() {
    TraceFigures trace = run.trace();
    if (trace.isIncomplete()) {
      long lost = trace.lostEvents() + trace.overwrittenEvents();
      String marks = trace.lostMarks() == 0 ? "" : " at " + trace.lostMarks() + " places";
      page.paragraph(
          "LOST: ",
          (lost > 0 ? count(lost) + " events" : "an unknown number of events")
              + " lost by the tracer"
              + marks
              + "; some allocations and frees do not find each other");
    }
  }

  private void setup() {
    Setup setup = run.setup();
    page.format(
        "numaslab run of %s on %d nodes with %d cpus",
        setup.trace(), setup.topology().nodes().size(), setup.topology().cpus());
    page.paragraph(
        "",
        "driver %s, order %s, seed %d, remote draw %s, init_on_alloc %s%s"
            .formatted(
                setup.driver(),
                setup.order(),
                setup.seed(),
                setup.remoteDraw(),
                setup.initOnAlloc() ? "on" : "off",
                setup.filter().equals(Setup.ALL_EVENTS) ? "" : ", only " + setup.filter()));
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

  private void events() {
    TraceFigures trace = run.trace();
    page.heading("Events of the trace", Basis.MEASURED.toString());
    page.paragraph(
        "  replayed   ",
        "%s of %s events%s: %s allocations, %s frees (%s on another cpu)%s; %s objects live at the end"
            .formatted(
                count(trace.allocations() + trace.frees()),
                count(trace.slabEvents()),
                run.setup().repeat() > 1 ? ", " + run.setup().repeat() + " times" : "",
                count(trace.allocations()),
                count(trace.frees()),
                count(trace.freesOnAnotherCpu()),
                trace.unseenFrees() == 0
                    ? ""
                    : ", and " + count(trace.unseenFrees()) + " frees that no event tells of",
                count(trace.liveAtEnd())));
    if (!trace.setAside().isEmpty()) {
      page.paragraph("  set aside  ", setAside(trace));
    }
    List<String> others = new ArrayList<>();
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

  private void paths() {
    page.heading(
        "Allocations by the path that served them",
        timing.latencies().isEmpty()
            ? Basis.MODELLED.toString()
            : Basis.MODELLED + "; waiting times, in microseconds: " + Basis.MEASURED);
    Map<String, RunTiming.Latency> latencies = new HashMap<>();
    timing.latencies().forEach(latency -> latencies.put(latency.path(), latency));
    List<String> header = new ArrayList<>(List.of("path", "count", "share", "waited"));
    if (!latencies.isEmpty()) {
      header.addAll(List.of("p50", "p99", "max"));
    }
    List<List<String>> rows = new ArrayList<>();
    for (PathFigures path : run.paths()) {
      if (path.isFailure() && path.allocations() == 0) {
        continue;
      }
      List<String> row =
          new ArrayList<>(
              List.of(
                  path.path().replace('_', ' '),
                  count(path.allocations()),
                  percent(path.share()),
                  count(path.waited())));
      if (!latencies.isEmpty()) {
        RunTiming.Latency latency = latencies.get(path.path());
        row.add(latency == null ? "-" : micros(latency.p50Nanos()));
        row.add(latency == null ? "-" : micros(latency.p99Nanos()));
        row.add(latency == null ? "-" : micros(latency.maxNanos()));
      }
      row.add(path.meaning());
      rows.add(row);
    }
    page.table(header, rows);
  }

  private static String micros(long nanos) {
    return String.format(Locale.ROOT, nanos < 100_000 ? "%.1f" : "%,.0f", nanos / 1e3);
  }

  private void placement() {
    PlacementFigures placement = run.placement();
    long[][] homes = placement.byCpuNodeAndHome();
    page.heading(
        "Allocations by the cpu's node (rows) and the object's home", Basis.MODELLED.toString());
    if (homes.length <= NODES_SHOWN) {
      List<String> header = new ArrayList<>(List.of("cpus of"));
      List<List<String>> rows = new ArrayList<>();
      for (int from = 0; from < homes.length; from++) {
        header.add("node " + from);
        List<String> row = new ArrayList<>(List.of("node " + from));
        long away = 0;
        long all = 0;
        for (int home = 0; home < homes.length; home++) {
          row.add(count(homes[from][home]));
          all += homes[from][home];
          away += home == from ? 0 : homes[from][home];
        }
        row.add(percent(Share.of(away, all)));
        rows.add(row);
      }
      header.add("off node");
      page.table(header, rows);
    } else {
      page.format("  %d nodes: the table is in result.json", homes.length);
    }
    Double recorded = placement.recordedOffNodeShare();
    page.format(
        "  off-node share of allocations that name no node: %s [modelled], %s",
        percent(placement.offNodeShare()),
        recorded == null
            ? "recorded: not known without the kernel's folder"
            : percent(recorded) + " recorded [measured]");
  }

  private void messages() {
    MessageFigures messages = run.messages();
    page.heading(
        "Messages from cpus to nodes; on the own node each is a list_lock taken",
        Basis.MODELLED.toString());
    List<String> header = new ArrayList<>(List.of(""));
    List<String> own = new ArrayList<>(List.of("own node"));
    List<String> cross = new ArrayList<>(List.of("cross-node"));
    for (MessageFigures.Kind kind : messages.kinds()) {
      header.add(kind.kind().replace('_', ' '));
      own.add(count(kind.ownNode()));
      cross.add(count(kind.crossNode()));
    }
    header.add("all");
    own.add(count(messages.ownNode()));
    cross.add(count(messages.crossNode()));
    page.table(header, List.of(own, cross));
  }

  private void memory() {
    MemoryFigures memory = run.memory();
    page.heading("Memory at the end", Basis.MODELLED.toString());
    page.format(
        "  %s slabs, %s pages, %s; %s live objects fill %s of it; %s touched in all",
        count(memory.slabs()),
        count(memory.pages()),
        mebibytes(memory.slabBytes()),
        count(memory.liveObjects()),
        percent(memory.utilisation()),
        mebibytes(memory.touchedBytes()));
    if (memory.nodes().size() <= NODES_SHOWN) {
      List<List<String>> rows = new ArrayList<>();
      for (MemoryFigures.Node node : memory.nodes()) {
        String label = "node " + node.node();
        for (MemoryFigures.Zone zone : node.buddyinfo()) {
          rows.add(
              List.of(
                  label,
                  label.isEmpty() ? "" : count(node.slabs()),
                  label.isEmpty() ? "" : count(node.pages()),
                  zone.zone(),
                  zone.freeBlocks().stream()
                      .map(blocks -> String.format(Locale.ROOT, "%4d", blocks))
                      .collect(Collectors.joining(" "))));
          label = "";
        }
      }
      page.table(
          List.of("", "slabs", "pages", "zone", "free blocks by order, 0 to 10 (buddyinfo)"), rows);
    }
  }

  private void caches() {
    page.heading(
        "Caches that hold most; active: as slabinfo counts, with what cpus keep; live: true",
        Basis.MODELLED.toString());
    List<List<String>> rows = new ArrayList<>();
    run.caches().stream()
        .sorted(Comparator.comparingLong(CacheFigures::slabBytes).reversed())
        .limit(CACHES_SHOWN)
        .forEach(cache ->
            rows.add(
                List.of(
                    cache.name(),
                    count(cache.objects()),
                    count(cache.active()),
                    percent(Share.of(cache.active(), cache.objects())),
                    count(cache.live()),
                    percent(Share.of(cache.live(), cache.objects())),
                    count(cache.slotBytes()),
                    count(cache.slabs()),
                    mebibytes(cache.slabBytes()))));
    page.table(
        List.of("cache", "objects", "active", "", "live", "", "slot bytes", "slabs", "memory"),
        rows);
  }

  private void audit() {
    page.blank();
    AuditFigures audit = run.audit();
    if (audit.clean()) {
      page.format(
          "Audit: clean; %s objects, %s slabs and %s pages add up",
          count(audit.checkedObjects()), count(audit.checkedSlabs()), count(audit.checkedPages()));
    } else {
      page.format("AUDIT: %d findings", audit.findings().size());
      audit.findings().stream()
          .limit(FINDINGS_SHOWN)
          .forEach(finding -> page.paragraph("  - ", finding));
      if (audit.findings().size() > FINDINGS_SHOWN) {
        page.format("  and %d more in result.json", audit.findings().size() - FINDINGS_SHOWN);
      }
    }
    page.paragraph("Not modelled: ", String.join("; ", run.notModelled()));
    page.format(
        "Replayed %s operations in %.2f s, %s per second [measured]",
        count(timing.operations()),
        timing.replaySeconds(),
        count((long) timing.operationsPerSecond()));
    page.paragraph(
        "",
        Arrays.stream(Basis.values())
            .map(basis -> "[" + basis + "] " + basis.meaning())
            .collect(Collectors.joining("; ")));
  }
}
