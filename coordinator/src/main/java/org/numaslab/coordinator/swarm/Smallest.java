package org.numaslab.coordinator.swarm;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.numaslab.coordinator.fault.FaultSchedule;
import org.numaslab.coordinator.fault.Faults;
import org.numaslab.coordinator.fault.ScheduledFault;

/// Makes a failing run smaller while it still fails: fewer faults, fewer operations, a simpler
/// load.
public final class Smallest {
  /// Runs that are tried at most.
  private static final int TRIES_MAX = 500;

  private SwarmRun.Result best;
  private int tries;

  private Smallest(SwarmRun.Result failing) {
    this.best = failing;
  }

  /// @return the smallest run found that breaks the same invariant first
  public static SwarmRun.Result of(SwarmRun.Result failing) {
    Smallest search = new Smallest(failing);
    int before;
    do {
      before = search.size();
      search.dropFaults();
      search.shorten();
      search.simplify();
    } while (search.size() < before && search.tries < TRIES_MAX);
    return search.best;
  }

  private int size() {
    Load load = best.plan().load();
    return best.plan().faults().faults().size() * 1000
        + (int) Math.min(500, load.operations())
        + load.keptMax();
  }

  private boolean accepts(Plan plan) {
    if (tries++ >= TRIES_MAX) {
      return false;
    }
    SwarmRun.Result result = SwarmRun.of(plan, event -> {});
    if (result.isClean() || !invariant(result).equals(invariant(best))) {
      return false;
    }
    best = result;
    return true;
  }

  private static String invariant(SwarmRun.Result result) {
    return result.violations().getFirst().invariant();
  }

  /// Leaves out halves, then quarters, down to single faults.
  private void dropFaults() {
    if (best.plan().faults().injected().attrs().findAny().isPresent()) {
      accepts(best.plan().with(new FaultSchedule(faults(), Faults.none())));
    }
    for (int part = Math.max(1, faults().size() / 2); part >= 1; part /= 2) {
      for (int from = 0; from < faults().size(); ) {
        List<ScheduledFault> fewer = new ArrayList<>(faults());
        fewer.subList(from, Math.min(fewer.size(), from + part)).clear();
        FaultSchedule schedule = new FaultSchedule(fewer, best.plan().faults().injected());
        if (!accepts(best.plan().with(schedule))) {
          from += part;
        }
      }
    }
  }

  private List<ScheduledFault> faults() {
    return best.plan().faults().faults();
  }

  private void shorten() {
    while (accepts(
        best.plan()
            .with(best.plan().load().withOperations(best.plan().load().operations() / 2)))) {}
  }

  private void simplify() {
    for (UnaryOperator<Load> simpler : Load.simplifications()) {
      Load load = simpler.apply(best.plan().load());
      if (!load.equals(best.plan().load())) {
        accepts(best.plan().with(load));
      }
    }
  }
}
