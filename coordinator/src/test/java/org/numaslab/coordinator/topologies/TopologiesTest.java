package org.numaslab.coordinator.topologies;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;
import org.numaslab.node.topology.TopologyBuilder;

class TopologiesTest {
  /// Two sockets with four memory-only nodes of accelerators, numbered as POWER9 does.
  private static final String POWER9 =
      """
      available: 6 nodes (0,8,252-255)
      node 0 cpus: 0 1 2 3 4 5 6 7
      node 0 size: 257742 MB
      node 0 free: 231402 MB
      node 8 cpus: 8 9 10 11 12 13 14 15
      node 8 size: 261735 MB
      node 8 free: 250114 MB
      node 252 cpus:
      node 252 size: 16128 MB
      node 252 free: 16126 MB
      node 253 cpus:
      node 253 size: 16128 MB
      node 253 free: 16126 MB
      node 254 cpus:
      node 254 size: 16128 MB
      node 254 free: 16126 MB
      node 255 cpus:
      node 255 size: 0 MB
      node 255 free: 0 MB
      node distances:
      node   0   8  252  253  254  255
        0:  10  40  80  80  80  80
        8:  40  10  80  80  80  80
       252:  80  80  10  80  80  80
       253:  80  80  80  10  80  80
       254:  80  80  80  80  10  80
       255:  80  80  80  80  80  10
      """;

  @TempDir Path folder;

  private Path file(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private DescribedTopology numactl(String text) throws IOException {
    return Topologies.parse(file("numa.txt", text).toString());
  }

  @Test
  void nodesTimesCpusIsAUniformMachineOfTwoGibibytesPerNode() {
    DescribedTopology described = Topologies.parse("4x2");
    assertThat(described.topology()).isEqualTo(Topology.uniform(4, 2, 2L << 30));
    assertThat(described.assumed())
        .containsExactly("distance 20 between any two nodes, memory end to end, 2 GiB per node");
  }

  @Test
  void aSizeMayFollowInAnyUnit() {
    assertThat(Topologies.parse("4x2:8G").topology()).isEqualTo(Topology.uniform(4, 2, 8L << 30));
    assertThat(Topologies.parse("2x1:512m").topology())
        .isEqualTo(Topology.uniform(2, 1, 512L << 20));
    assertThat(Topologies.parse("1x64:1T").topology()).isEqualTo(Topology.uniform(1, 64, 1L << 40));
    assertThat(Topologies.parse(" 1024x8:64K ").topology())
        .isEqualTo(Topology.uniform(1024, 8, 64L << 10));
    assertThat(Topologies.parse("1024x8:16G").topology().spanFrames()).isEqualTo(1L << 32);
  }

  @Test
  void numactlOutputKeepsItsNumbersAndGapsBecomeEmptyNodes() throws IOException {
    DescribedTopology described = numactl(POWER9);
    Topology topology = described.topology();
    assertThat(topology.nodeCount()).isEqualTo(256);
    assertThat(topology.cpuCount()).isEqualTo(16);
    assertThat(topology.nodeOf(new CpuId(8))).isEqualTo(new NodeId(8));
    assertThat(topology.framesOf(new NodeId(252))).isEqualTo(16128L * 256);
    assertThat(topology.hasMemory(new NodeId(255))).isFalse();
    assertThat(topology.hasMemory(new NodeId(100))).isFalse();
    assertThat(topology.distance(new NodeId(8), new NodeId(254))).isEqualTo(80);
    assertThat(topology.fallbackOrder(new NodeId(0)).stream().map(NodeId::value))
        .containsExactly(0, 8, 252, 253, 254);
    assertThat(described.assumed())
        .containsExactly(
            "addresses are not described: memory node after node, each from a multiple of 128 MiB",
            "nodes 1-7,9-251 are not described: nodes without cpus and memory, distance 255");
  }

  @Test
  void aMachineWithoutDistancesAndSizesIsFilledInAndSaysSo() throws IOException {
    DescribedTopology described =
        numactl(
            "libnuma: Warning: /sys not mounted\navailable: 2 nodes (0-1)\nnode 0 cpus: 0 2\nnode 0 size: <not available>\nnode 1 cpus: 1 5\nNo distance information available.\n");
    Topology topology = described.topology();
    assertThat(topology.distance(new NodeId(0), new NodeId(1))).isEqualTo(20);
    assertThat(topology.cpusOf(new NodeId(1))).containsExactly(new CpuId(1), new CpuId(5));
    assertThat(topology.cpusOf(new NodeId(0)))
        .containsExactly(new CpuId(0), new CpuId(2), new CpuId(3), new CpuId(4));
    assertThat(described.assumed())
        .containsExactly(
            "no distances: 10 to itself, 20 to every other node",
            "cpus 3-4 are on no node (offline): each with the cpu before it, idle",
            "memory of nodes 0-1 is not described: 2 GiB each",
            "addresses are not described: memory node after node, each from a multiple of 128 MiB");
  }

  @Test
  void aSysfsFolderIsReadInBothForms() throws IOException {
    for (String form : List.of("a/node%d/", "b/node%d.")) {
      file(form.formatted(0) + "cpulist", "0-1,4\n");
      file(form.formatted(0) + "distance", "10 21\n");
      file(
          form.formatted(0) + "meminfo",
          "\nNode 0 MemTotal:         4096 kB\nNode 0 MemFree: 3 kB\n");
      file(form.formatted(1) + "cpulist", "2-3\n");
      file(form.formatted(1) + "distance", "21 10\n");
      file(form.formatted(1) + "meminfo", "Node 1 MemTotal:            0 kB\n");
    }
    file("a/online", "0-1\n");
    DescribedTopology nested = Topologies.parse(folder.resolve("a").toString());
    assertThat(nested.topology())
        .isEqualTo(Topologies.parse(folder.resolve("b").toString()).topology());
    assertThat(nested.topology().cpusOf(new NodeId(0)))
        .containsExactly(new CpuId(0), new CpuId(1), new CpuId(4));
    assertThat(nested.topology().memoryOf(new NodeId(0)))
        .containsExactly(FrameRange.between(1, 1024));
    assertThat(nested.topology().memoryNodeOf(new CpuId(2))).isEqualTo(new NodeId(0));
    assertThat(nested.topology().distance(new NodeId(1), new NodeId(0))).isEqualTo(21);
  }

  @Test
  void aRecordedFolderIsATopologyToo() {
    Path kernel = Recordings.COMMITTED.resolve("demo/kernel");
    Topology topology = Topologies.parse(kernel.toString()).topology();
    assertThat(topology).isEqualTo(Topologies.parse(kernel.resolve("node").toString()).topology());
    assertThat(topology.framesOf(new NodeId(2))).isEqualTo(2063720 / 4);
    assertThat(topology.differenceFrom(KernelDirectory.read(kernel).topology()).orElseThrow())
        .startsWith("memory of node 0");
  }

  @Test
  void aDescriptionContradictsOnlyWithWhatItSays() throws IOException {
    Topology recorded =
        KernelDirectory.read(Recordings.COMMITTED.resolve("demo/kernel")).topology();
    assertThat(
            Topologies.parse(Recordings.COMMITTED.resolve("demo/kernel/node").toString())
                .contradicts(recorded))
        .isEmpty();
    assertThat(Topologies.parse("4x2").contradicts(recorded)).isEmpty();
    assertThat(Topologies.parse("4x2:2G").contradicts(recorded)).isEmpty();
    assertThat(Topologies.parse("4x2:8G").contradicts(recorded))
        .contains("memory of node 0 8191 MiB against 2047");
    assertThat(Topologies.parse("2x4").contradicts(recorded)).contains("2 nodes against 4");
    assertThat(Topologies.parse("4x3").contradicts(recorded)).contains("12 cpus against 8");
    String near = NumactlHardware.format(recorded).replace("22", "21");
    assertThat(numactl(near).contradicts(recorded))
        .contains("distance from node 0 to node 2 21 against 22");
    String swapped =
        NumactlHardware.format(recorded)
            .replace("cpus: 0 1", "cpus: 0 2")
            .replace("cpus: 2 3", "cpus: 1 3");
    assertThat(numactl(swapped).contradicts(recorded)).contains("cpu 1 on node 1 against node 0");
  }

  @Test
  void thisMachineItselfCanBeRead() {
    Path here = Path.of("/sys/devices/system/node");
    Assumptions.assumeTrue(
        Files.exists(here.resolve("node0/cpulist")),
        "this machine has no /sys/devices/system/node/node0");
    assertThat(Topologies.parse(here.toString()).topology().cpuCount()).isPositive();
  }

  @Test
  void randomMachinesSurviveTheWayThroughNumactlsText() {
    long first = Long.getLong("numaslab.seed", 1);
    for (long seed = first;
        seed < first + (Long.getLong("numaslab.seed") == null ? 300 : 1);
        seed++) {
      Topology machine = machine(new Random(seed));
      Topology read =
          NumactlHardware.parse(InputText.of("numa.txt", NumactlHardware.format(machine)))
              .topology();
      assertThat(read).as("seed %d", seed).isEqualTo(machine);
    }
  }

  /// A machine that numactl's text can say: whole mebibytes, one range per node from a section's
  /// start.
  private static Topology machine(Random random) {
    int nodes = 1 + random.nextInt(12);
    List<List<CpuId>> cpus = new ArrayList<>();
    for (int node = 0; node < nodes; node++) {
      cpus.add(new ArrayList<>());
    }
    int cpuCount = 1 + random.nextInt(40);
    for (int cpu = 0; cpu < cpuCount; cpu++) {
      cpus.get(random.nextInt(nodes)).add(new CpuId(cpu));
    }
    TopologyBuilder builder = Topology.builder();
    for (int node = 0; node < nodes; node++) {
      long start = (long) node << 20;
      boolean without = node > 0 && random.nextInt(4) == 0;
      long end = start + 256L * (1 + random.nextInt(1 << 10));
      builder.node(
          new NodeId(node),
          cpus.get(node),
          without ? List.of() : List.of(FrameRange.between(Math.max(1, start), end)));
      int[] row = random.ints(nodes, 11, 256).toArray();
      row[node] = 10;
      builder.distancesFrom(new NodeId(node), row);
    }
    return sectionsEndToEnd(builder.build());
  }

  private static Topology sectionsEndToEnd(Topology sparse) {
    TopologyBuilder builder = Topology.builder();
    long base = 0;
    for (int node = 0; node < sparse.nodeCount(); node++) {
      NodeId id = new NodeId(node);
      long frames = (sparse.framesOf(id) + 255) / 256 * 256;
      List<FrameRange> memory =
          frames == 0 ? List.of() : List.of(FrameRange.between(Math.max(1, base), base + frames));
      builder.node(id, sparse.cpusOf(id), memory);
      builder.distancesFrom(
          id,
          IntStream.range(0, sparse.nodeCount())
              .map(to -> sparse.distance(id, new NodeId(to)))
              .toArray());
      base = (base + frames + 32767) / 32768 * 32768;
    }
    return builder.build();
  }
}
