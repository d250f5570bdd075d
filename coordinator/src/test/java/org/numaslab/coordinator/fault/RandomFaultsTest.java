package org.numaslab.coordinator.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.numaslab.node.topology.Topology;

/// Random schedules say nothing that a person could not write, and leave a majority alone.
@Tag("long")
class RandomFaultsTest {
  private static final int SEEDS = 10_000;
  private static final long LENGTH = 20_000_000_000L;
  private static final List<Topology> MACHINES =
      IntStream.rangeClosed(2, 9).mapToObj(n -> Topology.uniform(n, 2, 8 << 20)).toList();

  private static SplittableRandom random(long i) {
    return new SplittableRandom(Long.getLong("numaslab.seed", 0) + i);
  }

  private static Topology machine(int i) {
    return MACHINES.get(i % MACHINES.size());
  }

  /// Written and read back with all checks.
  private static void passes(FaultSchedule schedule, Topology topology, String from) {
    ScheduleText made = ScheduleText.of(schedule);
    String text = made.text();
    ScheduleText read = ScheduleText.parse(from, text, topology);
    assertThat(read).as(from).isEqualTo(made);
    assertThat(read.text()).as(from).isEqualTo(text);
  }

  @Test
  void mixesPassAllChecksAndAreReadBackEqual() {
    for (int i = 0; i < SEEDS; i++) {
      passes(RandomFaults.mix(random(i), machine(i), LENGTH), machine(i), "mix of seed " + i);
    }
  }

  @Test
  void theSameSeedGivesTheSameSchedule() {
    for (int i = 0; i < 100; i++) {
      assertThat(ScheduleText.of(RandomFaults.mix(random(i), machine(i), LENGTH)))
          .isEqualTo(ScheduleText.of(RandomFaults.mix(random(i), machine(i), LENGTH)));
    }
  }

  @Test
  void fewerThanHalfOfTheMembersAreOutAtATime() {
    for (int i = 0; i < SEEDS; i++) {
      leavesAMajority(RandomFaults.mix(random(i), machine(i), LENGTH), machine(i), "seed " + i);
    }
  }

  private static void leavesAMajority(FaultSchedule schedule, Topology machine, String from) {
    for (ScheduledFault at : schedule.faults()) {
      Set<Object> out = new HashSet<>();
      for (ScheduledFault other : schedule.faults()) {
        if (other.atNanos() <= at.atNanos() && overNanos(other) > at.atNanos()) {
          switch (other.fault()) {
            case Fault.Kill f -> out.add(f.node());
            case Fault.Leave f -> out.add(f.node());
            case Fault.Down f -> out.add(f.node());
            case Fault.Pause f -> out.add(f.node());
            case Fault.Churn f -> out.add(f);
            case Fault.CoordinatorKill f -> out.add(f);
            default -> {}
          }
        }
      }
      assertThat(out.size() * 2).as("%s: %s", from, schedule).isLessThan(machine.nodeCount());
    }
  }

  private static long overNanos(ScheduledFault scheduled) {
    return scheduled.atNanos()
        + switch (scheduled.fault()) {
          case Fault.Kill f -> f.restartNanos();
          case Fault.Leave f -> f.rejoinNanos();
          case Fault.Down f -> f.unawareNanos();
          case Fault.CoordinatorKill f -> f.restartNanos();
          default -> scheduled.forNanos();
        };
  }

  @Test
  void aMixHasAboutADozenFaultsMostlyOfTheCommonKinds() {
    Map<FaultKind, Integer> counts = new EnumMap<>(FaultKind.class);
    int all = 0;
    for (int i = 0; i < SEEDS; i++) {
      for (ScheduledFault fault : RandomFaults.mix(random(i), machine(i), LENGTH).faults()) {
        counts.merge(FaultKind.of(fault.fault()), 1, Integer::sum);
        all++;
      }
    }
    assertThat((double) all / SEEDS).as("%s", counts).isBetween(11.0, 13.0);
    assertThat(counts.keySet()).containsExactlyInAnyOrder(FaultKind.values());
    for (FaultKind kind : FaultKind.values()) {
      assertThat(counts.get(kind)).as("%s of %s", kind, counts).isGreaterThan(SEEDS / 100);
    }
    for (FaultKind common :
        List.of(
            FaultKind.KILL, FaultKind.PAUSE, FaultKind.PARTITION, FaultKind.CUT, FaultKind.DOWN)) {
      assertThat(counts.get(common)).as("%s of %s", common, counts).isGreaterThan(SEEDS / 2);
    }
  }

  @Test
  void schedulesOfOneKindAndOfTwoHaveNoOtherAndPassAllChecks() {
    for (FaultKind a : FaultKind.values()) {
      for (FaultKind b : FaultKind.values()) {
        Set<FaultKind> seen = EnumSet.noneOf(FaultKind.class);
        for (int i = 0; i < 3 * MACHINES.size(); i++) {
          FaultSchedule schedule =
              a == b
                  ? RandomFaults.only(a, random(i), machine(i), LENGTH)
                  : RandomFaults.pair(a, b, random(i), machine(i), LENGTH);
          passes(schedule, machine(i), a + " and " + b + " of seed " + i);
          leavesAMajority(schedule, machine(i), a + " and " + b + " of seed " + i);
          schedule.faults().forEach(fault -> seen.add(FaultKind.of(fault.fault())));
        }
        assertThat(seen).isEqualTo(EnumSet.of(a, b));
      }
    }
  }

  @Test
  void onTwoNodesNobodyIsTakenOut() {
    List<ScheduledFault> all = new ArrayList<>();
    for (FaultKind kind :
        List.of(FaultKind.KILL, FaultKind.LEAVE, FaultKind.DOWN, FaultKind.PAUSE)) {
      all.addAll(RandomFaults.only(kind, random(1), MACHINES.getFirst(), LENGTH).faults());
    }
    assertThat(all).isEmpty();
  }

  @Test
  void aRunMayBeAsShortAsAMillisecond() {
    for (int i = 0; i < 1000; i++) {
      passes(RandomFaults.mix(random(i), machine(i), 1_000_000), machine(i), "seed " + i);
    }
  }

  @Test
  void oneNodeOrNoTimeIsRefused() {
    assertThatThrownBy(() -> RandomFaults.mix(random(1), Topology.uniform(1, 2, 8 << 20), LENGTH))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> RandomFaults.mix(random(1), machine(1), 999_999))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> RandomFaults.mix(random(1), machine(1), 3_600_000_000_001L))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
