package org.numaslab.coordinator.swarm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.numaslab.coordinator.fault.Fault;
import org.numaslab.coordinator.fault.FaultKind;
import org.numaslab.coordinator.fault.FaultSchedule;
import org.numaslab.coordinator.fault.Faults;
import org.numaslab.coordinator.fault.ScheduledFault;
import org.numaslab.cpu.cache.Restarts;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.Topology;

/// What fails inside members: shells of CPUs in the middle of a step, and emulated kernels.
class FailuresTest {
  private static final long FIRST = Long.getLong("numaslab.seed", 1);
  private static final long MILLIS = 1_000_000;

  /// A cut seldom meets a step that has slabs of several nodes in hand: about one run of forty has
  /// such a cut, so runs go on until one has.
  @Test
  void aCpuThatFailsWhileItGivesEverythingBackQuarantinesWhatItHasInHand() {
    Swarm.Totals totals = new Swarm.Totals();
    for (long seed = FIRST; seed < FIRST + 400 && totals.quarantined == 0; seed++) {
      totals.add(run(seed, 1, FailuresTest::whileFlushing));
    }
    assertThat(totals.restarts).isPositive();
    assertThat(totals.quarantined).isPositive();
  }

  /// Each cpu goes off line, and fails a few times around then: what it is asked reaches it late.
  private static FaultSchedule whileFlushing(
      SplittableRandom random, Topology topology, long length) {
    List<ScheduledFault> faults = new ArrayList<>();
    for (int cpu = 0; cpu < topology.cpuCount(); cpu++) {
      long at = length / 4 + random.nextLong(length / 2);
      CpuId id = new CpuId(cpu);
      for (int crash = 0; crash < Restarts.MAX; crash++) {
        long near = at + random.nextLong(20 * MILLIS);
        faults.add(new ScheduledFault(near, 0, new Fault.CpuCrash(id, 1 + random.nextInt(6))));
      }
      faults.add(new ScheduledFault(at, 50 * MILLIS, new Fault.CpuOffline(id)));
    }
    return new FaultSchedule(faults, Faults.none());
  }

  @Test
  void corruptListsAndFailuresTogetherLoseNothing() {
    Swarm.Totals totals = run(20, FailuresTest::afterCorruption);
    assertThat(totals.restarts).isPositive();
    assertThat(totals.oopses).isPositive();
  }

  /// Lists of each node are made corrupt; then its CPUs fail, with or without having taken them.
  private static FaultSchedule afterCorruption(
      SplittableRandom random, Topology topology, long length) {
    List<ScheduledFault> faults = new ArrayList<>();
    for (int cpu = 0; cpu < topology.cpuCount(); cpu++) {
      CpuId id = new CpuId(cpu);
      long at = length / 4 + random.nextLong(length / 2);
      faults.add(new ScheduledFault(at, 0, new Fault.Corrupt(topology.nodeOf(id), 8)));
      for (int crash = 0; crash < Restarts.MAX; crash++) {
        long later = at + random.nextLong(100 * MILLIS);
        faults.add(new ScheduledFault(later, 0, new Fault.CpuCrash(id, 1)));
      }
    }
    return new FaultSchedule(faults, Faults.none());
  }

  @Test
  void aCpuThatFailsTooOftenGoesOffLineAndTheOthersGoOn() {
    long seeds = 10;
    Swarm.Totals totals = run((int) seeds, FailuresTest::tooOften);
    assertThat(totals.restarts)
        .as("then it is off line")
        .isGreaterThanOrEqualTo(seeds * (Restarts.MAX + 1));
  }

  private static FaultSchedule tooOften(SplittableRandom random, Topology topology, long length) {
    List<ScheduledFault> faults = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      long at = (i + 1) * length / 10;
      faults.add(new ScheduledFault(at, 0, new Fault.CpuCrash(new CpuId(0), 1)));
    }
    return new FaultSchedule(faults, Faults.none());
  }

  @Test
  void aCorruptListEndsItsMember() {
    assertThat(run(30, FaultChoice.only(FaultKind.CORRUPT)).oopses).isPositive();
  }

  private static Swarm.Totals run(int seeds, Plan.Faults faults) {
    return run(FIRST, seeds, faults);
  }

  private static Swarm.Totals run(long first, int seeds, Plan.Faults faults) {
    Swarm.Totals totals = Swarm.run(first, seeds, 5000, faults, 1, runs -> {});
    assertThat(totals.failure == null ? List.of() : totals.failure.violations())
        .as("from seed %d", first)
        .isEmpty();
    return totals;
  }
}
