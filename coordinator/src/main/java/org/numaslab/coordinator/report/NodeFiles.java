package org.numaslab.coordinator.report;

import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.numaslab.coordinator.driver.MachineState;
import org.numaslab.cpu.cache.NumaEvents.Event;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// The files of /sys/devices/system/node/nodeN.
///
/// `numastat` counts the blocks of pages that slabs got, `meminfo` has the lines that slabs and
/// free pages make; there are no other users of memory. Models drivers/base/node.c, v6.1.
final class NodeFiles {
  private static final long PAGE_KIB = Memory.PAGE_BYTES >> 10;

  private NodeFiles() {}

  /// By name, all but numastat.
  static Map<String, String> of(MachineState machine, NodeId node, NodePages pages) {
    Map<String, String> files = new LinkedHashMap<>();
    files.put("cpulist", cpulist(online(machine, node)));
    files.put("distance", distance(machine.topology(), node));
    files.put("meminfo", meminfo(node, pages.of(node)));
    return files;
  }

  private static List<CpuId> online(MachineState machine, NodeId node) {
    return machine.topology().cpusOf(node).stream().filter(machine.registry()::isOnline).toList();
  }

  /// Runs of cpus as `0-1,4`; an empty line for a node without.
  static String cpulist(List<CpuId> cpus) {
    BitSet numbers = new BitSet();
    cpus.forEach(cpu -> numbers.set(cpu.value()));
    return NumberRuns.of(numbers) + "\n";
  }

  private static String distance(Topology topology, NodeId node) {
    return NumberedNodes.of(topology)
        .map(to -> Integer.toString(topology.distance(node, to)))
        .collect(Collectors.joining(" ", "", "\n"));
  }

  private static String meminfo(NodeId node, NodePages.Node pages) {
    Map<String, Long> lines = new LinkedHashMap<>();
    lines.put("MemTotal", pages.managed());
    lines.put("MemFree", pages.free());
    lines.put("MemUsed", pages.managed() - pages.free());
    lines.put("KReclaimable", pages.reclaimable());
    lines.put("Slab", pages.slab());
    lines.put("SReclaimable", pages.reclaimable());
    lines.put("SUnreclaim", pages.unreclaimable());
    return lines.entrySet().stream()
        .map(line ->
            String.format(
                Locale.ROOT,
                "Node %d %-15s %8d kB\n",
                node.value(),
                line.getKey() + ":",
                line.getValue() * PAGE_KIB))
        .collect(Collectors.joining());
  }

  /// @param events by node, of all CPUs of the machine
  static String numastat(Map<Event, long[]> events, int node) {
    StringBuilder text = new StringBuilder();
    events.forEach(
        (event, counts) -> text.append(event.word()).append(' ').append(counts[node]).append('\n'));
    return text.toString();
  }
}
