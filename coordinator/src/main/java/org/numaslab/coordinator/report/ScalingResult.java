package org.numaslab.coordinator.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.numaslab.coordinator.swarm.Scaling;

/// How throughput grows with the number of nodes, as result.json has it. All of it is *modelled*.
///
/// @param command that repeats it
/// @param costs nanoseconds of virtual time that things take
/// @param costsFrom where they come from: assumed, given, or measured on this machine
public record ScalingResult(
    String version, String command, String basis, String costs, String costsFrom, List<Row> rows) {
  /// One cluster.
  ///
  /// @param speedup of the throughput of the same load on one node
  public record Row(
      int nodes,
      int cpus,
      int remotePercent,
      long operations,
      double millionOperationsPerSecond,
      double speedup,
      double remoteShare,
      double messagesPerOperation,
      boolean isClean) {}

  private static final double MILLION = 1e6;

  /// @param rows by load, smallest cluster first
  public static ScalingResult of(
      String version,
      String command,
      String costs,
      String costsFrom,
      List<List<Scaling.Row>> rows) {
    List<Row> all = new ArrayList<>();
    for (List<Scaling.Row> load : rows) {
      double one = load.getFirst().operationsPerSecond();
      for (Scaling.Row row : load) {
        all.add(
            new Row(
                row.nodes(),
                row.cpus(),
                row.remotePercent(),
                row.operations(),
                row.operationsPerSecond() / MILLION,
                row.operationsPerSecond() / one,
                row.remoteShare(),
                row.messagesPerOperation(),
                row.run().isClean()));
      }
    }
    return new ScalingResult(version, command, Basis.MODELLED.toString(), costs, costsFrom, all);
  }

  public boolean isClean() {
    return rows.stream().allMatch(Row::isClean);
  }

  /// For people.
  public String page() {
    Page page = new Page();
    page.heading("Throughput by number of nodes", basis);
    List<List<String>> lines = new ArrayList<>();
    for (Row row : rows) {
      lines.add(
          List.of(
              Page.count(row.nodes),
              Page.count(row.cpus),
              row.remotePercent + " %",
              String.format(Locale.ROOT, "%,.1f", row.millionOperationsPerSecond),
              String.format(Locale.ROOT, "%.2f", row.speedup),
              String.format(Locale.ROOT, "%.2f", row.speedup / row.nodes),
              Page.percent(row.remoteShare),
              String.format(Locale.ROOT, "%.3f", row.messagesPerOperation),
              row.isClean ? "clean" : "VIOLATED"));
    }
    page.table(
        List.of(
            "nodes",
            "cpus",
            "asked remote",
            "M ops/s",
            "speedup",
            "per node",
            "got remote",
            "messages/op",
            "audit"),
        lines);
    page.blank();
    page.line("Costs in ns of virtual time (" + costsFrom + "): " + costs);
    return page.toString();
  }
}
