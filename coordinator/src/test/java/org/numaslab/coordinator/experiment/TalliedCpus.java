package org.numaslab.coordinator.experiment;

import java.util.function.IntPredicate;

/// What some CPUs of an experiment counted.
public final class TalliedCpus {
  private TalliedCpus() {}

  public static ReplayTally of(Experiment experiment, IntPredicate isOne) {
    ReplayTally sum =
        new ReplayTally(experiment.machine().topology().nodeCount(), experiment.caches().size());
    for (int cpu = 0; cpu < experiment.programs().size(); cpu++) {
      if (isOne.test(cpu)) {
        sum.add(experiment.programs().get(cpu).tally());
      }
    }
    return sum;
  }
}
