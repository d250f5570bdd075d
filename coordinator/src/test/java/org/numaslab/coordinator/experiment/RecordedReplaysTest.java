package org.numaslab.coordinator.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.numaslab.coordinator.experiment.ReplaySettings.Driver.EMBEDDED;
import static org.numaslab.coordinator.experiment.ReplaySettings.Driver.SIMULATE;
import static org.numaslab.coordinator.experiment.ReplaySettings.Order.CAUSAL;
import static org.numaslab.coordinator.experiment.ReplaySettings.Order.EXACT;

import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.numaslab.coordinator.audit.Audit;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.experiment.ReplaySettings.Driver;
import org.numaslab.coordinator.experiment.ReplaySettings.Order;
import org.numaslab.coordinator.trace.ReplayCounts;
import org.numaslab.coordinator.trace.TraceCache;
import org.numaslab.cpu.cache.AllocPath;
import org.numaslab.node.memory.Memory;

/// Traces of a real kernel, replayed to the end: nothing is lost, whoever moves the messages and
/// whatever decides the order.
@Tag("long")
class RecordedReplaysTest {
  private static final long SEED = Long.getLong("numaslab.seed", 1);

  static final List<Arguments> ways =
      List.of(
          Arguments.of(EMBEDDED, CAUSAL, 1),
          Arguments.of(SIMULATE, EXACT, 1),
          Arguments.of(SIMULATE, CAUSAL, 1),
          Arguments.of(EMBEDDED, EXACT, 1),
          Arguments.of(EMBEDDED, CAUSAL, 3),
          Arguments.of(SIMULATE, EXACT, 2),
          Arguments.of(SIMULATE, CAUSAL, 3));

  static Stream<Path> more() {
    List<Path> more = RecordedTrace.more();
    return more.isEmpty() ? Stream.of(RecordedTrace.MORE) : more.stream();
  }

  @ParameterizedTest
  @FieldSource("ways")
  void theScenarioReplays(Driver driver, Order order, int rounds) {
    replay(RecordedTrace.scenario(), driver, order, rounds);
  }

  @ParameterizedTest
  @FieldSource("ways")
  void theDemoReplays(Driver driver, Order order, int rounds) {
    replay(RecordedTrace.demo(), driver, order, rounds);
  }

  @ParameterizedTest
  @MethodSource("more")
  void theLargerRecordingsReplay(Path folder) {
    assumeTrue(
        !RecordedTrace.more().isEmpty(),
        () ->
            "skipped: the larger recordings are not at "
                + RecordedTrace.MORE.toAbsolutePath().normalize()
                + " (-Dnumaslab.data=DIR says where); only the committed ones are replayed");
    RecordedTrace recorded = RecordedTrace.read(folder);
    replay(recorded, EMBEDDED, CAUSAL, 1);
    replay(recorded, SIMULATE, EXACT, 1);
    replay(recorded, SIMULATE, CAUSAL, 1);
    RecordedTrace inBulk = RecordedTrace.withInferredBulk(folder);
    replay(inBulk, EMBEDDED, CAUSAL, 2);
    replay(inBulk, SIMULATE, EXACT, 1);
  }

  /// An object that is cleared at home must not be cleared after somebody else has freed it there.
  @ParameterizedTest
  @EnumSource(Driver.class)
  void objectsThatAreClearedWhenAllocatedReplay(Driver driver) {
    for (RecordedTrace recorded : List.of(RecordedTrace.scenario(), RecordedTrace.demo())) {
      replay(
          recorded,
          new ReplaySettings(driver, CAUSAL, SEED, RemoteDraw.WON, true, 1L << 30, 3, false, null));
    }
  }

  @Test
  void inTheExactOrderEveryObjectOfTheScenarioLiesOnItsRecordedNode() {
    RecordedTrace recorded = RecordedTrace.scenario();
    int scenario =
        recorded.trace().caches().stream().map(TraceCache::name).toList().indexOf("sp_c0");
    ReplaySettings won =
        new ReplaySettings(SIMULATE, EXACT, SEED, RemoteDraw.WON, false, 1L << 30, 1, false, null);
    try (Replay replay = recorded.on(won)) {
      replay.run();
      assertThat(replay.tally().allocations(scenario)).isEqualTo(1200);
      assertThat(replay.tally().onRecordedNode(scenario)).isEqualTo(1200);
    }
  }

  private static void replay(RecordedTrace recorded, Driver driver, Order order, int rounds) {
    replay(recorded, RecordedTrace.settings(driver, order, SEED, rounds));
  }

  private static void replay(RecordedTrace recorded, ReplaySettings settings) {
    int openBefore = Memory.openCount();
    try (Replay replay = recorded.on(settings)) {
      replay.run();

      assertThat(replay.done()).isEqualTo(replay.total());
      countsAgree(replay.tally(), recorded, settings.rounds());
      List<BitSet> live = recorded.liveAtEnd();
      for (BitSet slots : live) {
        assertThat(slots.stream()).allMatch(slot -> replay.slots().object(slot) != 0);
      }
      assertThat(IntStream.range(0, recorded.trace().slotCount()))
          .filteredOn(slot -> replay.slots().object(slot) != 0)
          .hasSize(live.stream().mapToInt(BitSet::cardinality).sum());
      Audit audit = Audit.of(replay.dump());
      assertThat(audit.findings()).as("%s %s", recorded, settings).isEmpty();
      assertThat(audit.checkedObjects()).isPositive();
      assertThat(audit.checkedSlabs()).isPositive();
      assertThat(audit.checkedPages())
          .isEqualTo(
              replay.machine().state().nodes().stream()
                  .mapToLong(node -> replay.natures().buddy(node.id()).managedPages())
                  .sum());
    }
    assertThat(Memory.openCount()).isEqualTo(openBefore);
  }

  private static void countsAgree(ReplayTally tally, RecordedTrace recorded, int rounds) {
    ReplayCounts counts = recorded.trace().counts();
    assertThat(tally.failedAllocations()).isZero();
    assertThat(tally.freesOfFailed()).isZero();
    assertThat(tally.allocations())
        .isEqualTo(rounds * (counts.allocations() + counts.inferredAllocations()));
    assertThat(tally.frees())
        .isEqualTo(
            rounds * (counts.frees() + counts.unseenFrees())
                + (rounds - 1) * recorded.trace().closingFrees());
    long byPath = 0;
    for (AllocPath path : AllocPath.values()) {
      byPath += tally.count(path);
    }
    assertThat(byPath).isEqualTo(tally.allocations());
    long byHome = 0;
    int nodes = recorded.kernel().topology().nodeCount();
    for (int from = 0; from < nodes; from++) {
      for (int home = 0; home < nodes; home++) {
        byHome += tally.homes(from, home);
      }
    }
    assertThat(byHome).isEqualTo(tally.allocations());
    List<BitSet> live = recorded.liveAtEnd();
    for (int cache = 0; cache < live.size(); cache++) {
      assertThat(tally.allocations(cache) - tally.frees(cache))
          .isEqualTo(live.get(cache).cardinality());
    }
  }
}
