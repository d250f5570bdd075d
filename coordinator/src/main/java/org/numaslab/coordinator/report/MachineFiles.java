package org.numaslab.coordinator.report;

import java.util.LinkedHashMap;
import java.util.Map;
import org.numaslab.coordinator.audit.MachineDump;
import org.numaslab.coordinator.driver.MachineState;
import org.numaslab.coordinator.experiment.Experiment;
import org.numaslab.coordinator.registry.Registry;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.SharedCache;

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

  private MachineFiles() {}

  /// @param dump of the same machine at the same time
  public static Map<String, String> of(Experiment experiment, MachineDump dump) {
    MachineState machine = experiment.machine().state();
    NodePages pages = NodePages.of(machine, experiment.natures(), dump);
    Map<String, String> files = new LinkedHashMap<>();
    files.put("proc/slabinfo", Slabinfo.of(machine));
    files.putAll(ZoneFiles.of(machine, experiment.natures(), pages));
    for (int i = 0; i < experiment.caches().size(); i++) {
      KmemCache cache = experiment.caches().get(i);
      String directory = machine.registry().shared(cache.id()).directory();
      String folder = SLAB + CacheFiles.kobject(directory) + "/";
      CacheFiles.of(machine, cache, experiment.recorded(i).orElse(null))
          .forEach((name, text) -> files.put(folder + name, text));
      String debug = "sys/kernel/debug/slab/" + CacheFiles.kobject(cache.name()) + "/";
      TrackFiles.of(machine, cache, experiment.endJiffies(), experiment::callSite)
          .forEach((name, text) -> files.put(debug + name, text));
    }
    machine
        .nodeIds()
        .forEach(node -> {
          String folder = "sys/devices/system/node/node" + node.value() + "/";
          NodeFiles.of(machine, node, pages)
              .forEach((name, text) -> files.put(folder + name, text));
        });
    return files;
  }

  /// The symbolic links beside those files: by path, where each leads to. A merged cache has its
  /// own name and those of its aliases.
  public static Map<String, String> links(Experiment experiment) {
    Registry registry = experiment.machine().state().registry();
    Map<String, String> links = new LinkedHashMap<>();
    for (KmemCache cache : experiment.caches()) {
      SharedCache shared = registry.shared(cache.id());
      for (String name : shared.links()) {
        links.put(SLAB + CacheFiles.kobject(name), CacheFiles.kobject(shared.directory()));
      }
    }
    return links;
  }
}
