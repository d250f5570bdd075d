package org.numaslab.deploy;

import java.util.concurrent.Callable;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.Topology;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `numaslab coordinator`: leads a run on nodes that were started elsewhere.
@Command(
    name = "coordinator",
    sortOptions = false,
    sortSynopsis = false,
    description = {
      "Joins the cluster of the nodes that `numaslab node` or `numaslab cluster up` has started, waits"
          + " until all nodes of the machine are there, and runs a trace or a load on them.",
      "It is not on the way of any allocation. When it dies the run goes on; start it again with the"
          + " same options and --resume to get the result."
    },
    footer = {
      "",
      "Example:",
      "  numaslab coordinator --seed-nodes 10.0.0.1:7331 --bind 10.0.0.3:0 \\",
      "      --insecure --topology 2x4:8G --workload random:20"
    })
public final class CoordinatorCommand implements Callable<Integer> {
  @Mixin ClusterWork work = new ClusterWork();
  @Mixin MemberOptions member = new MemberOptions();

  @Option(
      names = "--resume",
      order = 29,
      description = "Go on with the run of a coordinator that has died, instead of a new one.")
  boolean resume;

  /// The traced machine, or the one that is asked for.
  private Topology topology() {
    Topology traced =
        work.workload.isGiven() ? null : RunInputs.machineOf(work.trace, work.machine);
    return traced == null ? LoadInputs.read(work.machine).topology() : traced;
  }

  @Override
  public Integer call() {
    if (member.seeds.isEmpty()) {
      throw new BadInput("--seed-nodes: got none, allowed: those of the cluster");
    }
    work.resumes = resume;
    Topology topology = topology();
    member.check(topology.nodeCount());
    return work.on(
        (run, faults) -> resume ? run.resume(member) : run.lead(member, null, faults.faults()),
        topology);
  }
}
