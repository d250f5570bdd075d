package org.numaslab.coordinator.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.numaslab.coordinator.audit.Audit;
import org.numaslab.coordinator.audit.MachineDump;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.driver.simulate.SimulatedMachine;
import org.numaslab.coordinator.experiment.Dumper;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// The files of a machine of which a part is off line.
class HotplugFilesTest {
  private static final Topology TOPOLOGY = Topology.uniform(2, 2, 64 << 20);

  private final List<LiveNatures> natures = new ArrayList<>();
  private final SimulatedMachine machine =
      SimulatedMachine.instant(
          TOPOLOGY,
          memory -> {
            natures.add(new LiveNatures(TOPOLOGY, memory, 1, RemoteDraw.SEEDED));
            return natures.getLast();
          },
          16 << 20);

  @AfterEach
  void close() {
    machine.close();
  }

  private Map<String, String> files() {
    MachineDump dump = Dumper.dump(machine.state(), natures.getLast(), List.of(), Map.of());
    assertThat(Audit.of(dump).findings()).isEmpty();
    NodePages pages = NodePages.of(machine.state(), natures.getLast(), dump);
    Map<String, String> files =
        new TreeMap<>(ZoneFiles.of(machine.state(), natures.getLast(), pages));
    for (int node = 0; node < 2; node++) {
      String folder = "node" + node + "/";
      NodeFiles.of(machine.state(), new NodeId(node), pages)
          .forEach((name, text) -> files.put(folder + name, text));
    }
    return files;
  }

  private static String file(Map<String, String> files, String name) {
    return files.getOrDefault(name, "no such file");
  }

  @Test
  void aCpuThatIsOffLineIsInNoCpulist() {
    assertThat(machine.setCpu(new CpuId(2), false)).isZero();
    assertThat(file(files(), "node0/cpulist")).isEqualTo("0-1\n");
    assertThat(file(files(), "node1/cpulist")).isEqualTo("3\n");

    assertThat(machine.setCpu(new CpuId(2), true)).isZero();
    assertThat(file(files(), "node1/cpulist")).isEqualTo("2-3\n");
  }

  @Test
  void memoryThatIsOffLineIsInNoZone() {
    assertThat(machine.setMemory(new NodeId(1), false)).isZero();
    Map<String, String> files = files();

    assertThat(file(files, "proc/buddyinfo")).contains("Node 0").doesNotContain("Node 1");
    assertThat(file(files, "proc/pagetypeinfo")).contains("Node    0").doesNotContain("Node    1");
    assertThat(file(files, "proc/zoneinfo"))
        .containsPattern("Node 1, zone    DMA32\n  pages free     0\n");
    assertThat(file(files, "node1/meminfo")).contains("Node 1 MemTotal:              0 kB");
  }

  @Test
  void memoryThatIsBackIsAsAtBoot() {
    Map<String, String> boot = files();

    assertThat(machine.setMemory(new NodeId(1), false)).isZero();
    assertThat(machine.setMemory(new NodeId(1), true)).isZero();

    assertThat(files()).isEqualTo(boot);
  }
}
