package org.numaslab.coordinator.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.numaslab.coordinator.audit.Audit;
import org.numaslab.coordinator.audit.MachineDump;
import org.numaslab.coordinator.driver.cluster.ClusterSettings.Timing;
import org.numaslab.coordinator.experiment.ReplaySettings.Driver;
import org.numaslab.coordinator.experiment.ReplaySettings.Order;
import org.numaslab.node.loan.LoanTimes;

/// A trace replayed by several processes: what all of them did together is what one does.
class ReplayInProcessesTest {
  private static final long SEED = Long.getLong("numaslab.seed", 1);
  private static final List<List<Integer>> FOUR =
      List.of(List.of(0), List.of(1), List.of(2), List.of(3));

  private static Processes<Replay> replay(
      RecordedTrace recorded, List<List<Integer>> nodes, ReplaySettings settings) {
    return new Processes<>(
        nodes,
        recorded.kernel().topology(),
        recorded.kernel().zones(),
        settings,
        LoanTimes.standard(),
        Timing.STANDARD,
        Replay.caches(recorded.kernel().topology(), recorded.kernel(), recorded.trace(), settings),
        part -> new Replay(part, recorded.kernel(), recorded.trace(), settings));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void theDemoComesToTheSameInFourProcesses(int rounds) {
    comesToTheSame(FOUR, rounds);
  }

  @Test
  void aProcessMayHaveSeveralNodes() {
    comesToTheSame(List.of(List.of(0, 3), List.of(1, 2)), 2);
  }

  private static void comesToTheSame(List<List<Integer>> nodes, int rounds) {
    RecordedTrace recorded = RecordedTrace.demo();
    ReplaySettings settings = RecordedTrace.settings(Driver.EMBEDDED, Order.CAUSAL, SEED, rounds);
    try (Replay embedded = recorded.on(settings);
        Processes<Replay> processes = replay(recorded, nodes, settings)) {
      embedded.run();
      processes.each(p -> p.experiment.warm());
      processes.each(p -> p.experiment.run());

      ReplayTally one = embedded.tally();
      ReplayTally all = Processes.tally(processes.all());
      assertThat(processes.all().stream().mapToLong(p -> p.experiment.done()).sum())
          .isEqualTo(embedded.total());
      for (int cache = 0; cache < embedded.caches().size(); cache++) {
        assertThat(all.allocations(cache)).isEqualTo(one.allocations(cache));
        assertThat(all.frees(cache)).isEqualTo(one.frees(cache));
        assertThat(all.handOffs().moved(cache)).isZero();
      }
      assertThat(all.handOffs().came()).isPositive();
      assertThat(all.handOffs().lost()).isZero();
      assertThat(bytesOnLinks(processes)).isPositive();
      MachineDump dump = Processes.dump(processes.all());
      Audit audit = Audit.of(dump);
      assertThat(audit.findings()).as("seed %d", SEED).isEmpty();
      assertThat(audit.checkedObjects()).isPositive();
      MachineDump whole = embedded.dump();
      whole
          .live()
          .forEach((cache, objects) -> assertThat(dump.live().get(cache)).hasSameSizeAs(objects));
    }
  }

  private static long bytesOnLinks(Processes<?> processes) {
    return processes.all().stream()
        .mapToLong(p -> IntStream.range(0, 4).mapToLong(p.system.links()::bytes).sum())
        .sum();
  }
}
