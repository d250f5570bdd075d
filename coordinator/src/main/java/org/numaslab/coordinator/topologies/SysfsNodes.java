package org.numaslab.coordinator.topologies;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.Topology;

/// The folder /sys/devices/system/node, or a copy: `nodeN/cpulist`, or, as one flat folder,
/// `nodeN.cpulist`.
///
/// | file     | content                                   | absent                                 |
/// |----------|-------------------------------------------|----------------------------------------|
/// | cpulist  | 0-3,8; empty for a node without cpus      | bad input                              |
/// | distance | 10 21: one per node that is there, in order | on all nodes: 20; on some: bad input |
/// | meminfo  | Node 0 MemTotal: 2030272 kB               | 2 GiB                                  |
final class SysfsNodes {
  private static final Pattern NODE_NAME = Pattern.compile("node(\\d+)(?:\\.cpulist(?:\\.gz)?)?");
  private static final Pattern MEM_TOTAL = Pattern.compile("Node (\\d+) MemTotal:\\s+(\\S+) kB");

  /// Kilobytes of 16 TiB.
  private static final long KILOBYTES_MAX = 16L << 30;

  private final Path folder;
  private final MachineDraft draft;

  private SysfsNodes(Path folder) {
    this.folder = folder;
    this.draft = new MachineDraft(folder.toString());
  }

  /// Is this a folder of the kind?
  static boolean isOne(Path folder) {
    return Files.isDirectory(folder) && !nodeNumbers(folder).isEmpty();
  }

  /// The machine that the folder describes.
  static DescribedTopology parse(Path folder) {
    return draft(folder).build(List.of("cpus, memory sizes and distances of " + folder));
  }

  /// The same, for somebody who knows more of it.
  static MachineDraft draft(Path folder) {
    return new SysfsNodes(folder).read();
  }

  private MachineDraft read() {
    TreeSet<Integer> nodes = nodeNumbers(folder);
    if (nodes.isEmpty()) {
      throw new BadInput(
          folder
              + ": no file node0/cpulist or node0.cpulist, allowed: a folder as /sys/devices/system/node");
    }
    for (int node : nodes) {
      InputText cpulist = InputText.read(file(node, "cpulist"));
      Line line = onlyLine(cpulist);
      draft.cpus(
          line,
          node,
          NumberList.parse(line, "cpus of node " + node, line.text(), Topology.CPUS_MAX - 1));
      InputText.readIfPresent(file(node, "meminfo")).ifPresent(meminfo -> onMeminfo(meminfo, node));
    }
    for (int node : nodes) {
      InputText.readIfPresent(file(node, "distance"))
          .map(SysfsNodes::onlyLine)
          .ifPresent(line -> draft.distances(line, node, distances(line, node, line.text())));
    }
    return draft;
  }

  private void onMeminfo(InputText meminfo, int node) {
    for (Line line : meminfo.lines()) {
      Matcher matcher = MEM_TOTAL.matcher(line.text().strip());
      if (matcher.matches()) {
        if (line.integer("node number", matcher.group(1), 0, Topology.NODES_MAX - 1) != node) {
          throw line.bad("node number", matcher.group(1), "" + node + ", as the file's name says");
        }
        draft.frames(
            line,
            node,
            line.number("MemTotal of node " + node, matcher.group(2), 0, KILOBYTES_MAX) / 4);
        return;
      }
    }
    throw new BadInput(
        meminfo.file()
            + ": no MemTotal, allowed: a line as \"Node "
            + node
            + " MemTotal: 2030272 kB\"");
  }

  /// A row of distances; that they are possible ones is checked when all are known.
  static int[] distances(Line line, int node, String text) {
    String[] words = text.strip().split("\\s+");
    int[] distances = new int[words.length];
    for (int i = 0; i < words.length; i++) {
      distances[i] =
          line.integer(
              "distance from node " + node,
              words[i],
              Topology.DISTANCE_LOCAL,
              Topology.DISTANCE_MAX);
    }
    return distances;
  }

  private static Line onlyLine(InputText input) {
    List<Line> lines = input.lines();
    if (lines.size() > 1) {
      throw lines
          .get(1)
          .bad("a file of one line", lines.get(1).text(), "nothing after the first line");
    }
    return lines.isEmpty() ? new Line(input.file(), 1, "") : lines.getFirst();
  }

  private Path file(int node, String name) {
    Path nested = folder.resolve("node" + node);
    return Files.isDirectory(nested)
        ? nested.resolve(name)
        : folder.resolve("node" + node + "." + name);
  }

  private static TreeSet<Integer> nodeNumbers(Path folder) {
    TreeSet<Integer> numbers = new TreeSet<>();
    try (Stream<Path> entries = Files.list(folder)) {
      entries.forEach(entry -> {
        Matcher matcher = NODE_NAME.matcher(String.valueOf(entry.getFileName()));
        boolean flat = matcher.matches() && matcher.group().contains(".");
        if (matcher.matches() && (flat || Files.isDirectory(entry))) {
          numbers.add(nodeNumber(folder, matcher.group(1)));
        }
      });
    } catch (IOException unreadable) {
      throw new BadInput(
          folder + ": cannot be read: " + unreadable.getClass().getSimpleName(), unreadable);
    }
    return numbers;
  }

  private static int nodeNumber(Path folder, String digits) {
    if (digits.length() > 4 || Integer.parseInt(digits) >= Topology.NODES_MAX) {
      throw new BadInput(
          folder
              + ": node number: got "
              + Line.shown(digits)
              + ", allowed: 0.."
              + (Topology.NODES_MAX - 1));
    }
    return Integer.parseInt(digits);
  }
}
