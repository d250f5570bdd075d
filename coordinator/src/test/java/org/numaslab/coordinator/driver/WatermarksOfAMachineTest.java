package org.numaslab.coordinator.driver;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.driver.simulate.SimulatedMachine;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SlubDebug;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// Cpus' walk over the nodes and the nodes' watermarks together: two nodes of 4 MiB, a cache whose
/// slabs are single pages of one object.
class WatermarksOfAMachineTest {
  private static final CpuId CPU = new CpuId(0);
  private static final int PAGES = 1024;

  private final LiveNatures[] natures = new LiveNatures[1];

  private long free(int node) {
    return natures[0].buddy(new NodeId(node)).freePages();
  }

  @Test
  void kernelRequestsStopAtTheWatermarksAndAtomicOnesGoDeeper() {
    Topology topology = Topology.uniform(2, 1, PAGES << 12);
    CacheGeometry page =
        CacheGeometry.of(
            new CacheRequest("page", 4096, 0, 0, false),
            new GeometryOptions(2, 0, 0, 0, SlubDebug.NONE, false));
    try (SimulatedMachine machine =
        SimulatedMachine.instant(
            topology,
            memory -> natures[0] = new LiveNatures(topology, memory, 1, RemoteDraw.LOST),
            64 << 20)) {
      KmemCache cache = machine.create("page", page, false, null);
      // 90 pages are kept free: 44 and 45, low watermarks a quarter higher.
      takeUntil(() -> free(1) < PAGES, () -> alloc(machine, cache, Gfp.KERNEL));
      assertThat(free(0)).as("node 1 is asked below the low watermark of node 0").isEqualTo(55);
      takeUntil(() -> free(0) < 55, () -> alloc(machine, cache, Gfp.KERNEL));
      assertThat(free(1)).as("both were low before any goes on").isEqualTo(56);

      takeUntil(() -> alloc(machine, cache, Gfp.KERNEL) == 0, () -> {});
      assertThat(free(0)).isEqualTo(44);
      assertThat(free(1)).isEqualTo(45);
      assertThat(alloc(machine, cache, Gfp.NOWAIT)).as("not to wait opens no reserve").isZero();

      takeUntil(() -> alloc(machine, cache, Gfp.ATOMIC) == 0, () -> {});
      assertThat(free(0)).as("half, and a quarter of the rest").isEqualTo(17);
      assertThat(free(1)).isEqualTo(18);
      takeUntil(() -> alloc(machine, cache, Gfp.KERNEL | Gfp.MEMALLOC) == 0, () -> {});
      assertThat(free(0) + free(1)).isZero();
    }
  }

  private static long alloc(SimulatedMachine machine, KmemCache cache, int gfp) {
    return machine.alloc(CPU, cache.id(), NodeId.NONE, gfp);
  }

  private static void takeUntil(BooleanSupplier done, Runnable step) {
    for (int i = 0; !done.getAsBoolean(); i++) {
      assertThat(i).as("more than there is").isLessThan(2 * PAGES);
      step.run();
    }
  }
}
