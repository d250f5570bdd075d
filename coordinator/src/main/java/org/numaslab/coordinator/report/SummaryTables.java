package org.numaslab.coordinator.report;

import static org.numaslab.coordinator.report.Page.bytes;
import static org.numaslab.coordinator.report.Page.count;
import static org.numaslab.coordinator.report.Page.percent;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The tables of a summary.
final class SummaryTables {
  private static final int CACHES_SHOWN = 6;
  private static final int CACHES_COMPARED = 4;

  /// Machines with more nodes have their tables in result.json only.
  private static final int NODES_SHOWN = 8;

  /// The largest order that slabs have by default (slub_max_order).
  private static final int LARGE_SLAB_ORDER = 3;

  private final RunResult run;
  private final RunTiming timing;
  private final Page page;

  private SummaryTables(RunResult run, RunTiming timing, Page page) {
    this.run = run;
    this.timing = timing;
    this.page = page;
  }

  static void write(RunResult run, RunTiming timing, Page page) {
    SummaryTables tables = new SummaryTables(run, timing, page);
    tables.paths();
    tables.placement();
    tables.messages();
    tables.memory();
    tables.caches();
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
      page.line("  " + homes.length + " nodes: the table is in result.json");
    }
    Double recorded = placement.recordedOffNodeShare();
    page.line(
        "  off-node share of allocations for any node: "
            + percent(placement.offNodeShare())
            + " [modelled], "
            + (recorded == null
                ? "recorded not known"
                : percent(recorded) + " recorded [measured]"));
    comparison(placement.comparison());
  }

  /// What the recording says of the same allocations, cache by cache, those that differ most first.
  private void comparison(PlacementFigures.@Nullable Comparison comparison) {
    if (comparison == null) {
      return;
    }
    if (!comparison.setAside().isEmpty()) {
      page.paragraph(
          "  ",
          "%s, %s recorded without %s: more than %.0f %% of their frees find no allocation"
              .formatted(
                  percent(comparison.offNodeShare()),
                  percent(comparison.recordedOffNodeShare()),
                  String.join(", ", comparison.setAside()),
                  100 * PlacementFigures.UNMATCHED_MAX));
    }
    List<CacheFigures> different =
        run.caches().stream()
            .filter(cache -> difference(cache) > 0)
            .sorted(Comparator.comparingLong(SummaryTables::difference).reversed())
            .limit(CACHES_COMPARED)
            .toList();
    if (!different.isEmpty()) {
      List<List<String>> rows = new ArrayList<>();
      for (CacheFigures cache : different) {
        rows.add(
            List.of(
                cache.name(),
                count(cache.anyNode()),
                percent(cache.offNodeShare()),
                percent(Share.of(cache.recordedOffNode(), cache.recordedAnyNode())),
                percent(cache.unmatchedShare())));
      }
      page.table(
          List.of("differ most", "allocations", "off node", "recorded", "frees without allocation"),
          rows);
    }
  }

  private static long difference(CacheFigures cache) {
    return Math.abs(cache.offNode() - cache.recordedOffNode());
  }

  private void messages() {
    MessageFigures messages = run.messages();
    page.heading(
        "Messages from cpus to nodes; on the own node each is a list_lock taken",
        Basis.MODELLED.toString());
    List<String> header = new ArrayList<>(List.of(""));
    List<String> own = new ArrayList<>(List.of("own node"));
    List<String> cross = new ArrayList<>(List.of("cross-node"));
    for (MessageFigures.Kind kind : messages.sent()) {
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
    page.heading(
        "Memory at the end; unusable: free, but too small for order " + LARGE_SLAB_ORDER,
        Basis.MODELLED.toString());
    page.paragraph(
        "  ",
        "%s in %s, %s; %s, %s of it; %s touched"
            .formatted(
                count(memory.slabs(), "slab"),
                count(memory.pages(), "page"),
                bytes(memory.slabBytes()),
                count(memory.liveObjects(), "live object"),
                percent(memory.utilisation()),
                bytes(memory.touchedBytes())));
    long mixed = memory.nodes().stream().mapToLong(MemoryFigures.Node::fallbackSteals).sum();
    if (mixed > 0) {
      page.paragraph("  ", count(mixed, "page request") + " mixed migrate types in a pageblock");
    }
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
                      .collect(Collectors.joining(" ")),
                  percent(zone.unusableIndex().get(LARGE_SLAB_ORDER))));
          label = "";
        }
      }
      page.table(
          List.of(
              "",
              "slabs",
              "pages",
              "zone",
              "free blocks by order, 0 to 10 (buddyinfo)",
              "unusable"),
          rows);
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
                    bytes(cache.slabBytes()))));
    page.table(
        List.of("cache", "objects", "active", "", "live", "", "slot bytes", "slabs", "memory"),
        rows);
  }
}
