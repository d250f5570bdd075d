package org.numaslab.coordinator.experiment;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.numaslab.coordinator.driver.cluster.NearSystems.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.numaslab.coordinator.audit.Audit;
import org.numaslab.coordinator.driver.cluster.ClusterSettings.Timing;
import org.numaslab.coordinator.experiment.Processes.Process;
import org.numaslab.coordinator.experiment.ReplaySettings.Driver;
import org.numaslab.coordinator.experiment.ReplaySettings.Order;
import org.numaslab.coordinator.report.AuditFigures;
import org.numaslab.coordinator.report.BorderPart;
import org.numaslab.coordinator.report.ClusterFigures;
import org.numaslab.coordinator.report.LossTiming;
import org.numaslab.coordinator.report.LostMember;
import org.numaslab.coordinator.report.PartBytes;
import org.numaslab.coordinator.report.RunPart;
import org.numaslab.coordinator.report.RunResult;
import org.numaslab.coordinator.report.RunTiming;
import org.numaslab.coordinator.report.SmallRuns;
import org.numaslab.coordinator.report.Summary;
import org.numaslab.coordinator.report.WholeRun;
import org.numaslab.node.loan.LoanTimes;

/// What real parts of a trace's replay come to, sent as bytes.
class WholeRunOfProcessesTest {
  private static final long SEED = Long.getLong("numaslab.seed", 1);
  private static final List<List<Integer>> FOUR =
      List.of(List.of(0), List.of(1), List.of(2), List.of(3));

  private final RecordedTrace recorded = RecordedTrace.demo();

  private Processes<Replay> replay(
      ReplaySettings settings, List<List<Integer>> nodes, LoanTimes times, Timing timing) {
    return new Processes<>(
        nodes,
        recorded.kernel().topology(),
        recorded.kernel().zones(),
        settings,
        times,
        timing,
        Replay.caches(recorded.kernel().topology(), recorded.kernel(), recorded.trace(), settings),
        part -> new Replay(part, recorded.kernel(), recorded.trace(), settings));
  }

  private RunPart part(Process<Replay> process) {
    BorderPart borders =
        BorderPart.of(
            process.experiment,
            process.machine.members(),
            process.system.links(),
            process.machine.costs().parts());
    return PartBytes.read(PartBytes.of(RunPart.of(process.experiment, borders)));
  }

  private WholeRun whole(List<Process<Replay>> processes, List<LostMember> lost) {
    Processes.dump(processes); // waits until they are at rest
    return WholeRun.of(
        recorded.kernel().topology(), processes.stream().map(this::part).toList(), lost);
  }

  private RunResult result(WholeRun run) {
    return RunResult.of(
        "1",
        "numaslab run",
        SmallRuns.setup(recorded.kernel().topology()),
        recorded.trace(),
        run,
        AuditFigures.of(Audit.of(run.dump())));
  }

  private static RunTiming timing(WholeRun run) {
    return RunTiming.of(1, RunTiming.Decoding.NONE, run, 1);
  }

  @Test
  void processesComeToWhatOneComesTo() {
    ReplaySettings settings = RecordedTrace.settings(Driver.EMBEDDED, Order.CAUSAL, SEED, 1);
    try (Replay embedded = recorded.on(settings);
        Processes<Replay> processes =
            replay(settings, FOUR, LoanTimes.standard(), Timing.STANDARD)) {
      embedded.run();
      RunResult one = result(WholeRun.of(embedded));
      processes.each(p -> p.experiment.warm());
      processes.each(p -> p.experiment.run());
      WholeRun run = whole(processes.all(), List.of());
      RunResult four = result(run);

      assertThat(four.audit().findings()).as("seed %d", SEED).isEmpty();
      assertThat(four.audit().leftOut()).isEmpty();
      assertThat(timing(run).operations()).isEqualTo(embedded.total());
      assertThat(four.caches())
          .usingRecursiveComparison()
          .comparingOnlyFields("name", "allocations", "frees", "live", "anyNode")
          .isEqualTo(one.caches());
      assertThat(four.memory().liveBytes()).isEqualTo(one.memory().liveBytes());
      assertThat(four.memory().nodes()).hasSize(4);
      ClusterFigures cluster = requireNonNull(four.cluster());
      assertThat(cluster.tasks().handedObjects()).isPositive();
      assertThat(cluster.processes().get(1).bytes()[0]).isPositive();
      assertThat(cluster.lost()).isEmpty();
    }
  }

  @Test
  void survivorsSayWhatTheyLost() {
    ReplaySettings settings = RecordedTrace.settings(Driver.EMBEDDED, Order.CAUSAL, SEED, 4);
    Timing timing = LostProcessesTest.TIMING;
    try (Processes<Replay> processes = replay(settings, FOUR, LostProcessesTest.TIMES, timing)) {
      processes.each(p -> p.experiment.warm());
      List<Process<Replay>> left = new ArrayList<>(processes.all());
      List<Future<?>> running = new ArrayList<>();
      left.forEach(p -> running.add(processes.start(p, each -> each.experiment.run())));
      Process<Replay> victim = left.removeLast();
      long share = victim.experiment.total() / 8;
      await("the middle", () -> victim.experiment.done() > share);
      processes.kill(victim);
      assertThat(running.removeLast()).failsWithin(Duration.ofMinutes(1));
      running.forEach(Processes::join);
      WholeRun run = whole(left, List.of(LostMember.of(3, 1)));
      RunResult result = result(run);

      assertThat(result.audit().findings()).as("seed %d", SEED).isEmpty();
      assertThat(result.audit().leftOut()).isNotEmpty();
      ClusterFigures cluster = requireNonNull(result.cluster());
      assertThat(cluster.tasks().lostAllocations()).isPositive();
      assertThat(result.memory().nodes()).hasSize(3);
      LossTiming lost = timing(run).lost().getFirst();
      assertThat(lost.removedSeconds()).isPositive();
      assertThat(lost.killToRemovalSeconds()).isNull();
      assertThat(lost.removalToReclaimSeconds()).isNotNull();
      assertThat(Summary.of(result, timing(run))).contains("Members lost").contains("Not audited");
    }
  }
}
