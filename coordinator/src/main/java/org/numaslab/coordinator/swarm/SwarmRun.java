package org.numaslab.coordinator.swarm;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.numaslab.coordinator.audit.Event;
import org.numaslab.coordinator.audit.History;
import org.numaslab.coordinator.audit.HistoryAudit;
import org.numaslab.coordinator.audit.HistoryHash;
import org.numaslab.coordinator.audit.Violation;
import org.numaslab.coordinator.driver.simulate.SimulatedCluster;
import org.numaslab.coordinator.fault.FaultKind;
import org.numaslab.coordinator.fault.FaultSchedule;
import org.numaslab.node.loan.Rejection;
import org.numaslab.node.topology.CpuId;

/// One run of a plan: with faults, then healed until everything is given back, audited on the way
/// and at the end.
public final class SwarmRun {
  private static final long MILLIS = 1_000_000;

  /// After so long without faults nothing may be under way any more.
  private static final long HEAL_NANOS_MAX = 60_000 * MILLIS;

  /// Tasks that wait for lost members need longer for their operations; so much longer at most.
  private static final long LENGTHS_MAX = 2000;

  private static final long SLICES = 10;

  private static final long TOUCHED_BYTES_MAX = 64L << 20;

  /// What came of it.
  ///
  /// @param progress what the tasks did
  /// @param events in the history
  /// @param hash of the history
  /// @param virtualNanos it took in virtual time
  /// @param healNanos of them after the faults
  /// @param hits how often faults of each kind happened
  /// @param injected how many calls each injection point made fail
  /// @param chores how often each thing was done to the machine as a whole
  /// @param rejections how often each reason for having no effect was met
  /// @param messages between members
  /// @param encoded how many of them went through their bytes
  /// @param bytes that these had
  /// @param failures inside members
  public record Result(
      Plan plan,
      Progress progress,
      long events,
      long hash,
      long virtualNanos,
      long healNanos,
      long reclaimed,
      long handOffs,
      List<Violation> violations,
      Map<FaultKind, Long> hits,
      Map<String, Long> injected,
      Map<String, Long> chores,
      Map<Rejection, Long> rejections,
      long messages,
      long encoded,
      long bytes,
      long censusesClosed,
      long censusesVoided,
      SimulatedCluster.Failures failures) {
    public boolean isClean() {
      return violations.isEmpty();
    }
  }

  private SwarmRun() {}

  /// Runs it.
  ///
  /// @param history is told what happens, before it is audited
  public static Result of(Plan plan, History history) {
    return of(plan, history, OnTheWay.EVERY_STEPS);
  }

  /// The same with more or fewer looks at what members have.
  ///
  /// @param lookSteps after so many steps, each time; 1 for after each
  public static Result of(Plan plan, History history, int lookSteps) {
    int[] nodeOfCpu = new int[plan.topology().cpuCount()];
    for (int cpu = 0; cpu < nodeOfCpu.length; cpu++) {
      nodeOfCpu[cpu] = plan.topology().nodeOf(new CpuId(cpu)).value();
    }
    HistoryAudit audit = new HistoryAudit(nodeOfCpu);
    HistoryHash hash = new HistoryHash();
    History both =
        event -> {
          hash.add(event);
          history.add(event);
          audit.add(event);
        };
    Progress progress = new Progress();
    SplittableRandom tasks = new SplittableRandom(~plan.seed());
    SimulatedCluster.Settings settings =
        new SimulatedCluster.Settings(
            plan.topology(),
            plan.caches(),
            plan.load().choreNanos(),
            plan.times(),
            plan.costs(),
            new FaultSchedule(plan.faults().faults(), plan.faults().injected().afresh()),
            plan.seed(),
            plan.encodes(),
            TOUCHED_BYTES_MAX);
    try (SimulatedCluster cluster =
        new SimulatedCluster(
            settings,
            (of, member, cpu) -> new SwarmTask(member, cpu, plan.load(), tasks.split(), progress),
            both)) {
      List<Violation> violations = new ArrayList<>();
      OnTheWay onTheWay = OnTheWay.watch(cluster, lookSteps);
      try {
        long end = plan.lengthNanos() * LENGTHS_MAX;
        for (long until = plan.lengthNanos();
            until <= end && progress.operations < plan.load().operations();
            until += plan.lengthNanos() / SLICES) {
          cluster.run(until);
        }
        long healed = cluster.now();
        String waits = cluster.heal(HEAL_NANOS_MAX);
        if (!waits.isEmpty()) {
          violations.add(new Violation("L1", cluster.now(), Event.NONE, 0, waits));
        }
        violations.addAll(ofLiars(cluster));
        audit.end(cluster.now());
        violations.addAll(audit.violations());
        violations.addAll(onTheWay.violations());
        if (waits.isEmpty()) {
          violations.addAll(AtRest.of(cluster));
        }
        return result(plan, progress, hash, cluster, cluster.now() - healed, audit, violations);
      } catch (RuntimeException | AssertionError broken) {
        violations.addAll(audit.violations());
        violations.addAll(onTheWay.violations());
        violations.add(
            new Violation("broken", cluster.now(), Event.NONE, 0, String.valueOf(broken)));
        return result(plan, progress, hash, cluster, 0, audit, violations);
      }
    }
  }

  /// Nobody lies here: what only a liar can cause, a fault of the protocol has caused.
  private static List<Violation> ofLiars(SimulatedCluster cluster) {
    return cluster.rejections().entrySet().stream()
        .filter(entry -> entry.getKey().isOfLiars())
        .map(entry ->
            new Violation(
                "S6",
                cluster.now(),
                Event.NONE,
                0,
                "%d times %s, which only a member that is wrong about what it has can cause"
                    .formatted(entry.getValue(), entry.getKey())))
        .toList();
  }

  private static Result result(
      Plan plan,
      Progress progress,
      HistoryHash hash,
      SimulatedCluster cluster,
      long healNanos,
      HistoryAudit audit,
      List<Violation> violations) {
    return new Result(
        plan,
        progress,
        hash.events(),
        hash.value(),
        cluster.now(),
        healNanos,
        audit.reclaimed(),
        audit.handOffs(),
        List.copyOf(violations),
        cluster.faultHits(),
        cluster.injected(),
        cluster.chores(),
        cluster.rejections(),
        cluster.messages().sent,
        cluster.messages().encoded,
        cluster.messages().bytes,
        cluster.censuses().closed,
        cluster.censuses().voided,
        cluster.failures());
  }
}
