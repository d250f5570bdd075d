package org.numaslab.coordinator.fault;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// Schedules are read as they are written, and written as they are read.
class ScheduleTextTest {
  private static final long MILLI = 1_000_000;
  private static final Topology FOUR = Topology.uniform(4, 2, 64 << 20);

  private static NodeId node(int number) {
    return new NodeId(number);
  }

  @Test
  void linesAreReadAsPeopleWriteThem() {
    ScheduleText read =
        ScheduleText.parse(
            "f",
            """
            # a comment
            at 3s for 1s partition 0,1|2,3

            at 1.5s for 500ms pause node=2   # and another, with an ü
            at 2s kill restart=800ms node=1
            at 0s\tfor end loss 10% from=0 to=1
            at 0s failslab 1,10,0,-1,ignore-gfp-wait=N
            """,
            FOUR);
    assertThat(read.faults())
        .containsExactly(
            new ScheduledFault(0, ScheduledFault.TO_THE_END, new Fault.Loss(node(0), node(1), 10)),
            new ScheduledFault(1500 * MILLI, 500 * MILLI, new Fault.Pause(node(2))),
            new ScheduledFault(2000 * MILLI, 0, new Fault.Kill(node(1), 800 * MILLI)),
            new ScheduledFault(
                3000 * MILLI,
                1000 * MILLI,
                new Fault.Partition(List.of(Set.of(node(0), node(1)), Set.of(node(2), node(3))))));
    FailSlab slab = requireNonNull(read.schedule().injected().slab());
    assertThat(slab.ignoreGfpWait()).isFalse();
    assertThat(read.schedule().injected().pages()).isNull();
  }

  @Test
  void everyKindIsWrittenAndReadBackEqual() {
    List<Fault> all =
        List.of(
            new Fault.Kill(node(1), Fault.NEVER),
            new Fault.Leave(node(0), 5),
            new Fault.Down(node(2), 1500),
            new Fault.Pause(node(3)),
            new Fault.Partition(List.of(Set.of(node(3), node(1)), Set.of(node(0)))),
            new Fault.Cut(node(0), node(1)),
            new Fault.Bridge(node(2)),
            new Fault.Ring(),
            new Fault.Loss(Fault.ALL, Fault.ALL, 30),
            new Fault.Duplicate(node(0), Fault.ALL, 100),
            new Fault.Delay(Fault.ALL, node(2), 20, 0, 1500 * MILLI),
            new Fault.Reorder(node(1), node(2), 0, 1),
            new Fault.Clog(Fault.ALL, Fault.ALL),
            new Fault.ClockJump(node(0), -3600 * 1000 * MILLI),
            new Fault.Drift(node(1), -10_000),
            new Fault.NoPages(node(1)),
            new Fault.Churn(2000 * MILLI),
            new Fault.CoordinatorKill(0),
            new Fault.CpuCrash(new CpuId(7), 3),
            new Fault.NodeCrash(node(0), 1),
            new Fault.QueueBound(node(0), node(2), 3072),
            new Fault.Corrupt(node(3), 8),
            new Fault.CpuOffline(new CpuId(0)),
            new Fault.MemoryOffline(node(2)),
            new Fault.Preempt(new CpuId(1)));
    assertThat(all.stream().map(FaultKind::of)).containsExactly(FaultKind.values());
    ScheduleText made =
        ScheduleText.of(
            new FaultSchedule(
                all.stream()
                    .map(f -> new ScheduledFault(7, FaultKind.of(f).lasts() ? 1001 : 0, f))
                    .toList(),
                new Faults(
                    FaultText.failSlab("f", "1,10,0,5,cache-filter=Y"),
                    FaultText.failPageAlloc("f", "1,10,0,-1,require=*.Mempools.*"))));
    ScheduleText read = ScheduleText.parse("f", made.text(), FOUR);
    assertThat(read).isEqualTo(made);
    assertThat(read.text()).isEqualTo(made.text());
  }

  @Test
  void whatSaysTheSameIsWrittenAlike() {
    ScheduleText plain =
        ScheduleText.parse(
            "f",
            """
            at 0s fail-page-alloc 1,10,0,-1
            at 0s failslab 1,10,0,5
            at 1s for 1s partition 0,1|2,3
            at 2s for 1500us delay 5% min=1ns max=1us to=1
            """,
            FOUR);
    ScheduleText other =
        ScheduleText.parse(
            "g",
            """
            at 2000000us for 1.5ms delay max=0.001ms to=1 5% min=1ns
            at 1000ms\tfor 1.0s   partition 1,0|3,2 # sides

            at 0ns failslab 1,10,0,5
            at 0s fail-page-alloc 1,10,0,-1
            """,
            FOUR);
    assertThat(other).isEqualTo(plain).hasSameHashCodeAs(plain).hasToString(plain.text());
    assertThat(plain.text())
        .isEqualTo(
            """
            # faults of a run
            at 1s for 1s partition 0,1|2,3
            at 2s for 1500us delay 5% min=1ns max=1us to=1
            at 0s failslab 1,10,0,5
            at 0s fail-page-alloc 1,10,0,-1
            """);
    assertThat(ScheduleText.parse("h", plain.text(), FOUR)).isEqualTo(plain);
  }

  @Test
  void injectionPointsOfEachScheduleCountByThemselves() {
    ScheduleText text = ScheduleText.parse("f", "at 0s failslab 1,100,0,-1", FOUR);
    FailSlab first = requireNonNull(text.schedule().injected().slab());
    FailSlab second = requireNonNull(text.schedule().injected().slab());
    Surroundings at = new Surroundings(() -> 0, () -> 0, line -> {});
    first.attr().shouldFail(1, true, new FakeTask(1), at);
    assertThat(first.attr().failures()).isEqualTo(1);
    assertThat(second.attr().calls()).isZero();
  }

  @Test
  void nothingThatGoesWrongIsWrittenAndReadToo() {
    ScheduleText none = ScheduleText.of(FaultSchedule.none());
    assertThat(ScheduleText.parse("f", none.text(), FOUR)).isEqualTo(none);
    assertThat(none.schedule()).isEqualTo(FaultSchedule.none());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "at 1s for 1s pause node=1\nat 2s for 1s pause node=1",
        "at 1s for 9s pause node=1\nat 2s for 1s pause node=2",
        "at 1s for 9s pause node=1\nat 2s kill node=1 restart=1s",
        "at 1s kill node=1 restart=1s\nat 2s for 1s pause node=1",
        "at 1s kill node=1 restart=never\nat 2s leave node=2 rejoin=never",
        "at 1s leave node=1 rejoin=never\nat 1.1s kill node=1 restart=1s",
        "at 1s for end loss 9% from=0 to=1\nat 1s for end loss 5% from=1 to=0",
        "at 1s for end loss 9% from=0\nat 1s for end loss 5% from=1",
        "at 1s for end loss 9%\nat 1s for end duplicate 5%",
        "at 1s for end ring\nat 1s for end partition 0|1",
      })
  void whatDoesNotContradictMayOverlap(String text) {
    assertThat(ScheduleText.parse("f", text, FOUR).faults()).hasSize(2);
  }
}
