package org.numaslab.coordinator.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.numaslab.coordinator.driver.cluster.NearSystems.await;

import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.numaslab.coordinator.audit.Audit;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.driver.MessageCounts;
import org.numaslab.coordinator.driver.cluster.ClusterMember;
import org.numaslab.coordinator.driver.cluster.ClusterSettings.Timing;
import org.numaslab.coordinator.experiment.Processes.Process;
import org.numaslab.coordinator.experiment.RandomLoad.Length;
import org.numaslab.coordinator.experiment.ReplaySettings.Driver;
import org.numaslab.coordinator.experiment.ReplaySettings.Order;
import org.numaslab.node.loan.LoanTimes;
import org.numaslab.node.topology.Topology;

/// Two processes with two nodes each, under a random load.
class SeveralNodesInAProcessTest {
  private static final long SEED = Long.getLong("numaslab.seed", 1);
  private static final Topology MACHINE = Topology.uniform(4, 2, 256 << 20);
  private static final int CACHES = 32;

  private static Processes<RandomLoad> processes(LoanTimes times, Timing timing, long operations) {
    ReplaySettings settings =
        new ReplaySettings(
            Driver.EMBEDDED, Order.CAUSAL, SEED, RemoteDraw.SEEDED, false, 1L << 30, 1, true, null);
    return new Processes<>(
        List.of(List.of(0, 3), List.of(1, 2)),
        MACHINE,
        List.of(),
        settings,
        times,
        timing,
        RandomLoad.caches(MACHINE, null, settings, CACHES),
        part -> new RandomLoad(part, null, settings, Length.ofOperations(operations), CACHES));
  }

  @Test
  void nodesAskEachOtherWithinAProcessAndAcross() {
    try (Processes<RandomLoad> processes =
        processes(LoanTimes.standard(), Timing.STANDARD, 100_000)) {
      processes.each(p -> p.experiment.warm());
      processes.each(p -> p.experiment.run());

      assertThat(processes.all().stream().mapToLong(p -> p.experiment.done()).sum())
          .isEqualTo(100_000);
      ReplayTally all = Processes.tally(processes.all());
      assertThat(all.handOffs().came()).isPositive().isEqualTo(all.handOffs().handed());
      assertThat(all.handOffs().lost()).isZero();
      isClean(processes.all());
      for (Process<RandomLoad> process : processes.all()) {
        List<Integer> own = nodes(process);
        for (int from : own) {
          for (int to = 0; to < MACHINE.nodeCount(); to++) {
            assertThat(requests(process, from, to)).as("from %d to %d", from, to).isPositive();
          }
        }
        for (int to = 0; to < MACHINE.nodeCount(); to++) {
          assertThat(process.system.links().messages(to) > 0)
              .as("node %d is asked by Artery", to)
              .isEqualTo(!own.contains(to));
        }
      }
    }
  }

  @Test
  void withAProcessAllItsNodesAreLost() {
    try (Processes<RandomLoad> processes =
        processes(LostProcessesTest.TIMES, LostProcessesTest.TIMING, 400_000)) {
      processes.each(p -> p.experiment.warm());
      List<Process<RandomLoad>> byAddress =
          processes.all().stream()
              .sorted(Comparator.comparing(p -> p.system.address().getPort().orElseThrow()))
              .toList();
      Process<RandomLoad> stays = byAddress.getFirst(); // of two halves the one with the lowest
      Process<RandomLoad> dies = byAddress.getLast();
      Future<?> goesOn = processes.start(stays, p -> p.experiment.run());
      Future<?> ends = processes.start(dies, p -> p.experiment.run());
      await("the middle", () -> dies.experiment.done() > 10_000);
      processes.kill(dies);

      assertThat(ends).failsWithin(Duration.ofSeconds(10));
      Processes.join(goesOn);
      assertThat(stays.experiment.done()).isEqualTo(stays.experiment.total());
      await("removal", () -> stays.system.members().equals(Set.copyOf(stays.system.own())));
      isClean(List.of(stays));
      for (ClusterMember member : stays.machine.members()) {
        assertThat(member.removedAt().keySet())
            .containsExactlyInAnyOrderElementsOf(dies.system.own());
      }
    }
  }

  private static void isClean(List<Process<RandomLoad>> processes) {
    Audit audit = Audit.of(Processes.dump(processes));
    assertThat(audit.findings()).as("seed %d", SEED).isEmpty();
    assertThat(audit.checkedObjects()).isPositive();
  }

  private static List<Integer> nodes(Process<?> process) {
    return process.system.own().stream().map(member -> member.node().value()).toList();
  }

  /// Of the cpus of a node.
  private static long requests(Process<?> process, int from, int to) {
    MessageCounts counts = process.part.messages();
    return Arrays.stream(MessageCounts.Kind.values())
        .mapToLong(kind -> counts.get(from, to, kind))
        .sum();
  }
}
