package org.numaslab.deploy;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.calibrate.CalibrateJob;
import org.numaslab.coordinator.driver.cluster.ClusterSystem;
import org.numaslab.coordinator.driver.cluster.FaultyShim;
import org.numaslab.coordinator.driver.cluster.Shim;
import org.numaslab.coordinator.fault.FaultSchedule;
import org.numaslab.coordinator.fault.ScheduleText;
import org.numaslab.coordinator.membership.Job;
import org.numaslab.coordinator.membership.RunFollower;
import org.numaslab.coordinator.swarm.Plan;
import org.numaslab.coordinator.swarm.SwarmJob;
import org.numaslab.node.loan.LoanTimes;
import org.numaslab.node.topology.Topology;

/// Makes what a process with nodes does in a run, from the words of its coordinator.
final class NodeJobs implements RunFollower.Jobs {
  private static final int LOOK_MILLIS = 10;

  private final Topology topology;
  private final ClusterSystem process;
  private volatile @Nullable Job current;

  NodeJobs(Topology topology, ClusterSystem process) {
    this.topology = topology;
    this.process = process;
  }

  @Override
  public Job make(long run, boolean late, String[] words) {
    ClusterWords parsed = ClusterWords.parse(words);
    Job job;
    if (parsed.workload.isCalibration()) {
      job = new CalibrateJob(run, topology, process);
    } else if (parsed.workload.isSwarm()) {
      Path file = parsed.faults;
      FaultSchedule faults =
          file == null || late
              ? FaultSchedule.none()
              : ScheduleText.read(file, topology).schedule();
      Plan plan =
          Plan.random(
                  parsed.machine.seed,
                  parsed.workload.swarmOperations(),
                  topology,
                  (random, machine, length) -> faults)
              .onCluster(LoanTimes.standard());
      Shim shim =
          faults.faults().isEmpty()
              ? Shim.NONE
              : new FaultyShim(process, faults.faults(), topology.nodeCount(), plan.seed());
      job = new SwarmJob(run, plan, late, faults.overNanos(), process, shim, parsed.histories);
    } else {
      job = ExperimentJob.of(run, late, parsed, topology, process);
    }
    current = job;
    return job;
  }

  /// This process is no member any more: the others have removed it, or it has left.
  void died() {
    Job job = current;
    if (job != null) {
      job.died();
    }
  }

  /// The memory of what this process had can be another life's.
  void close() {
    Job job = current;
    if (job != null) {
      job.close();
    }
  }

  /// Gives back what the tasks have, as far as that is possible in time.
  void leave(Duration within) {
    Job job = current;
    if (job == null) {
      return;
    }
    long until = System.nanoTime() + within.toNanos();
    Thread settling = Thread.ofPlatform().daemon().name("settles").start(job::settle);
    try {
      settling.join(within);
      while (!job.isQuiet() && System.nanoTime() < until) {
        Thread.sleep(LOOK_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
