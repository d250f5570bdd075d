package org.numaslab.coordinator.topologies;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// The output of `numactl --hardware` (numactl.c, `hardware()` and `print_distances()`).
///
/// ```text
/// available: 2 nodes (0,8)             the numbers may have gaps
/// node 0 cpus: 0 1 2 3                 none: a node without cpus
/// node 0 size: 64309 MB                0: a node without memory; "<not available>": not known
/// node 0 free: 59543 MB                not used
/// ...
/// node distances:                      or: No distance information available.
/// node   0   8
///   0:  10  40
///   8:  40  10
/// ```
public final class NumactlHardware {
  private static final Pattern AVAILABLE =
      Pattern.compile("available: (\\S+) nodes? \\(([^)]*)\\)");
  private static final Pattern NODE = Pattern.compile("node (\\S+) (cpus|size|free):(.*)");
  private static final Pattern COLUMNS = Pattern.compile("node((?:\\s+\\d+)+)");
  private static final Pattern ROW = Pattern.compile("(\\d+):?\\s+(\\S.*)");
  private static final Pattern MEGABYTES = Pattern.compile("(\\S+) MB");
  private static final String NO_DISTANCES = "No distance information available.";

  /// Megabytes of 16 TiB.
  private static final long SIZE_MAX_MB = 16L << 20;

  private enum Part {
    START,
    NODES,
    COLUMNS,
    ROWS
  }

  private final InputText input;
  private final MachineDraft draft;
  private final TreeSet<Integer> listed = new TreeSet<>();
  private final TreeSet<Integer> withCpus = new TreeSet<>();
  private Part part = Part.START;

  private NumactlHardware(InputText input) {
    this.input = input;
    this.draft = new MachineDraft(input.file());
  }

  /// The machine that the text describes.
  static DescribedTopology parse(InputText input) {
    return new NumactlHardware(input).parse();
  }

  private DescribedTopology parse() {
    for (Line line : input.lines()) {
      String text = line.text().strip();
      boolean warning = text.startsWith("libnuma:") || text.startsWith("numactl:");
      if (!text.isEmpty() && !warning) {
        onLine(line, text);
      }
    }
    Line last = input.lines().isEmpty() ? new Line(input.file(), 1, "") : input.lines().getLast();
    if (part == Part.START) {
      throw last.bad(
          "numactl --hardware", "the end of the file", "a line as \"available: 2 nodes (0-1)\"");
    }
    for (int node : listed) {
      if (!withCpus.contains(node)) {
        throw last.bad(
            "node " + node,
            "no line with its cpus",
            "\"node " + node + " cpus:\" for every available node");
      }
    }
    return draft.build(
        List.of(
            "nodes, cpus, memory sizes and distances of "
                + input.file()
                + " (numactl --hardware)"));
  }

  private void onLine(Line line, String text) {
    switch (part) {
      case START -> onAvailable(line, text);
      case NODES -> onNode(line, text);
      case COLUMNS -> onColumns(line, text);
      case ROWS -> onRow(line, text);
    }
  }

  private void onAvailable(Line line, String text) {
    Matcher matcher = AVAILABLE.matcher(text);
    if (!matcher.matches()) {
      throw line.bad("numactl --hardware", text, "a first line as \"available: 2 nodes (0-1)\"");
    }
    int count = line.integer("number of nodes", matcher.group(1), 1, Topology.NODES_MAX);
    listed.addAll(NumberList.parse(line, "node numbers", matcher.group(2), Topology.NODES_MAX - 1));
    if (listed.size() != count) {
      throw line.bad("node numbers", matcher.group(2), count + " of them, as the line says");
    }
    listed.forEach(node -> draft.node(line, node));
    part = Part.NODES;
  }

  private void onNode(Line line, String text) {
    Matcher matcher = NODE.matcher(text);
    if (text.equals("node distances:")) {
      part = Part.COLUMNS;
    } else if (matcher.matches()) {
      int node = line.integer("node number", matcher.group(1), 0, Topology.NODES_MAX - 1);
      if (!listed.contains(node)) {
        throw line.bad("node number", "" + node, "an available node, " + listed);
      }
      String value = matcher.group(3).strip();
      switch (matcher.group(2)) {
        case "cpus" -> onCpus(line, node, value);
        case "size" -> onSize(line, node, value);
        default -> {} // How much is free now does not shape the machine.
      }
    } else if (!text.equals(NO_DISTANCES)) {
      throw line.bad(
          "numactl --hardware",
          text,
          "\"node N cpus: ..\", \"node N size: M MB\", \"node distances:\"");
    }
  }

  private void onCpus(Line line, int node, String value) {
    if (!withCpus.add(node)) {
      throw line.bad("cpus of node " + node, "a second list", "one");
    }
    List<Integer> cpus = new ArrayList<>();
    if (!value.isEmpty()) {
      for (String cpu : value.split("\\s+")) {
        cpus.add(line.integer("cpu of node " + node, cpu, 0, Topology.CPUS_MAX - 1));
      }
    }
    draft.cpus(line, node, cpus);
  }

  private void onSize(Line line, int node, String value) {
    if (value.equals("<not available>")) {
      return;
    }
    Matcher matcher = MEGABYTES.matcher(value);
    if (!matcher.matches()) {
      throw line.bad("size of node " + node, value, "megabytes as \"64309 MB\"");
    }
    long megabytes = line.number("size of node " + node, matcher.group(1), 0, SIZE_MAX_MB);
    draft.frames(line, node, megabytes * (1 << 20) / Topology.PAGE_BYTES);
  }

  private void onColumns(Line line, String text) {
    Matcher matcher = COLUMNS.matcher(text);
    List<Integer> columns = new ArrayList<>();
    if (matcher.matches()) {
      for (String node : matcher.group(1).strip().split("\\s+")) {
        columns.add(line.integer("column of the distances", node, 0, Topology.NODES_MAX - 1));
      }
    }
    if (!columns.equals(List.copyOf(listed))) {
      throw line.bad(
          "columns of the distances", text, "\"node\" and the available nodes, " + listed);
    }
    part = Part.ROWS;
  }

  private void onRow(Line line, String text) {
    Matcher matcher = ROW.matcher(text);
    if (!matcher.matches()) {
      throw line.bad("distances", text, "a row as \"0: 10 21\"");
    }
    int node = line.integer("node number", matcher.group(1), 0, Topology.NODES_MAX - 1);
    draft.distances(line, node, SysfsNodes.distances(line, node, matcher.group(2)));
  }

  /// The machine as numactl would print it, with all memory free.
  public static String format(Topology topology) {
    StringBuilder text = new StringBuilder();
    int nodes = topology.nodeCount();
    text.append("available: ")
        .append(nodes)
        .append(nodes == 1 ? " nodes (0)\n" : " nodes (0-" + (nodes - 1) + ")\n");
    for (int node = 0; node < nodes; node++) {
      NodeId id = new NodeId(node);
      // Rounded to the nearest, so that the page frame 0 that a node lacks does not cost a
      // megabyte.
      long megabytes = (topology.framesOf(id) + 128) / 256;
      text.append("node ").append(node).append(" cpus:");
      for (CpuId cpu : topology.cpusOf(id)) {
        text.append(' ').append(cpu.value());
      }
      text.append("\nnode ").append(node).append(" size: ").append(megabytes).append(" MB\n");
      text.append("node ").append(node).append(" free: ").append(megabytes).append(" MB\n");
    }
    text.append("node distances:\nnode ");
    for (int to = 0; to < nodes; to++) {
      text.append(String.format("%3d ", to));
    }
    for (int from = 0; from < nodes; from++) {
      text.append(String.format("%n%3d: ", from));
      for (int to = 0; to < nodes; to++) {
        text.append(String.format("%3d ", topology.distance(new NodeId(from), new NodeId(to))));
      }
    }
    return text.append('\n').toString();
  }
}
