package org.numaslab.coordinator.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.audit.Audit;
import org.numaslab.coordinator.audit.MachineDump.CacheDump;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.driver.Machine;
import org.numaslab.coordinator.driver.MachineLimits;
import org.numaslab.coordinator.experiment.Dumper;
import org.numaslab.coordinator.fault.FaultText;
import org.numaslab.coordinator.fault.Faults;
import org.numaslab.cpu.client.Kthreads;
import org.numaslab.cpu.client.Task;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.Topology;

/// A machine on which allocations are made to fail.
final class FailingMachine implements AutoCloseable {
  private final List<LiveNatures> natures = new ArrayList<>();
  private final Faults faults;
  private final Machine machine;
  private final Kthreads kthreads;

  /// @param slab as `--failslab`, null for no such injection point
  /// @param pages as `--fail-page-alloc`, null for no such injection point
  FailingMachine(
      Machines machines, Topology topology, @Nullable String slab, @Nullable String pages) {
    faults =
        new Faults(
            slab == null ? null : FaultText.failSlab("--failslab", slab),
            pages == null ? null : FaultText.failPageAlloc("--fail-page-alloc", pages));
    List<Machine> made = new ArrayList<>();
    machine =
        machines.start(
            topology,
            memory -> {
              natures.add(
                  new LiveNatures(
                      topology,
                      memory,
                      machines.seed(),
                      RemoteDraw.SEEDED,
                      MachineLimits.of(topology, List.of()),
                      faults,
                      () -> made.getFirst().uptimeNanos(),
                      line -> made.getFirst().kernelLog().print(line)));
              return natures.getFirst();
            });
    made.add(machine);
    kthreads = machine.boot(GeometryOptions.forCpus(topology.cpuCount()), false);
  }

  /// How often the injection points failed.
  long failures() {
    return faults.attrs().mapToLong(attr -> attr.failures()).sum();
  }

  /// Adds a task, which [#run] runs.
  Task add(int cpu, Task.Body body) {
    return kthreads.run(new CpuId(cpu), "test-" + cpu, body);
  }

  /// Runs all tasks to their end.
  ///
  /// @return what the kernel printed
  List<String> run() {
    machine.run(kthreads);
    return machine.kernelLog().take();
  }

  /// What does not add up on the machine at rest, of which tasks hold nothing.
  List<String> findings() {
    List<CacheDump> caches =
        machine.state().registry().caches().stream()
            .map(cache ->
                new CacheDump(
                    cache.id().value(),
                    cache.name(),
                    cache.geometry().size(),
                    cache.geometry().redLeftPad(),
                    0,
                    0))
            .toList();
    return Audit.of(Dumper.dump(machine.state(), natures.getFirst(), caches, Map.of())).findings();
  }

  @Override
  public void close() {
    machine.close();
  }
}
