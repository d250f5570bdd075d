package org.numaslab.coordinator.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.driver.simulate.SimulatedMachine;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.topology.Topology;

class LeakCheckTest {
  @Test
  void pagesThatAreNobodysAreToldWhenTheMachineCloses() {
    int before = Memory.openCount();
    Topology topology = Topology.uniform(1, 1, 16 << 20);
    SimulatedMachine machine =
        SimulatedMachine.instant(
            topology, memory -> new LiveNatures(topology, memory, 1, RemoteDraw.WON), 1 << 20);
    machine.state().memory().touch(64, 2);
    assertThatThrownBy(machine::close).hasMessageContaining("leak: 4 pages");
    assertThat(Memory.openCount()).isEqualTo(before);
  }
}
