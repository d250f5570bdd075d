package org.numaslab.coordinator.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.audit.Violation;
import org.numaslab.coordinator.swarm.Swarm;
import org.numaslab.coordinator.swarm.SwarmRun;

/// What simulated runs came to, as result.json has it. All of it is of virtual time: *modelled*.
///
/// @param command that repeats it
/// @param basis of its figures
/// @param cases runs that share a choice of faults
/// @param faults how often a fault of each kind happened, and how many calls failslab and
///   fail_page_alloc made fail
/// @param chores how often each thing was done to the machine as a whole
/// @param rejections how often each reason for having no effect was met
/// @param failure the first run that broke an invariant, null for none
public record SimulationResult(
    String version,
    String command,
    String basis,
    List<Case> cases,
    Sum total,
    Map<String, Long> faults,
    Map<String, Long> chores,
    Map<String, Long> rejections,
    @Nullable Failure failure) {
  /// Of figures that all come from virtual time.
  public static SimulationResult of(
      String version,
      String command,
      List<Case> cases,
      Swarm.Totals all,
      @Nullable Failure failure) {
    return new SimulationResult(
        version,
        command,
        Basis.MODELLED.toString(),
        cases,
        Sum.of(all),
        faults(all),
        new TreeMap<>(all.chores),
        byName(all.rejections),
        failure);
  }

  /// Runs with one choice of faults.
  public record Case(String faults, long firstSeed, Sum sum) {}

  /// What runs did together.
  public record Sum(
      long runs,
      long operations,
      long allocations,
      long remoteAllocations,
      long failedAllocations,
      long handOffs,
      long refusedHandOffs,
      long lostWithHome,
      long reclaimed,
      long events,
      String historyHash,
      long messages,
      long encodedMessages,
      long encodedBytes,
      long censusesClosed,
      long censusesVoided,
      long cpuRestarts,
      long quarantinedSlabs,
      long oopses,
      double virtualSeconds,
      double operationsPerSecond) {
    private static final double NANOS = 1e9;

    public static Sum of(Swarm.Totals totals) {
      return new Sum(
          totals.runs,
          totals.operations,
          totals.allocations,
          totals.remote,
          totals.failed,
          totals.handOffs,
          totals.refused,
          totals.lost,
          totals.reclaimed,
          totals.events,
          "%016x".formatted(totals.hash),
          totals.messages,
          totals.encoded,
          totals.bytes,
          totals.censusesClosed,
          totals.censusesVoided,
          totals.restarts,
          totals.quarantined,
          totals.oopses,
          totals.virtualNanos / NANOS,
          totals.operations / Math.max(1 / NANOS, totals.loadNanos / NANOS));
    }
  }

  /// A run that broke an invariant.
  ///
  /// @param command that repeats it
  /// @param smallest the command of the smallest run found that breaks the same
  /// @param violations of the smallest run
  public record Failure(
      long seed, String command, String smallest, List<String> violations, String schedule) {
    public static Failure of(
        SwarmRun.Result failing,
        String command,
        SwarmRun.Result smallest,
        String small,
        String schedule) {
      return new Failure(
          failing.plan().seed(),
          command,
          small,
          smallest.violations().stream().map(Violation::toString).toList(),
          schedule);
    }
  }

  private static Map<String, Long> faults(Swarm.Totals all) {
    Map<String, Long> faults = new TreeMap<>(byName(all.hits));
    faults.putAll(all.injected);
    return faults;
  }

  /// Counts by name.
  private static Map<String, Long> byName(Map<? extends Enum<?>, Long> counts) {
    return counts.entrySet().stream()
        .collect(
            Collectors.toMap(
                e -> e.getKey().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                Map.Entry::getValue,
                Long::sum,
                TreeMap::new));
  }
}
