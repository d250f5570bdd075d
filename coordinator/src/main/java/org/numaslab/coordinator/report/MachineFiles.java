package org.numaslab.coordinator.report;

import java.util.LinkedHashMap;
import java.util.Map;
import org.numaslab.coordinator.audit.MachineDump;
import org.numaslab.coordinator.driver.MachineState;
import org.numaslab.coordinator.experiment.Experiment;
import org.numaslab.node.cache.KmemCache;

/// A machine's /proc and /sys at the end of a run, as text by path.
///
/// ```text
/// proc/slabinfo                  Slabinfo
/// proc/{buddyinfo,zoneinfo}      ZoneFiles
/// sys/kernel/slab/CACHE/...      CacheFiles
/// sys/kernel/debug/slab/...      TrackFiles
/// sys/devices/system/node/...    NodeFiles
/// ```
///
/// Formats are those of Linux 6.1. A line or file whose content the machine does not know is left
/// out: there are no made-up figures.
public final class MachineFiles {
  private MachineFiles() {}

  /// @param dump of the same machine at the same time
  public static Map<String, String> of(Experiment experiment, MachineDump dump) {
    MachineState machine = experiment.machine().state();
    NodePages pages = NodePages.of(machine, experiment.natures(), dump);
    Map<String, String> files = new LinkedHashMap<>();
    files.put("proc/slabinfo", Slabinfo.of(machine));
    files.put("proc/buddyinfo", ZoneFiles.buddyinfo(machine.topology(), experiment.natures()));
    files.put("proc/zoneinfo", ZoneFiles.zoneinfo(machine.topology(), experiment.natures(), pages));
    for (int i = 0; i < experiment.caches().size(); i++) {
      KmemCache cache = experiment.caches().get(i);
      String folder = "sys/kernel/slab/" + CacheFiles.folder(cache.name()) + "/";
      CacheFiles.of(machine, cache, experiment.recorded(i).orElse(null))
          .forEach((name, text) -> files.put(folder + name, text));
      String debug = "sys/kernel/debug/slab/" + CacheFiles.folder(cache.name()) + "/";
      TrackFiles.of(machine, cache, experiment.endJiffies(), experiment::callSite)
          .forEach((name, text) -> files.put(debug + name, text));
    }
    NumberedNodes.of(machine.topology())
        .forEach(node -> {
          String folder = "sys/devices/system/node/node" + node.value() + "/";
          NodeFiles.of(machine, node, pages)
              .forEach((name, text) -> files.put(folder + name, text));
        });
    return files;
  }
}
