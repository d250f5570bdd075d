package org.numaslab.coordinator.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.MachineState;
import org.numaslab.node.protocol.NodeState;

/// A machine's /proc and /sys at the end of a run, as text by path.
///
/// ```text
/// proc/slabinfo                  Slabinfo
/// proc/{buddyinfo,pagetypeinfo,zoneinfo}, sys/kernel/debug/extfrag/...
///                                ZoneFiles
/// sys/kernel/slab/CACHE/...      CacheFiles; of a cache that others may join sys/kernel/slab/:ID/
/// sys/kernel/slab/NAME           a link to :ID
/// sys/kernel/debug/slab/...      TrackFiles
/// sys/devices/system/node/...    NodeFiles
/// ```
///
/// Formats are those of Linux 6.1. A line or file whose content the machine does not know is left
/// out: there are no made-up figures.
public final class MachineFiles {
  private static final String SLAB = "sys/kernel/slab/";
  private static final String DEBUG = "sys/kernel/debug/slab/";

  private MachineFiles() {}

  /// What one node contributes to those of zones, and its own.
  static Map<String, String> ofNode(
      MachineState machine, NodeState node, LiveNatures natures, NodePages pages) {
    MachineState alone =
        new MachineState(
            machine.topology(),
            machine.memory(),
            List.of(node),
            machine.cpus(),
            machine.registry());
    Map<String, String> files = new LinkedHashMap<>(ZoneFiles.of(alone, natures, pages));
    NodeFiles.of(machine, node.id(), pages)
        .forEach((name, text) -> files.put(folder(node.id().value()) + name, text));
    return files;
  }

  static Map<String, String> of(WholeRun run) {
    Map<String, String> files = new LinkedHashMap<>();
    for (CachePart cache : run.caches()) {
      String folder = SLAB + CacheFiles.kobject(cache.described().directory()) + "/";
      CacheFiles.of(cache).forEach((name, text) -> files.put(folder + name, text));
      String debug = DEBUG + CacheFiles.kobject(cache.name()) + "/";
      TrackFiles.of(run.topology(), cache).forEach((name, text) -> files.put(debug + name, text));
    }
    files.put("proc/slabinfo", Slabinfo.of(run.caches()));
    for (NodePart node : run.nodes()) {
      node.files().forEach((path, text) -> files.merge(path, text, String::concat));
      files.put(
          folder(node.node()) + "numastat", NodeFiles.numastat(run.numaEvents(), node.node()));
    }
    return files;
  }

  private static String folder(int node) {
    return "sys/devices/system/node/node" + node + "/";
  }

  /// The symbolic links beside those files: by path, where each leads to. A merged cache has its
  /// own name and those of its aliases.
  public static Map<String, String> links(WholeRun run) {
    Map<String, String> links = new LinkedHashMap<>();
    for (CachePart cache : run.caches()) {
      String directory = CacheFiles.kobject(cache.described().directory());
      for (String name : cache.described().links()) {
        links.put(SLAB + CacheFiles.kobject(name), directory);
      }
    }
    return links;
  }
}
