package org.numaslab.coordinator.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.numaslab.coordinator.fault.Fault;
import org.numaslab.coordinator.fault.FaultSchedule;
import org.numaslab.coordinator.fault.Faults;
import org.numaslab.coordinator.fault.ScheduledFault;
import org.numaslab.node.topology.Topology;

/// A network that loses, doubles and reorders costs time and nothing else.
class LossyNetworkTest {
  private static final long OPERATIONS = 10_000;
  private static final Topology FIVE = Topology.uniform(5, 2, 2L << 20);

  private static SwarmRun.Result run(long seed, int loss) {
    List<ScheduledFault> faults =
        loss == 0
            ? List.of()
            : List.of(
                always(new Fault.Loss(Fault.ALL, Fault.ALL, loss)),
                always(new Fault.Duplicate(Fault.ALL, Fault.ALL, 10)),
                always(new Fault.Reorder(Fault.ALL, Fault.ALL, 10, 2_000_000)));
    FaultSchedule schedule = new FaultSchedule(faults, Faults.none());
    Plan plan = Plan.random(seed, OPERATIONS, FIVE, (random, machine, length) -> schedule);
    SwarmRun.Result result = SwarmRun.of(plan, event -> {});
    assertThat(result.violations()).isEmpty();
    assertThat(result.progress().operations).isEqualTo(OPERATIONS);
    return result;
  }

  private static ScheduledFault always(Fault fault) {
    return new ScheduledFault(0, ScheduledFault.TO_THE_END, fault);
  }

  /// Tasks that ask others most of the time are among them.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void aTenthLostLeavesHalfOfTheThroughput(long seed) {
    long without = run(seed, 0).progress().lastNanos;
    long with = run(seed, 10).progress().lastNanos;
    assertThat(with).isLessThan(2 * without);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void aThirdLostLosesNoObject(long seed) {
    assertThat(run(seed, 30).progress().lost).isZero();
  }
}
