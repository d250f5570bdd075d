package org.numaslab.coordinator.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.numaslab.coordinator.fault.FaultKind;
import org.numaslab.node.loan.Rejection;

/// A fault that never happens proves nothing: each kind is seen to happen, and so is each reason
/// for which a message has no effect.
class FaultKindsTest {
  private static final long FIRST = Long.getLong("numaslab.seed", 1);
  private static final int THREADS = Runtime.getRuntime().availableProcessors();

  @ParameterizedTest
  @EnumSource
  void eachKindHappensAndNothingIsLost(FaultKind kind) {
    Swarm.Totals totals = Swarm.run(FIRST, 8, 3000, FaultChoice.only(kind), THREADS, runs -> {});
    assertThat(totals.failure).as("%s", totals.failure).isNull();
    assertThat(totals.hits.getOrDefault(kind, 0L)).isPositive();
  }

  @Test
  void eachReasonToIgnoreAMessageIsMet() {
    Swarm.Totals totals = Swarm.run(FIRST, 60, 10_000, FaultChoice.RANDOM, THREADS, runs -> {});
    assertThat(totals.failure).as("%s", totals.failure).isNull();
    assertThat(totals.rejections.keySet())
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(Rejection.values()).filter(why -> !why.isOfLiars()).toList());
    assertThat(totals.reclaimed).isPositive();
    assertThat(totals.censusesVoided).isPositive();
  }
}
