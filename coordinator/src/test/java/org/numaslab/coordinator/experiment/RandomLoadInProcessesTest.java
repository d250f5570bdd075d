package org.numaslab.coordinator.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.numaslab.coordinator.audit.Audit;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.driver.cluster.ClusterSettings.Timing;
import org.numaslab.coordinator.experiment.RandomLoad.Length;
import org.numaslab.coordinator.experiment.ReplaySettings.Driver;
import org.numaslab.coordinator.experiment.ReplaySettings.Order;
import org.numaslab.node.loan.LoanTimes;
import org.numaslab.node.topology.Topology;

class RandomLoadInProcessesTest {
  private static final long SEED = Long.getLong("numaslab.seed", 1);

  @Test
  void exactlySoManyOperationsAreDoneAndNothingIsLost() {
    ReplaySettings settings =
        new ReplaySettings(
            Driver.EMBEDDED, Order.CAUSAL, SEED, RemoteDraw.SEEDED, false, 1L << 30, 1, true, null);
    try (Processes<RandomLoad> processes =
        new Processes<>(
            List.of(List.of(0), List.of(1, 2), List.of(3)),
            Topology.uniform(4, 2, 256 << 20),
            List.of(),
            settings,
            LoanTimes.standard(),
            Timing.STANDARD,
            RandomLoad.caches(Topology.uniform(4, 2, 256 << 20), null, settings, 32),
            part -> new RandomLoad(part, null, settings, Length.ofOperations(400_003), 32))) {
      processes.each(p -> p.experiment.warm());
      processes.each(p -> p.experiment.run());

      assertThat(processes.all().stream().mapToLong(p -> p.experiment.done()).sum())
          .isEqualTo(400_003);
      ReplayTally all = Processes.tally(processes.all());
      assertThat(all.failedAllocations()).isZero();
      assertThat(all.handOffs().came()).isPositive().isEqualTo(all.handOffs().handed());
      assertThat(all.handOffs().lost()).isZero();
      Audit audit = Audit.of(Processes.dump(processes.all()));
      assertThat(audit.findings()).as("seed %d", SEED).isEmpty();
    }
  }
}
