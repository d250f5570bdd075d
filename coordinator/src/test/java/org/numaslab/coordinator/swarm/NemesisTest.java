package org.numaslab.coordinator.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.numaslab.coordinator.fault.FaultKind;
import org.numaslab.coordinator.fault.ScheduleText;
import org.numaslab.node.topology.Topology;

/// What is done to processes in trials.
class NemesisTest {
  private static final int SEEDS = 200;

  @ParameterizedTest
  @EnumSource(
      value = Nemesis.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"NONE", "COORDINATOR_KILL"}) // nothing, and by the command itself
  void processesCanDoIt(Nemesis kind) {
    for (int nodes : new int[] {3, 5}) {
      Topology machine = Topology.uniform(nodes, 2, 4L << 20);
      for (int seed = 0; seed < SEEDS; seed++) {
        String text = kind.schedule(new SplittableRandom(seed), nodes);
        ScheduleText schedule = ScheduleText.parse(kind.word(), text, machine);
        schedule.requireDoneBy(FaultKind.Driver.PROCESSES);
        assertThat(schedule.faults()).isNotEmpty();
      }
    }
  }
}
