package org.numaslab.deploy;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.experiment.RandomLoad;
import org.numaslab.coordinator.experiment.ReplaySettings;
import org.numaslab.coordinator.registry.RunCaches;
import org.numaslab.coordinator.report.Setup;
import org.numaslab.coordinator.topologies.DescribedTopology;
import org.numaslab.coordinator.topologies.KernelDirectory;
import org.numaslab.coordinator.topologies.Topologies;
import org.numaslab.node.topology.Topology;

/// The machine of a load without a trace: a kernel folder's, the one that was asked for, or
/// [#TOPOLOGY_DEFAULT].
///
/// @param kernel null without a kernel's folder
record LoadInputs(
    @Nullable KernelDirectory kernel, Topology topology, List<String> used, List<String> assumed) {
  static final String TOPOLOGY_DEFAULT = "4x2";

  static LoadInputs read(MachineOptions machine) {
    List<String> used = new ArrayList<>();
    List<String> assumed = new ArrayList<>();
    DescribedTopology described = RunInputs.described(machine);
    KernelDirectory kernel = RunInputs.kernel(machine);
    RunInputs.use(kernel, machine, described, used, assumed);
    if (kernel != null) {
      return new LoadInputs(kernel, kernel.topology(), used, assumed);
    }
    if (described == null) {
      assumed.add("no kernel folder and no --topology: " + TOPOLOGY_DEFAULT);
      described = Topologies.parse(TOPOLOGY_DEFAULT);
    }
    used.addAll(described.used());
    assumed.addAll(described.assumed());
    return new LoadInputs(null, described.topology(), used, assumed);
  }

  /// The caches of the load.
  ///
  /// @param count where there is no kernel's folder
  RunCaches caches(ReplaySettings settings, int count) {
    return RandomLoad.caches(topology, kernel, settings, count);
  }

  Setup setup(String load, ReplaySettings settings, MachineOptions machine, List<String> more) {
    List<String> allAssumed = new ArrayList<>(assumed);
    allAssumed.addAll(more);
    return Setup.of(
        load,
        kernel == null ? MachineOptions.NO_KERNEL : kernel.folder().toString(),
        Setup.ALL_EVENTS,
        settings,
        machine.writes(),
        machine.writesAfter(),
        topology,
        used,
        allAssumed);
  }
}
