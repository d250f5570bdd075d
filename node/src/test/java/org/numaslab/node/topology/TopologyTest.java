package org.numaslab.node.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TopologyTest {
  private static final int[][] RECORDED = {
    {10, 16, 22, 22}, {16, 10, 22, 22}, {22, 22, 10, 16}, {22, 22, 16, 10}
  };

  private static List<Integer> order(Topology topology, int node) {
    return topology.fallbackOrder(new NodeId(node)).stream().map(NodeId::value).toList();
  }

  private static TopologyBuilder node(
      TopologyBuilder builder, int node, int cpus, FrameRange... memory) {
    return builder.node(
        new NodeId(node),
        IntStream.range(node * 2, node * 2 + cpus).mapToObj(CpuId::new).toList(),
        List.of(memory));
  }

  @Test
  void theRecordedMachineFallsBackAsItsKernelDid() {
    TopologyBuilder builder = Topology.builder().distances(RECORDED);
    for (int node = 0; node < 4; node++) {
      node(builder, node, 2, new FrameRange(1 + node * 1024L, 1024));
    }
    Topology topology = builder.build();
    assertThat(order(topology, 0)).containsExactly(0, 1, 2, 3);
    assertThat(order(topology, 1)).containsExactly(1, 0, 3, 2);
    assertThat(order(topology, 2)).containsExactly(2, 3, 0, 1);
    assertThat(order(topology, 3)).containsExactly(3, 2, 1, 0);
  }

  @Test
  void aNodeWithoutMemoryIsInNoOrderAndItsCpusTurnToTheNearestThatHasSome() {
    Topology topology =
        node(
                node(node(Topology.builder(), 0, 2, new FrameRange(1, 100)), 1, 2),
                2,
                2,
                new FrameRange(200, 100))
            .distances(new int[][] {{10, 30, 20}, {30, 10, 15}, {20, 15, 10}})
            .build();
    assertThat(order(topology, 0)).containsExactly(0, 2);
    assertThat(order(topology, 1)).containsExactly(2, 0);
    assertThat(topology.hasMemory(new NodeId(1))).isFalse();
    assertThat(topology.memoryNodeOf(new CpuId(2))).isEqualTo(new NodeId(2));
    assertThat(topology.memoryNodeOf(new CpuId(4))).isEqualTo(new NodeId(2));
    assertThat(topology.nodeOf(new CpuId(2))).isEqualTo(new NodeId(1));
  }

  @Test
  void aNodeWithoutCpusGoesBeforeAnEquallyDistantOneWithCpus() {
    TopologyBuilder builder =
        node(node(Topology.builder(), 0, 2, new FrameRange(1, 9)), 1, 2, new FrameRange(10, 10));
    Topology topology = node(builder, 2, 0, new FrameRange(20, 10)).build();
    assertThat(order(topology, 0)).containsExactly(0, 2, 1);
    assertThat(topology.cpusOf(new NodeId(2))).isEmpty();
  }

  @Test
  void anUnreachableNodeComesLastButComes() {
    TopologyBuilder builder =
        node(node(Topology.builder(), 0, 2, new FrameRange(1, 9)), 1, 2, new FrameRange(10, 10));
    Topology topology =
        node(builder, 2, 2, new FrameRange(20, 10))
            .distances(new int[][] {{10, 255, 20}, {255, 10, 20}, {20, 20, 10}})
            .build();
    assertThat(order(topology, 0)).containsExactly(0, 2, 1);
  }

  @Test
  void uniformMemoryLiesEndToEndFromFrameOne() {
    Topology topology = Topology.uniform(4, 2, 1 << 20);
    assertThat(topology.memoryOf(new NodeId(0))).containsExactly(new FrameRange(1, 255));
    assertThat(topology.memoryOf(new NodeId(3))).containsExactly(new FrameRange(768, 256));
    assertThat(topology.spanFrames()).isEqualTo(1024);
    assertThat(topology.cpusOf(new NodeId(1))).containsExactly(new CpuId(2), new CpuId(3));
    assertThat(topology.distance(new NodeId(0), new NodeId(3))).isEqualTo(20);
    assertThat(topology.distance(new NodeId(3), new NodeId(3))).isEqualTo(10);
    assertThat(topology).hasToString("4 nodes, 8 cpus, 3 MiB");
  }

  @Test
  void theGreatestMachineIsBuiltAndItsFramesAreFound() {
    Topology topology = Topology.uniform(1024, 8, 16L << 30);
    assertThat(topology.cpuCount()).isEqualTo(8192);
    assertThat(topology.spanFrames()).isEqualTo(1L << 32);
    assertThat(topology.nodeIndexOfFrame((1L << 32) - 1)).isEqualTo(1023);
    assertThat(topology.fallbackOrder(new NodeId(1023))).hasSize(1024);
  }

  @Test
  void framesOutsideAllMemoryAreNobodys() {
    Topology topology = Topology.uniform(2, 1, 128 << 20);
    assertThat(topology.nodeIndexOfFrame(0)).isEqualTo(-1);
    assertThat(topology.nodeIndexOfFrame(1)).isEqualTo(0);
    assertThat(topology.nodeIndexOfFrame(topology.spanFrames() - 1)).isEqualTo(1);
    assertThat(topology.nodeIndexOfFrame(topology.spanFrames())).isEqualTo(-1);
    assertThat(topology.nodeIndexOfFrame(-1)).isEqualTo(-1);
    assertThat(topology.nodeIndexOfFrame(Long.MAX_VALUE)).isEqualTo(-1);
    assertThat(topology.nodeIndexOfFrame(Long.MIN_VALUE)).isEqualTo(-1);
  }

  @Test
  void adjacentRangesOfANodeAreJoinedAndHolesKept() {
    FrameRange[] ranges = {new FrameRange(300, 10), new FrameRange(1, 99), new FrameRange(100, 50)};
    Topology topology = node(Topology.builder(), 0, 1, ranges).build();
    assertThat(topology.memoryOf(new NodeId(0)))
        .containsExactly(new FrameRange(1, 149), new FrameRange(300, 10));
    assertThat(topology.framesOf(new NodeId(0))).isEqualTo(159);
    assertThat(topology.nodeIndexOfFrame(200)).isEqualTo(-1);
  }

  @Test
  void twoMachinesAreEqualUntilOneThingDiffersAndThatIsNamed() {
    Topology machine = Topology.uniform(2, 2, 1 << 20);
    assertThat(machine)
        .isEqualTo(Topology.uniform(2, 2, 1 << 20))
        .hasSameHashCodeAs(Topology.uniform(2, 2, 1 << 20));
    assertThat(machine.differenceFrom(Topology.uniform(3, 2, 1 << 20)))
        .contains("2 nodes against 3");
    assertThat(machine.differenceFrom(Topology.uniform(2, 3, 1 << 20)))
        .contains("4 cpus against 6");
    assertThat(machine.differenceFrom(Topology.uniform(2, 2, 2 << 20)).orElseThrow())
        .startsWith("memory of node 0");
    TopologyBuilder farther =
        node(
            node(Topology.builder(), 0, 2, new FrameRange(1, 255)), 1, 2, new FrameRange(256, 256));
    assertThat(machine.differenceFrom(farther.distances(new int[][] {{10, 20}, {21, 10}}).build()))
        .contains("distance from node 1 to node 0 20 against 21");
  }

  @Test
  void zonesFollowFromTheAddress() {
    assertThat(ZoneType.of(4095)).isEqualTo(ZoneType.DMA);
    assertThat(ZoneType.of(4096)).isEqualTo(ZoneType.DMA32);
    assertThat(ZoneType.of((1 << 20) - 1)).isEqualTo(ZoneType.DMA32);
    assertThat(ZoneType.of(1 << 20)).isEqualTo(ZoneType.NORMAL);
    for (ZoneType zone : ZoneType.values()) {
      assertThat(ZoneType.of(zone.firstFrame())).isEqualTo(zone);
      assertThat(ZoneType.of(zone.endFrame() - 1)).isEqualTo(zone);
    }
  }
}
