package org.numaslab.deploy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.audit.MappedHistory;
import org.numaslab.coordinator.cost.Calibration;
import org.numaslab.coordinator.driver.cluster.ClusterSystem;
import org.numaslab.coordinator.driver.cluster.LeadOfRun;
import org.numaslab.coordinator.driver.cluster.RunActors;
import org.numaslab.coordinator.fault.ScheduledFault;
import org.numaslab.coordinator.membership.Phase;
import org.numaslab.coordinator.membership.RunLead;
import org.numaslab.coordinator.membership.RunMessage.Standing;
import org.numaslab.coordinator.registry.RunCaches;
import org.numaslab.coordinator.report.LostMember;
import org.numaslab.node.topology.EnvironmentFailure;
import org.numaslab.node.topology.Topology;

/// Leads one run on the nodes of a cluster, from its forming to the parts of its result.
final class ClusterRun {
  private static final int LOOK_MILLIS = 50;

  /// Nodes that are there say so in less.
  private static final Duration LOOK_MAX = Duration.ofSeconds(2);

  /// Is told how it stands.
  interface Watcher {
    /// How many nodes of how many are there.
    void forms(int there, int nodes);

    /// What messages cost is measured.
    void calibrates(LeadOfRun run);

    /// It runs.
    void runs(LeadOfRun run);
  }

  private final Topology topology;
  private final List<String> words;
  private final @Nullable RunCaches caches;
  private final long enough;
  private final Path folder;
  private final Watcher watcher;
  private @Nullable Consumer<Calibration> calibrated;
  private @Nullable Calibration calibration;
  private final Map<Integer, Long> killedAfter = new HashMap<>();

  /// @param words of the run
  /// @param caches that its registry makes; null where the processes make their own
  /// @param enough operations that end it, by those who are left; 0 where each process knows its
  ///   end
  /// @param folder for what processes write
  ClusterRun(
      Topology topology,
      List<String> words,
      @Nullable RunCaches caches,
      long enough,
      Path folder,
      Watcher watcher) {
    this.topology = topology;
    this.words = List.copyOf(words);
    this.caches = caches;
    this.enough = enough;
    this.folder = folder;
    this.watcher = watcher;
  }

  Topology topology() {
    return topology;
  }

  Path folder() {
    return folder;
  }

  /// Measures first what messages cost, on the same processes.
  ClusterRun calibrating(Consumer<Calibration> told) {
    calibrated = told;
    return this;
  }

  /// What messages cost by themselves on its processes, null where that was not measured.
  @Nullable Calibration calibration() {
    return calibration;
  }

  private void calibrate(
      ClusterSystem me, Duration patience, Runnable requireAlive, Consumer<Calibration> told) {
    String[] measure = {"--workload=" + WorkloadOptions.CALIBRATION};
    LeadOfRun run =
        RunActors.lead(
            me, new RunActors.RunWords(System.currentTimeMillis(), measure, topology, null, 0));
    form(run, patience, requireAlive);
    watcher.calibrates(run);
    while (!run.outcome().isDone()) {
      requireMember(me);
      requireAlive.run();
      pause();
    }
    Calibration measured = Calibration.decode(outcome(run).parts());
    calibration = measured;
    told.accept(measured);
  }

  /// Runs it.
  ///
  /// @param member how this process finds the cluster
  /// @param processes that this one has started; null where it has started none
  /// @param faults that are done to them
  /// @throws EnvironmentFailure when the cluster does not form, or the run cannot go on
  LeadOfRun.Outcome lead(
      MemberOptions member, @Nullable NodeProcesses processes, List<ScheduledFault> faults) {
    try (ClusterSystem me = join(member);
        ProcessFaults atWork =
            new ProcessFaults(
                processes,
                me,
                faults.isEmpty()
                    ? event -> {}
                    : new MappedHistory(folder.resolve("coordinator.events")))) {
      Runnable requireAlive = processes == null ? () -> {} : processes::requireAlive;
      Consumer<Calibration> measures = calibrated;
      if (measures != null) {
        calibrate(me, member.patience(), requireAlive, measures);
      }
      LeadOfRun run = lead(me, processes == null ? laterThanAll(me) : System.currentTimeMillis());
      form(run, member.patience(), requireAlive);
      watcher.runs(run);
      if (processes != null) {
        awaitRunning(me, run);
        long began = System.nanoTime();
        atWork.begin(faults);
        await(me, run);
        seeEnds(processes, began);
      } else {
        await(me, run);
      }
      List<String> troubles = atWork.troubles();
      if (!troubles.isEmpty()) {
        throw new EnvironmentFailure("fault that could not be made: " + troubles.getFirst());
      }
      return outcome(run);
    }
  }

  /// The number of a run that follows all that the nodes have heard of, whatever this host's clock
  /// says.
  private long laterThanAll(ClusterSystem me) {
    LeadOfRun looks = look(me, topology, LOOK_MAX);
    long last =
        looks.view().standings().stream().mapToLong(Standing::run).max().orElse(RunLead.LOOK);
    looks.stop();
    return Math.max(System.currentTimeMillis(), last + 1);
  }

  /// Hears how all nodes stand, as far as they are there in time.
  static LeadOfRun look(ClusterSystem me, Topology topology, Duration within) {
    LeadOfRun looks =
        RunActors.lead(me, new RunActors.RunWords(RunLead.LOOK, new String[0], topology, null, 0));
    long until = System.nanoTime() + within.toNanos();
    while (looks.view().there().size() < topology.nodeCount() && System.nanoTime() < until) {
      requireMember(me);
      pause();
    }
    return looks;
  }

  /// Returns when all nodes run, so that faults have something to hit.
  private static void awaitRunning(ClusterSystem me, LeadOfRun run) {
    while (!run.outcome().isDone() && !isRunning(run.view())) {
      requireMember(me);
      pause();
    }
  }

  private static boolean isRunning(LeadOfRun.View view) {
    return view.wanted().isAtLeast(Phase.RUNNING)
        && view.standings().stream().allMatch(each -> each.phase().isAtLeast(Phase.RUNNING));
  }

  /// Processes that have ended although nobody has stopped them yet.
  private void seeEnds(NodeProcesses processes, long began) {
    List<ChildProcess> children = processes.children();
    for (int node = 0; node < children.size(); node++) {
      OptionalLong at = children.get(node).endedAt();
      if (at.isPresent()) {
        killedAfter.put(node, Math.max(0, at.getAsLong() - began));
      }
    }
  }

  private static void await(ClusterSystem me, LeadOfRun run) {
    while (!run.outcome().isDone()) {
      requireMember(me);
      pause();
    }
  }

  /// @throws EnvironmentFailure when this process cannot hear how the run goes on
  private static void requireMember(ClusterSystem me) {
    if (me.ended().isDone()) {
      throw new EnvironmentFailure(
          "the cluster has removed this coordinator: too few nodes could reach each other");
    }
  }

  /// Members that were lost, with the time at which their processes ended, where this one has
  /// started them.
  List<LostMember> lost(LeadOfRun.Outcome outcome) {
    return outcome.lost().stream()
        .map(member -> {
          int node = member.node().value();
          LostMember unknown = LostMember.of(node, member.life());
          Long after = killedAfter.get(node);
          return after == null ? unknown : unknown.killed(after);
        })
        .toList();
  }

  /// Goes on with the run that the nodes are at, whose coordinator is gone.
  ///
  /// @throws EnvironmentFailure when there is none
  LeadOfRun.Outcome resume(MemberOptions member) {
    try (ClusterSystem me = join(member)) {
      LeadOfRun looks = look(me, topology, LOOK_MAX);
      long until = System.nanoTime() + member.patience().toNanos();
      OptionalLong running = running(looks);
      while (running.isEmpty()) {
        if (System.nanoTime() > until) {
          throw new EnvironmentFailure("--resume: the nodes are at no run");
        }
        requireMember(me);
        pause();
        running = running(looks);
      }
      looks.stop();
      LeadOfRun run = lead(me, running.getAsLong());
      watcher.runs(run);
      await(me, run);
      return outcome(run);
    }
  }

  private static OptionalLong running(LeadOfRun looks) {
    return looks.view().standings().stream()
        .filter(each -> each.phase() != Phase.NONE && each.phase() != Phase.OVER)
        .mapToLong(Standing::run)
        .max();
  }

  private ClusterSystem join(MemberOptions member) {
    Duration patience = member.patience();
    ClusterSystem me =
        ClusterProcesses.start(
            member.settings(topology.nodeCount(), List.of("coordinator")), List.of());
    try {
      me.join(topology, Version.current(), patience);
      return me;
    } catch (RuntimeException failed) {
      me.close();
      throw failed;
    }
  }

  private LeadOfRun lead(ClusterSystem me, long number) {
    return RunActors.lead(
        me, new RunActors.RunWords(number, words.toArray(String[]::new), topology, caches, enough));
  }

  private static LeadOfRun.Outcome outcome(LeadOfRun run) {
    LeadOfRun.Outcome outcome = run.outcome().join();
    if (!outcome.trouble().isEmpty()) {
      throw new EnvironmentFailure(outcome.trouble());
    }
    return outcome;
  }

  private void form(LeadOfRun run, Duration patience, Runnable requireAlive) {
    long until = System.nanoTime() + patience.toNanos();
    while (run.view().wanted() == Phase.NONE) {
      Set<Integer> there = run.view().there();
      watcher.forms(there.size(), topology.nodeCount());
      if (System.nanoTime() > until) {
        Set<Integer> missing = new TreeSet<>();
        for (int node = 0; node < topology.nodeCount(); node++) {
          if (!there.contains(node)) {
            missing.add(node);
          }
        }
        throw new EnvironmentFailure(
            missing.isEmpty()
                ? "after %d s nodes are there more than once, or do not know each other"
                    .formatted(patience.toSeconds())
                : "after %d s only %d of %d nodes are there: missing %s"
                    .formatted(patience.toSeconds(), there.size(), topology.nodeCount(), missing));
      }
      requireAlive.run();
      pause();
    }
    watcher.forms(topology.nodeCount(), topology.nodeCount());
  }

  private static void pause() {
    try {
      Thread.sleep(LOOK_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EnvironmentFailure("interrupted", e);
    }
  }
}
