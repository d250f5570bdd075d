package org.numaslab.deploy;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.driver.cluster.ClusterSettings;
import org.numaslab.node.topology.BadInput;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `numaslab node`: a process with one node of a machine, or some of them.
@Command(
    name = "node",
    sortOptions = false,
    sortSynopsis = false,
    description = {
      "Runs a node of a machine, with its cpus, as a process of a cluster. It does what coordinators"
          + " want of it (numaslab coordinator, numaslab cluster) until it is stopped: then its tasks"
          + " of a swarm give back what they have, and it leaves; what else it has of others is free"
          + " again as if it were lost.",
      "When the others have removed it, since nobody heard it for too long, it joins again with empty"
          + " memory."
    },
    footer = {
      "",
      "Examples, on two hosts:",
      "  numaslab node --id 0 --topology 2x4:8G --insecure \\",
      "      --bind 10.0.0.1:7331 --seed-nodes 10.0.0.1:7331",
      "  numaslab node --id 1 --topology 2x4:8G --insecure \\",
      "      --bind 10.0.0.2:7331 --seed-nodes 10.0.0.1:7331"
    })
public final class NodeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--id",
      required = true,
      paramLabel = "LIST",
      order = 1,
      converter = CpuListConverter.class,
      description = "The nodes that it has, as 0 or 0-1; several need --quorum, too.")
  @Nullable CpuList ids;

  @Option(
      names = "--topology",
      paramLabel = "SPEC",
      order = 2,
      description =
          "The whole machine, the same for all: NODESxCPUS[:MEMORY], a file with the output of"
              + " numactl --hardware, or a folder as /sys/devices/system/node.")
  @Nullable String topology;

  @Option(
      names = "--kernel",
      paramLabel = "DIR",
      order = 3,
      description = "The same from what /proc and /sys of a machine said.")
  @Nullable String kernel;

  @Mixin MemberOptions member = new MemberOptions();

  @Option(
      names = "--with-parent",
      hidden = true,
      description = "Ends when standard input does: with the process that has started it.")
  boolean withParent;

  @Override
  public Integer call() {
    MachineOptions machine = new MachineOptions();
    machine.topology = topology;
    machine.kernel = kernel;
    if ((topology == null) == (kernel == null)) {
      throw new BadInput("numaslab node: got no machine, allowed: --topology, or --kernel");
    }
    Topology whole = LoadInputs.read(machine).topology();
    List<NodeId> nodes = nodes(whole);
    ClusterSettings settings = member.settings(whole.nodeCount(), List.of());
    member.patience();
    if (withParent) {
      Thread.ofPlatform().daemon().start(NodeCommand::endWithParent);
    }
    NodeLife life = live(whole, nodes, settings, 0, List.of());
    while (life.untilEnd()) {
      say(nodes, "was removed by the others, and joins again with empty memory");
      life = live(whole, nodes, settings.withPort(life.port()), life.number(), life.known());
    }
    return ExitCode.OK;
  }

  private List<NodeId> nodes(Topology whole) {
    CpuList given = ids;
    List<NodeId> nodes = new ArrayList<>();
    for (int id : given == null ? List.<Integer>of() : given.numbers()) {
      if (id >= whole.nodeCount()) {
        throw new BadInput(
            "--id: got node %d, allowed: 0..%d, as the topology has them"
                .formatted(id, whole.nodeCount() - 1));
      }
      if (nodes.contains(new NodeId(id))) {
        throw new BadInput("--id: got node " + id + " twice, allowed: once");
      }
      nodes.add(new NodeId(id));
    }
    if (nodes.size() > 1 && member.quorum == null) {
      throw new BadInput(
          "--id: got %d nodes for one process, allowed: with --quorum too, more than half of the processes, the same for all of them"
              .formatted(nodes.size()));
    }
    return nodes;
  }

  /// Begins a life.
  ///
  /// @param last number of the one before it
  /// @param known whom that one knew
  private NodeLife live(
      Topology whole, List<NodeId> nodes, ClusterSettings settings, int last, List<String> known) {
    NodeLife life = NodeLife.begin(whole, nodes, settings, last);
    say(nodes, "listening on " + life.address());
    life.join(member.patience(), known);
    say(nodes, "is a member");
    return life;
  }

  private void say(List<NodeId> nodes, String what) {
    PrintWriter out = spec.commandLine().getOut();
    out.println("numaslab node " + nodes.getFirst().value() + ": " + what);
    out.flush();
  }

  private static void endWithParent() {
    try {
      while (System.in.read() >= 0) {
        // nothing is said this way
      }
    } catch (IOException gone) {
      // the same
    }
    Runtime.getRuntime().halt(ExitCode.OK);
  }
}
