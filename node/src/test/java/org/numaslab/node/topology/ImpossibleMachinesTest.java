package org.numaslab.node.topology;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Each machine that cannot be is refused with one line that says what, where, got and allowed.
class ImpossibleMachinesTest {
  private static TopologyBuilder two() {
    return Topology.builder("numa.txt")
        .at("numa.txt:1")
        .node(new NodeId(0), cpus(0), frames(1, 9))
        .at("numa.txt:2")
        .node(new NodeId(1), cpus(1), frames(10, 10))
        .at("numa.txt:3");
  }

  private static List<CpuId> cpus(int... numbers) {
    return Arrays.stream(numbers).mapToObj(CpuId::new).toList();
  }

  private static List<FrameRange> frames(long start, long count) {
    return List.of(new FrameRange(start, count));
  }

  private static Arguments machine(Runnable build, String message) {
    return arguments(message, build);
  }

  static Stream<Arguments> machines() {
    return Stream.of(
        machine(
            () -> Topology.builder().build(), "topology: number of nodes: got 0, allowed: 1..1024"),
        machine(
            () -> Topology.uniform(0, 2, 1 << 20),
            "topology: number of nodes: got 0, allowed: 1..1024"),
        machine(
            () -> Topology.uniform(-4, 2, 1 << 20),
            "topology: number of nodes: got -4, allowed: 1..1024"),
        machine(
            () -> Topology.uniform(1025, 2, 1 << 20),
            "topology: number of nodes: got 1025, allowed: 1..1024"),
        machine(
            () -> Topology.uniform(2, 0, 1 << 20),
            "topology: number of cpus: got 0, allowed: 1..8192"),
        machine(
            () -> Topology.uniform(2, -1, 1 << 20),
            "topology: number of cpus: got -2, allowed: 1..8192"),
        machine(
            () -> Topology.uniform(1024, Integer.MAX_VALUE, 1 << 20),
            "topology: number of cpus: got 2199023254528, allowed: 1..8192"),
        machine(
            () -> Topology.uniform(2, 2, 4096),
            "topology: memory per node: got 4096 bytes on each of 2 nodes, allowed: a multiple of 4096, at least 8192, in all at most 16 TiB"),
        machine(() -> Topology.uniform(2, 2, 8193), "topology: memory per node: got 8193 bytes"),
        machine(() -> Topology.uniform(2, 2, -8192), "topology: memory per node: got -8192 bytes"),
        machine(
            () -> Topology.uniform(2, 2, 16L << 40),
            "topology: memory per node: got 17592186044416 bytes"),
        machine(
            () -> Topology.uniform(1, 1, Long.MAX_VALUE & -4096),
            "topology: memory per node: got 9223372036854771712 bytes"),
        machine(
            () -> new FrameRange(-1, 1),
            "page frames: got 1 from -1, allowed: at least 1, all in 0..4294967295 (16 TiB)"),
        machine(() -> new FrameRange(1, 0), "page frames: got 0 from 1"),
        machine(() -> new FrameRange(1, -7), "page frames: got -7 from 1"),
        machine(() -> new FrameRange(1L << 32, 1), "page frames: got 1 from 4294967296"),
        machine(
            () -> new FrameRange(2, Long.MAX_VALUE), "page frames: got 9223372036854775807 from 2"),
        machine(() -> FrameRange.between(5, 5), "page frames: got 0 from 5"),
        machine(
            () -> two().node(new NodeId(0), cpus(2), List.of()),
            "numa.txt:3: node 0: described twice, allowed: each node once"),
        machine(
            () -> two().node(new NodeId(-1), cpus(2), List.of()),
            "numa.txt:3: node number: got -1, allowed: 0..1023"),
        machine(
            () -> two().node(new NodeId(1024), cpus(2), List.of()),
            "numa.txt:3: node number: got 1024, allowed: 0..1023"),
        machine(
            () -> two().node(new NodeId(3), cpus(2), List.of()).build(),
            "numa.txt: node numbers: got [0, 1, 3], allowed: all of 0..2"),
        machine(
            () -> two().node(new NodeId(2), cpus(1), List.of()).build(),
            "numa.txt:3: cpu 1: got node 1 and node 2, allowed: one node"),
        machine(
            () -> two().node(new NodeId(2), cpus(2, 2), List.of()).build(),
            "numa.txt:3: cpu 2: got node 2 and node 2, allowed: one node"),
        machine(
            () -> two().node(new NodeId(2), cpus(3), List.of()).build(),
            "numa.txt: cpu 2: on no node, allowed: every cpu from 0 to the highest, 3, on one"),
        machine(
            () -> two().node(new NodeId(2), cpus(-2), List.of()).build(),
            "numa.txt:3: cpu number on node 2: got -2, allowed: 0..8191"),
        machine(
            () -> two().node(new NodeId(2), cpus(8192), List.of()).build(),
            "numa.txt:3: cpu number on node 2: got 8192, allowed: 0..8191"),
        machine(
            () -> two().node(new NodeId(2), cpus(2), frames(5, 10)).build(),
            "numa.txt:3: memory: got frames 1..9 on node 0 and frames 5..14 on node 2, allowed: each page frame once"),
        machine(
            () -> two().node(new NodeId(2), cpus(2), frames(0, 1)).build(),
            "numa.txt:3: memory of node 2: got page frame 0, allowed: 1 and above"),
        machine(
            () -> Topology.builder().node(new NodeId(0), cpus(0), List.of()).build(),
            "topology: memory: got none on any node, allowed: at least one node with memory"),
        machine(
            () -> Topology.builder().node(new NodeId(0), List.of(), frames(1, 9)).build(),
            "topology: number of cpus: got 0, allowed: 1..8192"),
        machine(
            () -> two().distances(new int[][] {{10, 20}}).build(),
            "numa.txt:3: distances: got rows of nodes [0], allowed: one row per node, 0..1"),
        machine(
            () -> two().distances(new int[][] {{10, 20}, {20, 10}, {20, 20}}).build(),
            "numa.txt:3: distances: got rows of nodes [0, 1, 2], allowed: one row per node, 0..1"),
        machine(
            () -> two().distances(new int[][] {{10, 20}, {20}}).build(),
            "numa.txt:3: distances from node 1: got 1 numbers, allowed: 2, one per node"),
        machine(
            () -> two().distances(new int[][] {{10, 20, 20}, {20, 10, 20}}).build(),
            "numa.txt:3: distances from node 0: got 3 numbers, allowed: 2, one per node"),
        machine(
            () -> two().distances(new int[][] {{11, 20}, {20, 10}}).build(),
            "numa.txt:3: distance from node 0 to itself: got 11, allowed: 10"),
        machine(
            () -> two().distances(new int[][] {{10, 10}, {20, 10}}).build(),
            "numa.txt:3: distance from node 0 to node 1: got 10, allowed: 11..255"),
        machine(
            () -> two().distances(new int[][] {{10, 20}, {256, 10}}).build(),
            "numa.txt:3: distance from node 1 to node 0: got 256, allowed: 11..255"),
        machine(
            () -> two().distances(new int[][] {{10, -20}, {20, 10}}).build(),
            "numa.txt:3: distance from node 0 to node 1: got -20, allowed: 11..255"),
        machine(
            () -> two().distancesFrom(new NodeId(0), 10, 20).distancesFrom(new NodeId(0), 10, 20),
            "numa.txt:3: distances from node 0: given twice, allowed: one row per node"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("machines")
  void isRefused(String message, Runnable build) {
    assertThatThrownBy(build::run)
        .isInstanceOf(BadInput.class)
        .hasMessageStartingWith(message)
        .hasMessageNotContaining("\n");
  }
}
