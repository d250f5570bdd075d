package org.numaslab.deploy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.numaslab.coordinator.audit.MappedHistory;
import org.numaslab.coordinator.driver.cluster.ClusterSystem;
import org.numaslab.coordinator.driver.cluster.LeadOfRun;
import org.numaslab.coordinator.driver.cluster.RunActors;
import org.numaslab.coordinator.fault.ScheduledFault;
import org.numaslab.coordinator.membership.Phase;
import org.numaslab.node.topology.EnvironmentFailure;
import org.numaslab.node.topology.Topology;

/// Leads one run on the nodes of a cluster, from its forming to the parts of its result.
final class ClusterRun {
  private static final Duration FORM_MAX = Duration.ofSeconds(60);
  private static final Duration SEED_PATIENCE = Duration.ofSeconds(30);
  private static final int LOOK_MILLIS = 50;

  /// Is told how it stands.
  interface Watcher {
    /// How many nodes of how many are there.
    void forms(int there, int nodes);

    /// It runs.
    void runs(LeadOfRun run);
  }

  private final Topology topology;
  private final List<String> words;
  private final Path folder;
  private final Watcher watcher;

  /// @param words of the run
  /// @param folder for what processes write
  ClusterRun(Topology topology, List<String> words, Path folder, Watcher watcher) {
    this.topology = topology;
    this.words = List.copyOf(words);
    this.folder = folder;
    this.watcher = watcher;
  }

  /// Runs it.
  ///
  /// @param faults that are done to the processes
  /// @throws EnvironmentFailure when the cluster does not form, or the run cannot go on
  LeadOfRun.Outcome lead(NodeProcesses processes, List<ScheduledFault> faults) {
    MemberOptions member = new MemberOptions();
    member.seeds = List.of(processes.seed());
    member.threads = 1;
    try (ClusterSystem me =
            ClusterProcesses.start(
                member.settings(topology.nodeCount(), List.of("coordinator")), List.of());
        ProcessFaults atWork =
            new ProcessFaults(
                processes,
                me,
                faults.isEmpty()
                    ? event -> {}
                    : new MappedHistory(folder.resolve("coordinator.events")))) {
      me.join(topology, Version.current(), SEED_PATIENCE);
      LeadOfRun run =
          RunActors.lead(
              me,
              new RunActors.RunWords(
                  System.currentTimeMillis(), words.toArray(String[]::new), topology.nodeCount()));
      form(run, processes);
      watcher.runs(run);
      boolean began = false;
      while (!run.outcome().isDone()) {
        if (!began && run.view().wanted() == Phase.RUNNING) {
          began = true;
          atWork.begin(faults);
        }
        pause();
      }
      List<String> troubles = atWork.troubles();
      if (!troubles.isEmpty()) {
        throw new EnvironmentFailure("fault that could not be made: " + troubles.getFirst());
      }
      LeadOfRun.Outcome outcome = run.outcome().join();
      if (!outcome.trouble().isEmpty()) {
        throw new EnvironmentFailure(outcome.trouble());
      }
      return outcome;
    }
  }

  private void form(LeadOfRun run, NodeProcesses processes) {
    long until = System.nanoTime() + FORM_MAX.toNanos();
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
            "after %d s only %d of %d nodes are there: missing %s"
                .formatted(FORM_MAX.toSeconds(), there.size(), topology.nodeCount(), missing));
      }
      processes.requireAlive();
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
