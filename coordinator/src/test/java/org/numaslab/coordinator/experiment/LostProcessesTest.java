package org.numaslab.coordinator.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.numaslab.coordinator.driver.cluster.NearSystems.await;

import java.time.Duration;
import java.util.ArrayList;
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

/// Processes die in the middle: the others come to their ends, and what they have adds up.
class LostProcessesTest {
  private static final long SEED = Long.getLong("numaslab.seed", 1);
  static final LoanTimes TIMES = LoanTimes.ofLease(1_000_000_000L);
  static final Timing TIMING =
      new Timing(Duration.ofMillis(100), Duration.ofMillis(2000), Duration.ofMillis(500));

  @Test
  void aReplayGoesOnWithoutAProcess() {
    replayGoesOn(List.of(List.of(0), List.of(1), List.of(2), List.of(3)), 4);
  }

  @Test
  void aReplayGoesOnWithoutAProcessThatHadSeveralNodes() {
    replayGoesOn(List.of(List.of(0), List.of(1), List.of(2, 3)), 4);
  }

  private static void replayGoesOn(List<List<Integer>> nodes, int rounds) {
    RecordedTrace recorded = RecordedTrace.demo();
    ReplaySettings settings = RecordedTrace.settings(Driver.EMBEDDED, Order.CAUSAL, SEED, rounds);
    try (Processes<Replay> processes =
        new Processes<>(
            nodes,
            recorded.kernel().topology(),
            recorded.kernel().zones(),
            settings,
            TIMES,
            TIMING,
            Replay.caches(
                recorded.kernel().topology(), recorded.kernel(), recorded.trace(), settings),
            part -> new Replay(part, recorded.kernel(), recorded.trace(), settings))) {
      ReplayTally all = goesOn(processes, 1);

      assertThat(all.handOffs().lostAllocations()).isPositive();
      assertThat(all.handOffs().kept()).isPositive();
    }
  }

  @Test
  void aRandomLoadGoesOnWithoutTwoProcesses() {
    ReplaySettings settings =
        new ReplaySettings(
            Driver.EMBEDDED, Order.CAUSAL, SEED, RemoteDraw.SEEDED, false, 1L << 30, 1, true, null);
    Topology topology = Topology.uniform(5, 2, 256 << 20);
    try (Processes<RandomLoad> processes =
        new Processes<>(
            List.of(List.of(0), List.of(1), List.of(2), List.of(3), List.of(4)),
            topology,
            List.of(),
            settings,
            TIMES,
            TIMING,
            RandomLoad.caches(topology, null, settings, 32),
            part -> new RandomLoad(part, null, settings, Length.ofOperations(3_000_000), 32))) {
      ReplayTally all = goesOn(processes, 2);

      assertThat(all.handOffs().came()).isPositive();
      assertThat(all.handOffs().lost()).isPositive();
    }
  }

  /// @return what those counted that are left
  private static <E extends Experiment> ReplayTally goesOn(Processes<E> processes, int victims) {
    processes.each(p -> p.experiment.warm());
    List<Future<?>> running = new ArrayList<>();
    processes.all().forEach(p -> running.add(processes.start(p, each -> each.experiment.run())));
    List<Future<?>> dying = new ArrayList<>();
    List<Process<E>> left = new ArrayList<>(processes.all());
    for (int i = 0; i < victims; i++) {
      Process<E> victim = left.removeLast();
      long share = victim.experiment.total() * (i + 1) / 8;
      await("the middle", () -> victim.experiment.done() > share);
      processes.kill(victim); // it dies while the next one is at work
      dying.add(running.removeLast());
    }
    assertThat(dying).allSatisfy(each -> assertThat(each).failsWithin(Duration.ofMinutes(1)));
    running.forEach(Processes::join);

    assertThat(left).allMatch(p -> p.experiment.done() == p.experiment.total());
    Audit audit = Audit.of(Processes.dump(left));
    assertThat(audit.findings()).as("seed %d", SEED).isEmpty();
    assertThat(audit.checkedObjects()).isPositive();
    return Processes.tally(left);
  }
}
