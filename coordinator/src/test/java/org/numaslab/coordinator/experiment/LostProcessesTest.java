package org.numaslab.coordinator.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.numaslab.coordinator.audit.Audit;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.driver.cluster.ClusterSettings.Timing;
import org.numaslab.coordinator.experiment.Processes.Process;
import org.numaslab.coordinator.experiment.RandomLoad.Length;
import org.numaslab.coordinator.experiment.ReplaySettings.Driver;
import org.numaslab.coordinator.experiment.ReplaySettings.Order;
import org.numaslab.node.loan.LoanTimes;
import org.numaslab.node.topology.Topology;

/// A process dies in the middle: the others come to their ends, and what they have adds up.
class LostProcessesTest {
  private static final long SEED = Long.getLong("numaslab.seed", 1);
  private static final List<List<Integer>> FOUR =
      List.of(List.of(0), List.of(1), List.of(2), List.of(3));
  private static final LoanTimes TIMES = LoanTimes.ofLease(1_000_000_000L);
  private static final Timing TIMING =
      new Timing(Duration.ofMillis(100), Duration.ofMillis(1000), Duration.ofMillis(500));

  @Test
  void aReplayGoesOnWithoutIt() {
    RecordedTrace recorded = RecordedTrace.demo();
    ReplaySettings settings = RecordedTrace.settings(Driver.EMBEDDED, Order.CAUSAL, SEED, 12);
    try (Processes<Replay> processes =
        new Processes<>(
            FOUR,
            recorded.kernel().topology(),
            recorded.kernel().zones(),
            settings,
            TIMES,
            TIMING,
            part -> new Replay(part, recorded.kernel(), recorded.trace(), settings))) {
      ReplayTally all = goesOn(processes);

      HandOffCounts counts = all.handOffs();
      assertThat(counts.lostAllocations()).isPositive();
      assertThat(counts.kept()).isPositive();
    }
  }

  @Test
  void aRandomLoadGoesOnWithoutIt() {
    ReplaySettings settings =
        new ReplaySettings(
            Driver.EMBEDDED, Order.CAUSAL, SEED, RemoteDraw.SEEDED, false, 1L << 30, 1, true, null);
    Topology topology = Topology.uniform(4, 2, 256 << 20);
    try (Processes<RandomLoad> processes =
        new Processes<>(
            FOUR,
            topology,
            List.of(),
            settings,
            TIMES,
            TIMING,
            part -> new RandomLoad(part, null, settings, Length.ofOperations(3_000_000), 32))) {
      ReplayTally all = goesOn(processes);

      assertThat(all.handOffs().came()).isPositive();
      assertThat(all.handOffs().lost()).isPositive();
    }
  }

  /// @return what the others counted
  private static <E extends Experiment> ReplayTally goesOn(Processes<E> processes) {
    processes.each(p -> p.experiment.warm());
    Process<E> victim = processes.all().getLast();
    List<Process<E>> others = processes.all().subList(0, processes.all().size() - 1);
    Future<?> dies = processes.start(victim, p -> p.experiment.run());
    List<? extends Future<?>> others1 =
        others.stream().map(each -> processes.start(each, p -> p.experiment.run())).toList();
    Processes.await("the middle", () -> victim.experiment.done() > victim.experiment.total() / 8);
    processes.kill(victim);
    long killed = System.nanoTime();
    others1.forEach(Processes::join);
    assertThat(dies).failsWithin(Duration.ofSeconds(10));

    System.out.println(
        "ended after "
            + (System.nanoTime() - killed) / 1_000_000
            + " ms, victim "
            + victim.experiment.done()
            + " of "
            + victim.experiment.total());
    ReplayTally all = Processes.tally(others);
    System.out.println(ReplayInProcessesTest.said(all));
    assertThat(others).allMatch(p -> p.experiment.done() == p.experiment.total());
    Audit audit = Audit.of(Processes.dump(others));
    assertThat(audit.findings()).as("seed %d", SEED).isEmpty();
    assertThat(audit.checkedObjects()).isPositive();
    return all;
  }
}
