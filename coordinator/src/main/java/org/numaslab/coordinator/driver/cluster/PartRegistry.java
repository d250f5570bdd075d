package org.numaslab.coordinator.driver.cluster;

import java.util.Map;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Props;
import org.numaslab.coordinator.actor.RegistryActor;
import org.numaslab.coordinator.registry.Registry;
import org.numaslab.coordinator.registry.RegistryOutbox;
import org.numaslab.cpu.protocol.CpuProtocol;
import org.numaslab.cpu.protocol.CpuReply;
import org.numaslab.node.cache.PartialCounts;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.RegistryReply;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// A registry that each process has for itself: it reaches what is here, and takes what is
/// elsewhere as done.
///
/// All processes make the same caches in the same order from the same seed, so numbers, cookies and
/// sequences agree.
///
/// For any thread.
final class PartRegistry implements RegistryOutbox, ClusterMachine.RegistryAnswers {
  private final Topology topology;
  private final Map<NodeId, ClusterMember> members;
  private final Registry registry;
  private final ActorRef<RegistryActor.Message> actor;

  /// @param members that are here, by node
  /// @param name of its actor
  PartRegistry(
      MachinePart part, Map<NodeId, ClusterMember> members, ClusterSystem process, String name) {
    this.topology = part.topology();
    this.members = members;
    this.registry =
        new Registry(
            topology,
            part.natures().ofRegistry(),
            new PartialCounts(topology.nodeCount()),
            this,
            part.log());
    this.actor =
        process
            .system()
            .systemActorOf(RegistryActor.create(registry, process::fail), name, Props.empty());
  }

  /// For reading, while nothing is asked of it.
  Registry registry() {
    return registry;
  }

  ActorRef<RegistryActor.Message> actor() {
    return actor;
  }

  /// Starts something.
  void ask(Consumer<Registry> operation) {
    actor.tell(new RegistryActor.Do(operation));
  }

  @Override
  public void toNode(NodeId node, NodeProtocol.FromRegistry message) {
    ClusterMember member = members.get(node);
    if (member == null) {
      answer(elsewhere(node, message));
    } else if (message instanceof NodeProtocol.Describe told) {
      member.describe(
          told.cache(), () -> answer(new RegistryReply.Described(told.request(), node)));
    } else {
      member.tellNode(message);
    }
  }

  @Override
  public void toCpu(CpuId cpu, CpuProtocol message) {
    ClusterMember member = members.get(topology.nodeOf(cpu));
    if (member == null) {
      answer(new CpuReply(message.request(), cpu));
    } else {
      member.serve(cpu, message);
    }
  }

  /// What a node says that has nothing.
  private static RegistryReply elsewhere(NodeId node, NodeProtocol.FromRegistry message) {
    long request = message.request();
    return switch (message) {
      case NodeProtocol.Describe m -> new RegistryReply.Described(request, node);
      case NodeProtocol.Shrink m -> new RegistryReply.Shrunk(request, node, false);
      case NodeProtocol.Shutdown m -> new RegistryReply.ShutDown(request, node, 0);
      case NodeProtocol.Validate m -> new RegistryReply.Validated(request, node);
      case NodeProtocol.BeginGracePeriod m -> new RegistryReply.GracePeriodBegun(request, node);
      case NodeProtocol.EndGracePeriod m -> new RegistryReply.GracePeriodEnded(request, node);
      case NodeProtocol.SetMemory m -> new RegistryReply.MemorySet(request, node, m.state());
    };
  }

  @Override
  public void answer(RegistryReply reply) {
    actor.tell(new RegistryActor.NodeAnswer(reply));
  }

  @Override
  public void answer(CpuReply reply) {
    actor.tell(new RegistryActor.CpuAnswer(reply));
  }
}
