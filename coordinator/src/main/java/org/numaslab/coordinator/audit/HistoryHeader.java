package org.numaslab.coordinator.audit;

import java.util.List;
import java.util.regex.Pattern;

/// What the first line of a history says: of which run it is.
///
/// @param version of numaslab
/// @param nodeOfCpu the node of each cpu
public record HistoryHeader(long seed, String version, int nodes, List<Integer> nodeOfCpu) {
  /// More than a kernel for x86-64 can have (MAX_NUMNODES, NR_CPUS): a larger one is no machine.
  static final int NODES_MAX = 1024;

  static final int CPUS_MAX = 8192;

  /// A word that stays one: printable ASCII, no blank.
  static final Pattern VERSION = Pattern.compile("[!-~]{1,64}");

  /// @throws IllegalArgumentException for one that could not be read again
  public HistoryHeader {
    nodeOfCpu = List.copyOf(nodeOfCpu);
    int count = nodes;
    if (!VERSION.matcher(version).matches()
        || nodes < 1
        || nodes > NODES_MAX
        || nodeOfCpu.isEmpty()
        || nodeOfCpu.size() > CPUS_MAX
        || nodeOfCpu.stream().anyMatch(node -> node < 0 || node >= count)) {
      throw new IllegalArgumentException(
          "no header of a history: version '%s', %d nodes, cpus of nodes %s"
              .formatted(version, nodes, nodeOfCpu));
    }
  }

  public int cpus() {
    return nodeOfCpu.size();
  }

  /// As [HistoryAudit] takes it.
  public int[] nodeOfCpuArray() {
    return nodeOfCpu.stream().mapToInt(Integer::intValue).toArray();
  }
}
