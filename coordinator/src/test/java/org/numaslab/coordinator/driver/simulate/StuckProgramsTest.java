package org.numaslab.coordinator.driver.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.driver.Natures;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.client.Program;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.Topology;

/// Programs that wait for something that nobody will do.
@Timeout(60)
class StuckProgramsTest {
  private static final Topology TOPOLOGY = Topology.uniform(2, 2, 64 * 4096);

  private static Natures natures(Memory memory) {
    return new LiveNatures(TOPOLOGY, memory, 1, RemoteDraw.WON);
  }

  private record Always(Step step) implements Program {
    @Override
    public Step step(Cpu cpu) {
      return step;
    }

    @Override
    public void completed(Cpu cpu) {}
  }

  private static final List<Program> STUCK =
      List.of(
          new Always(Program.Step.FINISHED),
          new Always(Program.Step.BLOCKED),
          new Always(Program.Step.FINISHED),
          new Always(Program.Step.BLOCKED));

  @Test
  void areReportedWhenMessagesArriveAtOnce() {
    try (SimulatedMachine machine =
        SimulatedMachine.instant(TOPOLOGY, StuckProgramsTest::natures, 1 << 20)) {
      assertThatThrownBy(() -> machine.run(STUCK))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("cpu 1 waits for another cpu; cpu 3 waits");
    }
  }

  @Test
  void areReportedWhenMessagesAreDelayed() {
    try (SimulatedMachine machine =
        SimulatedMachine.delayed(
            TOPOLOGY, StuckProgramsTest::natures, 1 << 20, new SplittableRandom(1))) {
      assertThatThrownBy(() -> machine.run(STUCK))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("cpu 1 waits for another cpu; cpu 3 waits");
    }
  }

  @Test
  void aMachineThatCannotBeBuiltGivesItsMemoryBack() {
    int open = Memory.openCount();
    assertThatThrownBy(() ->
            SimulatedMachine.instant(
                TOPOLOGY,
                memory -> {
                  throw new BadInput("planted");
                },
                1 << 20))
        .isInstanceOf(BadInput.class);
    assertThat(Memory.openCount()).isEqualTo(open);
  }
}
