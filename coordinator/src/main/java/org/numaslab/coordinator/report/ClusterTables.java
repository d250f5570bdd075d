package org.numaslab.coordinator.report;

import static org.numaslab.coordinator.report.Page.count;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.cost.CostSplit;
import org.numaslab.coordinator.experiment.Crossings;
import org.numaslab.coordinator.report.ClusterFigures.Lost;
import org.numaslab.coordinator.report.ClusterFigures.Member;

/// The sections of a summary about several processes; nothing where there was one.
final class ClusterTables {
  /// Machines of more processes or nodes have their tables in result.json only.
  private static final int SHOWN = 8;

  private final ClusterFigures cluster;
  private final RunTiming timing;
  private final Page page;

  private ClusterTables(ClusterFigures cluster, RunTiming timing, Page page) {
    this.cluster = cluster;
    this.timing = timing;
    this.page = page;
  }

  static void write(RunResult run, RunTiming timing, Page page) {
    ClusterFigures cluster = run.cluster();
    if (cluster != null) {
      ClusterTables tables = new ClusterTables(cluster, timing, page);
      tables.links();
      tables.protocol();
      tables.costs();
      tables.lost();
    }
  }

  private void links() {
    page.heading("Messages between processes, through Artery", Basis.MEASURED.toString());
    int nodes = cluster.processes().getFirst().messages().length;
    if (Math.max(nodes, cluster.processes().size()) > SHOWN) {
      page.line("  " + count(nodes) + " nodes: the table is in result.json");
      return;
    }
    List<String> header = new ArrayList<>(List.of("from"));
    for (String what : List.of("to ", "KiB to ")) {
      for (int node = 0; node < nodes; node++) {
        header.add(what + node);
      }
    }
    List<List<String>> rows = new ArrayList<>();
    for (Member process : cluster.processes()) {
      List<String> row = new ArrayList<>(List.of(label(process.nodes())));
      for (int to = 0; to < nodes; to++) {
        row.add(process.nodes().contains(to) ? "-" : count(process.messages()[to]));
      }
      for (int to = 0; to < nodes; to++) {
        row.add(process.nodes().contains(to) ? "-" : count(process.bytes()[to] >> 10));
      }
      rows.add(row);
    }
    page.table(header, rows);
  }

  private static String label(List<Integer> nodes) {
    return (nodes.size() == 1 ? "node " : "nodes ")
        + nodes.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  private void protocol() {
    Crossings tasks = cluster.tasks();
    if (tasks.handedObjects() > 0) {
      page.paragraph(
          "  handed off  ",
          "%s; %s, %s refused and tried again"
              .formatted(
                  count(tasks.handedObjects(), "object"),
                  count(tasks.handOffs(), "message"),
                  count(tasks.refusedHandOffs())));
    }
    List<String> rejected = new ArrayList<>();
    for (Map.Entry<String, Long> reason : cluster.rejections().entrySet()) {
      rejected.add(count(reason.getValue()) + " " + reason.getKey().replace('_', ' '));
    }
    if (cluster.refusedFrames() > 0) {
      rejected.add(count(cluster.refusedFrames()) + " unreadable");
    }
    if (!rejected.isEmpty()) {
      page.paragraph("  no effect   ", String.join(", ", rejected));
    }
    page.paragraph("  ", "proc/ and sys/ are of the whole machine");
  }

  private void costs() {
    CostSplit costs = cluster.costs();
    if (costs != null) {
      CostTables.write(costs, page);
    }
  }

  private void lost() {
    if (cluster.lost().isEmpty()) {
      return;
    }
    page.heading("Members lost, in seconds", Basis.MEASURED.toString());
    List<List<String>> rows = new ArrayList<>();
    for (Lost lost : cluster.lost()) {
      LossTiming times = times(lost);
      rows.add(
          List.of(
              "node " + lost.node(),
              seconds(times == null ? null : times.killedSeconds()),
              seconds(times == null ? null : times.removedSeconds()),
              seconds(times == null ? null : times.killToRemovalSeconds()),
              seconds(times == null ? null : times.removalToReclaimSeconds()),
              seconds(times == null ? null : times.killToReclaimSeconds()),
              lost.unfinished() == null ? "not known" : count(lost.unfinished())));
    }
    page.table(
        List.of(
            "",
            "killed at",
            "removed at",
            "kill to removal",
            "to reclaim",
            "kill to reclaim",
            "undone"),
        rows);
    Crossings tasks = cluster.tasks();
    page.paragraph(
        "  ",
        "%s that they had of others reclaimed; %s lost with their memory or on the way to them; %s"
                .formatted(
                    count(cluster.reclaimed(), "object"),
                    count(tasks.lostObjects(), "object"),
                    count(tasks.lostAllocations(), "object"))
            + " that others waited for never came; %s that they would have freed live on"
                .formatted(count(tasks.keptObjects(), "object")));
  }

  private @Nullable LossTiming times(Lost lost) {
    return timing.lost().stream()
        .filter(t -> t.node() == lost.node() && t.life() == lost.life())
        .findFirst()
        .orElse(null);
  }

  private static String seconds(@Nullable Double seconds) {
    return seconds == null ? "-" : String.format(Locale.ROOT, "%.2f", seconds);
  }
}
