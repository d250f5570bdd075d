package org.numaslab.coordinator.registry;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.numaslab.cpu.protocol.CpuProtocol;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// What is asked in one step, and who has not answered yet. Of a member that is removed no answer
/// is waited for.
///
/// Owner: the registry.
final class Asks {
  private final Topology topology;
  private final RegistryOutbox outbox;
  private final LongSupplier nextRequest;
  private final Map<Long, NodeId> open = new HashMap<>();

  /// Sent together: an answer may come before the next one is sent.
  private final List<Runnable> unsent = new ArrayList<>();

  Asks(Topology topology, RegistryOutbox outbox, LongSupplier nextRequest) {
    this.topology = topology;
    this.outbox = outbox;
    this.nextRequest = nextRequest;
  }

  void node(NodeId node, LongFunction<NodeProtocol.FromRegistry> message) {
    NodeProtocol.FromRegistry numbered = message.apply(next(node));
    unsent.add(() -> outbox.toNode(node, numbered));
  }

  void cpu(CpuId cpu, LongFunction<CpuProtocol> message) {
    CpuProtocol numbered = message.apply(next(topology.nodeOf(cpu)));
    unsent.add(() -> outbox.toCpu(cpu, numbered));
  }

  void member(NodeId member, LongFunction<MemberProtocol> message) {
    MemberProtocol numbered = message.apply(next(member));
    unsent.add(() -> outbox.toMember(member, numbered));
  }

  private long next(NodeId asked) {
    long request = nextRequest.getAsLong();
    open.put(request, asked);
    return request;
  }

  /// Sends what was asked.
  void send() {
    List<Runnable> all = List.copyOf(unsent);
    unsent.clear();
    all.forEach(Runnable::run);
  }

  boolean areAnswered() {
    return open.isEmpty();
  }

  /// Takes an answer.
  ///
  /// @return false when nobody waits for it here
  boolean answered(long request) {
    return open.remove(request) != null;
  }

  /// Waits no longer for a member.
  ///
  /// @return false when nobody did
  boolean removed(NodeId member) {
    return open.values().removeIf(member::equals);
  }
}
