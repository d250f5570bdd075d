package org.numaslab.coordinator.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.numaslab.coordinator.audit.Audit;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.experiment.RandomLoad.Length;
import org.numaslab.coordinator.experiment.ReplaySettings.Driver;
import org.numaslab.coordinator.experiment.ReplaySettings.Order;
import org.numaslab.coordinator.fault.FaultAttr;
import org.numaslab.coordinator.fault.FaultText;
import org.numaslab.coordinator.fault.Faults;
import org.numaslab.coordinator.topologies.KernelDirectory;
import org.numaslab.cpu.cache.AllocPath;
import org.numaslab.node.topology.Topology;

class RandomLoadTest {
  private static final long SEED = Long.getLong("numaslab.seed", 1);

  private static ReplaySettings settings(Driver driver) {
    return new ReplaySettings(
        driver, Order.CAUSAL, SEED, RemoteDraw.SEEDED, false, 1L << 30, 1, true, null);
  }

  private static RandomLoad load(Driver driver, Topology topology, Length length, int caches) {
    return new RandomLoad(topology, null, settings(driver), length, caches);
  }

  @ParameterizedTest
  @CsvSource({"SIMULATE,4,2,32", "SIMULATE,1,1,1", "EMBEDDED,4,2,32", "EMBEDDED,8,8,200"})
  void exactlySoManyOperationsAreDoneAndNothingIsLost(
      Driver driver, int nodes, int cpus, int caches) {
    Topology topology = Topology.uniform(nodes, cpus, 256 << 20);
    try (RandomLoad load = load(driver, topology, Length.ofOperations(200_003), caches)) {
      load.run();

      assertThat(load.done()).isEqualTo(200_003);
      assertThat(load.caches()).hasSize(caches);
      ReplayTally tally = load.tally();
      assertThat(tally.failedAllocations()).isZero();
      assertThat(tally.allocations()).isGreaterThan(80_000);
      assertThat(tally.frees())
          .isBetween(
              tally.allocations() - 64L * nodes * cpus - 16L * nodes * cpus, tally.allocations());
      Audit audit = Audit.of(load.dump());
      assertThat(audit.findings()).as("seed %d", SEED).isEmpty();
    }
  }

  @Test
  void everyWayToServeAnAllocationIsTaken() {
    Topology topology = Topology.uniform(4, 2, 256 << 20);
    try (RandomLoad load = load(Driver.SIMULATE, topology, Length.ofOperations(400_000), 4)) {
      load.run();

      assertThat(AllocPath.values())
          .filteredOn(path -> path != AllocPath.NO_MEMORY && path != AllocPath.ORDER_FALLBACK)
          .allMatch(path -> load.tally().count(path) > 0);
    }
  }

  @ParameterizedTest
  @EnumSource(Driver.class)
  void aFullMachineFailsAllocationsAndLosesNothing(Driver driver) {
    Topology topology = Topology.uniform(2, 2, 128 << 10);
    try (RandomLoad load = load(driver, topology, Length.ofOperations(50_000), 32)) {
      load.run();

      assertThat(load.tally().failedAllocations()).isPositive();
      assertThat(Audit.of(load.dump()).findings()).as("seed %d", SEED).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Driver.class)
  void failNthFailsThatCallOfEachCpu(Driver driver) {
    Faults faults =
        new Faults(
            FaultText.failSlab("--failslab", "1,0,0,-1,ignore-gfp-wait=N,fail-nth=100,verbose=2"),
            null);
    ReplaySettings settings =
        new ReplaySettings(
            driver, Order.CAUSAL, SEED, RemoteDraw.SEEDED, false, 1L << 30, 1, true, null, faults);
    Topology topology = Topology.uniform(2, 2, 256 << 20);
    try (RandomLoad load =
        new RandomLoad(topology, null, settings, Length.ofOperations(20_000), 8)) {
      load.run();

      assertThat(faults.attrs().mapToLong(FaultAttr::failures).sum()).isEqualTo(4);
      assertThat(load.tally().failedAllocations()).isEqualTo(4);
      assertThat(Audit.of(load.dump()).findings()).as("seed %d", SEED).isEmpty();
      List<String> log = load.machine().kernelLog().take();
      for (int cpu = 0; cpu < 4; cpu++) {
        int said = log.indexOf("CPU: " + cpu + " PID: 0 Comm: swapper/" + cpu);
        assertThat(log.get(said + 3))
            .startsWith(" org.numaslab.coordinator.experiment.RandomProgram.");
      }
    }
  }

  @Test
  void oneSeedGivesOneMachine() {
    Topology topology = Topology.uniform(4, 2, 256 << 20);
    try (RandomLoad one = load(Driver.SIMULATE, topology, Length.ofOperations(20_000), 8);
        RandomLoad other = load(Driver.SIMULATE, topology, Length.ofOperations(20_000), 8)) {
      one.run();
      other.run();

      assertThat(one.dump()).usingRecursiveComparison().isEqualTo(other.dump());
    }
  }

  @Test
  void aKernelsCachesAreUsedWhereThereIsItsFolder() {
    KernelDirectory kernel = RecordedTrace.demo().kernel();
    try (RandomLoad load =
        new RandomLoad(
            kernel.topology(), kernel, settings(Driver.SIMULATE), Length.ofOperations(50_000), 1)) {
      load.run();

      assertThat(load.caches()).hasSameSizeAs(kernel.caches());
      assertThat(load.caches().getFirst().name()).isEqualTo(kernel.caches().getFirst().name());
      assertThat(Audit.of(load.dump()).findings()).isEmpty();
    }
  }

  @Test
  void timeEndsALoadOfActors() {
    Topology topology = Topology.uniform(2, 2, 256 << 20);
    try (RandomLoad load = load(Driver.EMBEDDED, topology, Length.ofSeconds(1), 8)) {
      load.run();

      assertThat(load.elapsedNanos()).isGreaterThanOrEqualTo(1_000_000_000L);
      assertThat(load.done()).isPositive();
      assertThat(load.total()).isGreaterThanOrEqualTo(load.done());
    }
  }
}
