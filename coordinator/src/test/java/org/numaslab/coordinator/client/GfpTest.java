package org.numaslab.coordinator.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.numaslab.coordinator.driver.Machine;
import org.numaslab.cpu.cache.Mempolicy.Mode;
import org.numaslab.cpu.client.Contents;
import org.numaslab.cpu.client.Kmalloc;
import org.numaslab.cpu.client.Kthreads;
import org.numaslab.cpu.client.Task;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// What the gfp flags change that say where memory comes from and how it is accounted.
@Timeout(60)
class GfpTest {
  private static final long DMA_END = 16 << 20;
  private static final long DMA32_END = 4L << 30;

  /// Node 0 has memory below 4 GiB, node 1 above, node 2 none.
  private static final Topology THREE_ZONES =
      Topology.builder()
          .node(new NodeId(0), List.of(new CpuId(0)), List.of(FrameRange.between(1, 1 << 14)))
          .node(
              new NodeId(1),
              List.of(new CpuId(1)),
              List.of(FrameRange.between(1 << 20, (1 << 20) + (1 << 14))))
          .node(new NodeId(2), List.of(new CpuId(2)), List.of())
          .build();

  /// Runs a task on node 1.
  private static void run(Machines machines, Task.Body body) {
    try (Machine machine = machines.start(THREE_ZONES)) {
      Kthreads kthreads = machine.boot(GeometryOptions.forCpus(3), false);
      kthreads.run(new CpuId(1), "test", body);
      machine.run(kthreads);
    }
  }

  @ParameterizedTest
  @EnumSource
  void dmaIsBelow16Mebibytes(Machines machines) {
    run(
        machines,
        current -> {
          Kmalloc heap = current.kmalloc();
          assertThat(heap.kmalloc(100, Gfp.KERNEL | Gfp.DMA)).isBetween(1L, DMA_END - 1);
          assertThat(heap.kmalloc(64 << 10, Gfp.KERNEL | Gfp.DMA)).isBetween(1L, DMA_END - 1);
          assertThat(heap.kmalloc(100, Gfp.KERNEL)).isGreaterThanOrEqualTo(DMA32_END);
        });
  }

  @ParameterizedTest
  @EnumSource
  void dma32IsBelow4Gibibytes(Machines machines) {
    run(
        machines,
        current -> {
          Kmalloc heap = current.kmalloc();
          assertThat(heap.kmalloc(64 << 10, Gfp.KERNEL | Gfp.DMA32))
              .isBetween(DMA_END, DMA32_END - 1);
          assertThat(heap.kmalloc(64 << 10, Gfp.KERNEL)).isGreaterThanOrEqualTo(DMA32_END);
        });
  }

  @ParameterizedTest
  @EnumSource
  void accountTakesACacheOfItsOwn(Machines machines) {
    run(
        machines,
        current -> {
          Kmalloc heap = current.kmalloc();
          Contents contents = current.contents();
          int plain = contents.find(heap.kmalloc(100, Gfp.KERNEL)).cache();
          int accounted = contents.find(heap.kmalloc(100, Gfp.KERNEL_ACCOUNT)).cache();
          assertThat(accounted).isNotEqualTo(plain);
        });
  }

  @ParameterizedTest
  @EnumSource
  void zeroClears(Machines machines) {
    run(
        machines,
        current -> {
          Kmalloc heap = current.kmalloc();
          long used = heap.kmalloc(64, Gfp.KERNEL);
          current.contents().fill(used, 64, (byte) 0x5a);
          heap.kfree(used);
          long again = heap.kmalloc(64, Gfp.KERNEL | Gfp.ZERO);
          assertThat(again).isEqualTo(used);
          assertThat(current.contents().read(again, 64)).containsOnly(0);
        });
  }

  @ParameterizedTest
  @EnumSource
  void bindDoesNotBindRequestsForLowerZones(Machines machines) {
    run(
        machines,
        current -> {
          assertThat(current.setMempolicy(Mode.BIND, new NodeId(1))).isZero();
          assertThat(current.kmalloc().kmalloc(100, Gfp.KERNEL | Gfp.DMA))
              .isBetween(1L, DMA_END - 1);
        });
  }

  @ParameterizedTest
  @EnumSource
  void aPolicyOfNodesWithoutMemoryIsInvalid(Machines machines) {
    run(
        machines,
        current -> {
          assertThat(current.setMempolicy(Mode.BIND, new NodeId(2))).isEqualTo(-22);
          assertThat(current.setMempolicy(Mode.PREFERRED, new NodeId(2))).isEqualTo(-22);
        });
  }
}
