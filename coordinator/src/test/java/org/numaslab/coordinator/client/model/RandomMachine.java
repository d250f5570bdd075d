package org.numaslab.coordinator.client.model;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.driver.Machine;
import org.numaslab.coordinator.driver.embedded.EmbeddedMachine;
import org.numaslab.coordinator.driver.simulate.SimulatedMachine;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SlubDebug;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;
import org.numaslab.node.topology.TopologyBuilder;

/// A machine and a kernel's boot options, all drawn from a seed: up to four nodes, some of them
/// without CPUs or without memory.
record RandomMachine(
    long seed, Driver driver, Topology topology, GeometryOptions boot, boolean initOnAlloc) {
  enum Driver {
    INSTANT,
    DELAYED,
    EMBEDDED
  }

  private static final int TURN = 256;
  private static final long TOUCHED_BYTES_MAX = 512L << 20;
  private static final int FRAMES_PER_MIB = 256;
  private static final String[] DEBUG = {"", "", "", "F", "FZP", "FZPU", "P,kmalloc-*"};

  static RandomMachine of(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Driver driver = Driver.values()[random.nextInt(Driver.values().length)];
    Topology topology = topology(random);
    String debug = DEBUG[random.nextInt(DEBUG.length)];
    GeometryOptions boot =
        new GeometryOptions(
            topology.cpuCount(),
            0,
            random.nextInt(5) == 0 ? 0 : GeometryOptions.SLUB_MAX_ORDER_DEFAULT,
            0,
            debug.isEmpty() ? SlubDebug.NONE : SlubDebug.parse(debug),
            random.nextInt(4) == 0);
    return new RandomMachine(seed, driver, topology, boot, random.nextInt(4) == 0);
  }

  private static Topology topology(SplittableRandom random) {
    TopologyBuilder builder = Topology.builder();
    int nodes = 1 + random.nextInt(4);
    int cpu = 0;
    long frame = 1;
    for (int node = 0; node < nodes; node++) {
      List<CpuId> cpus = new ArrayList<>();
      int count = node == 0 ? 1 + random.nextInt(2) : random.nextInt(3);
      for (int i = 0; i < count; i++) {
        cpus.add(new CpuId(cpu++));
      }
      List<FrameRange> memory = new ArrayList<>();
      if (node == 0 || random.nextInt(5) > 0) {
        long end = frame + (long) FRAMES_PER_MIB * (16 + random.nextInt(48));
        memory.add(FrameRange.between(frame, end));
        frame = end;
      }
      builder.node(new NodeId(node), cpus, memory);
    }
    return builder.build();
  }

  long memoryBytes() {
    long frames = 0;
    for (int node = 0; node < topology.nodeCount(); node++) {
      frames += topology.framesOf(new NodeId(node));
    }
    return frames << Memory.PAGE_SHIFT;
  }

  /// @param natures receives what the machine is made of
  Machine start(List<LiveNatures> natures) {
    Function<Memory, LiveNatures> nature =
        memory -> {
          natures.add(new LiveNatures(topology, memory, seed, RemoteDraw.SEEDED));
          return natures.getLast();
        };
    return switch (driver) {
      case INSTANT -> SimulatedMachine.instant(topology, nature::apply, TOUCHED_BYTES_MAX);
      case DELAYED ->
          SimulatedMachine.delayed(
              topology, nature::apply, TOUCHED_BYTES_MAX, new SplittableRandom(seed));
      case EMBEDDED -> EmbeddedMachine.start(topology, nature::apply, TOUCHED_BYTES_MAX, TURN);
    };
  }

  @Override
  public String toString() {
    return "%s, %s, slub_debug=%s, slub_max_order=%d%s%s"
        .formatted(
            driver,
            topology,
            boot.debug(),
            boot.slubMaxOrder(),
            boot.noMerge() ? ", slab_nomerge" : "",
            initOnAlloc ? ", init_on_alloc=1" : "");
  }
}
