package org.numaslab.coordinator.topologies;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.numaslab.coordinator.topologies.DescribedTopology.Given;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.Topology;

/// What a person may write for a machine.
///
/// | text       | means                                                                                     |
/// |------------|-------------------------------------------------------------------------------------------|
/// | `4x2`      | 4 nodes with 2 cpus each, 2 GiB per node                                                  |
/// | `4x2:8G`   | the same with 8 GiB per node; K, M, G or T                                                |
/// | a file     | output of `numactl --hardware`                                                            |
/// | a folder   | /sys/devices/system/node or a copy, `nodeN/cpulist` or `nodeN.cpulist`; or one that has it as `node/` |
public final class Topologies {
  private static final Pattern COUNTS = Pattern.compile("(-?\\d+)x(-?\\d+)(?::(.*))?");
  private static final Pattern SIZE =
      Pattern.compile("(\\d{1,18})([KMGT])", Pattern.CASE_INSENSITIVE);
  private static final String ALLOWED =
      "NODESxCPUS[:MEMORY] as 4x2:8G, a file with the output of numactl --hardware, or a folder as /sys/devices/system/node";

  private Topologies() {}

  /// The machine that `text` names.
  public static DescribedTopology parse(String text) {
    Matcher counts = COUNTS.matcher(text.strip());
    if (counts.matches()) {
      return uniform(text, counts);
    }
    Path path = path(text);
    if (Files.isDirectory(path)) {
      return SysfsNodes.parse(
          !SysfsNodes.isOne(path) && SysfsNodes.isOne(path.resolve("node"))
              ? path.resolve("node")
              : path);
    }
    if (!Files.exists(path)) {
      throw new BadInput(
          "topology: got " + Line.shown(text) + ", which is no file, allowed: " + ALLOWED);
    }
    return NumactlHardware.parse(InputText.read(path));
  }

  private static Path path(String text) {
    if (text.isBlank()) {
      throw new BadInput("topology: got " + Line.shown(text) + ", allowed: " + ALLOWED);
    }
    try {
      return Path.of(text);
    } catch (InvalidPathException impossible) {
      throw new BadInput("topology: got " + Line.shown(text) + ", allowed: " + ALLOWED, impossible);
    }
  }

  private static DescribedTopology uniform(String text, Matcher counts) {
    int nodes = count("nodes", counts.group(1), Topology.NODES_MAX);
    int cpusPerNode = count("cpus per node", counts.group(2), Topology.CPUS_MAX / nodes);
    String size = counts.group(3);
    long bytes = size == null ? MachineDraft.BYTES_PER_NODE_ASSUMED : bytes(size);
    Topology topology = Topology.uniform(nodes, cpusPerNode, bytes);
    String distances =
        nodes == 1 ? "" : "distance " + Topology.DISTANCE_REMOTE + " between any two nodes, ";
    String assumed =
        distances
            + "memory end to end"
            + (size == null ? ", " + (bytes >> 30) + " GiB per node" : "");
    Set<Given> given = size == null ? Set.of() : Set.of(Given.MEMORY_SIZES);
    return new DescribedTopology(
        topology, given, List.of("topology " + text.strip() + ": " + topology), List.of(assumed));
  }

  private static int count(String what, String digits, int max) {
    long count = digits.length() > 12 ? Long.MAX_VALUE : Long.parseLong(digits);
    if (count < 1 || count > max) {
      throw new BadInput(
          "topology: number of " + what + ": got " + Line.shown(digits) + ", allowed: 1.." + max);
    }
    return (int) count;
  }

  private static long bytes(String size) {
    Matcher matcher = SIZE.matcher(size);
    if (matcher.matches()) {
      int shift =
          switch (matcher.group(2)) {
            case "K", "k" -> 10;
            case "M", "m" -> 20;
            case "G", "g" -> 30;
            default -> 40;
          };
      long number = Long.parseLong(matcher.group(1));
      if (number >= 1 && number <= Long.MAX_VALUE >> shift) {
        return number << shift;
      }
    }
    throw new BadInput(
        "topology: memory per node: got "
            + Line.shown(size)
            + ", allowed: a size as 8G (K, M, G, T), at most 16T in all");
  }
}
