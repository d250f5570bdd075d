package org.numaslab.coordinator.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.experiment.ReplaySettings.Driver;
import org.numaslab.coordinator.experiment.ReplaySettings.Order;
import org.numaslab.coordinator.fault.FaultAttr;
import org.numaslab.coordinator.fault.FaultText;
import org.numaslab.coordinator.fault.Faults;

/// What is made to fail begins with the replay: what a machine had before is as it was.
class WarmStartFaultsTest {
  private static final RecordedTrace DEMO = RecordedTrace.demo();
  private static final String FILES = ",ignore-gfp-wait=N,verbose=0";

  private static Faults faults(String numbers) {
    return new Faults(
        FaultText.failSlab("--failslab", numbers + FILES),
        FaultText.failPageAlloc("--fail-page-alloc", numbers + FILES + ",min-order=0"));
  }

  private static Replay replay(Driver driver, boolean cold, Faults faults) {
    Order order = driver == Driver.EMBEDDED ? Order.CAUSAL : Order.EXACT;
    return DEMO.on(
        new ReplaySettings(
            driver, order, 1, RemoteDraw.SEEDED, false, 4L << 30, 1, cold, null, faults));
  }

  private static FaultAttr slabs(Faults faults) {
    return faults.attrs().findFirst().orElseThrow();
  }

  private static long calls(boolean cold) {
    Faults faults = faults("1,0,0,-1");
    try (Replay replay = replay(Driver.SIMULATE, cold, faults)) {
      replay.run();
      return slabs(faults).calls();
    }
  }

  @Test
  void aWarmMachineIsAskedAsOftenAsAColdOne() {
    assertThat(calls(false)).isPositive().isEqualTo(calls(true));
  }

  @ParameterizedTest
  @EnumSource(Driver.class)
  void whereEverythingFailsTheWarmSlabsAreThere(Driver driver) {
    Faults faults = faults("1,100,0,-1");
    try (Replay replay = replay(driver, false, faults)) {
      replay.run();

      assertThat(replay.tally().allocations()).isZero();
      assertThat(replay.tally().failedAllocations()).isEqualTo(slabs(faults).failures());
      assertThat(replay.dump().nodes()).anyMatch(node -> !node.slabs().isEmpty());
    }
  }

  @ParameterizedTest
  @EnumSource(Driver.class)
  void theOnlyFailureIsOneOfTheReplay(Driver driver) {
    try (Replay replay = replay(driver, false, faults("1,100,0,1"))) {
      replay.run();

      assertThat(replay.tally().failedAllocations()).isEqualTo(1);
    }
  }
}
