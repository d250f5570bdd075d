package org.numaslab.coordinator.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.numaslab.node.topology.NodeId;

class FaultScheduleTest {
  private static final NodeId NODE = new NodeId(1);

  @Test
  void itIsOverWhenTheLastFaultIs() {
    assertThat(over(new ScheduledFault(5, 20, new Fault.Pause(NODE)))).isEqualTo(25);
    assertThat(over(new ScheduledFault(5, 0, new Fault.Kill(NODE, 30)))).isEqualTo(35);
    assertThat(FaultSchedule.none().overNanos()).isZero();
  }

  @Test
  void whatGoesOnToTheEndHasHappenedWhenItBegins() {
    assertThat(over(new ScheduledFault(5, 0, new Fault.Kill(NODE, Fault.NEVER)))).isEqualTo(5);
    assertThat(over(new ScheduledFault(6, 0, new Fault.Leave(NODE, Fault.NEVER)))).isEqualTo(6);
    assertThat(over(new ScheduledFault(7, ScheduledFault.TO_THE_END, new Fault.Pause(NODE))))
        .isEqualTo(7);
  }

  private static long over(ScheduledFault fault) {
    return new FaultSchedule(List.of(fault), Faults.none()).overNanos();
  }
}
