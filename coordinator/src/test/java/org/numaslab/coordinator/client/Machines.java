package org.numaslab.coordinator.client;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.driver.Machine;
import org.numaslab.coordinator.driver.embedded.EmbeddedMachine;
import org.numaslab.coordinator.driver.simulate.SimulatedMachine;
import org.numaslab.cpu.client.Kthreads;
import org.numaslab.cpu.client.Task;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.Topology;

/// Where a test of the API runs: every driver, the simulated one with three seeds, with instant and
/// with delayed delivery.
enum Machines {
  INSTANT_1(1, true),
  INSTANT_2(2, true),
  INSTANT_3(3, true),
  DELAYED_1(1, false),
  DELAYED_2(2, false),
  DELAYED_3(3, false),
  EMBEDDED(1, false);

  /// Two nodes of two cpus with 64 MiB each.
  static final Topology TWO_NODES = Topology.uniform(2, 2, 64 << 20);

  private static final long TOUCHED_BYTES_MAX = 256 << 20;
  private static final int TURN = 256;

  private final long seed;
  private final boolean isInstant;

  Machines(long seed, boolean isInstant) {
    this.seed = seed;
    this.isInstant = isInstant;
  }

  static Stream<Machines> simulated() {
    return Stream.of(values()).filter(machine -> machine != EMBEDDED);
  }

  Machine start(Topology topology) {
    return start(topology, memory -> new LiveNatures(topology, memory, seed, RemoteDraw.SEEDED));
  }

  /// The same.
  ///
  /// @param natures given the machine's memory
  Machine start(Topology topology, Function<Memory, LiveNatures> natures) {
    return switch (this) {
      case EMBEDDED -> EmbeddedMachine.start(topology, natures::apply, TOUCHED_BYTES_MAX, TURN);
      default ->
          isInstant
              ? SimulatedMachine.instant(topology, natures::apply, TOUCHED_BYTES_MAX)
              : SimulatedMachine.delayed(
                  topology, natures::apply, TOUCHED_BYTES_MAX, new SplittableRandom(seed));
    };
  }

  /// Of what the machine draws.
  long seed() {
    return seed;
  }

  /// Runs one task on cpu 0 of a machine of two nodes.
  ///
  /// @return what the kernel printed
  List<String> run(Task.Body body) {
    return runAll(List.of(body));
  }

  /// Runs a task on each of the first CPUs of a machine of two nodes.
  ///
  /// @return what the kernel printed
  List<String> runAll(List<Task.Body> bodies) {
    try (Machine machine = start(TWO_NODES)) {
      Kthreads kthreads = machine.boot(GeometryOptions.forCpus(TWO_NODES.cpuCount()), false);
      for (int cpu = 0; cpu < bodies.size(); cpu++) {
        kthreads.run(new CpuId(cpu), "test-" + cpu, bodies.get(cpu));
      }
      machine.run(kthreads);
      return machine.kernelLog().take();
    }
  }
}
