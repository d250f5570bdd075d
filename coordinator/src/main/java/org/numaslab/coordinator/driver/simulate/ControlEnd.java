package org.numaslab.coordinator.driver.simulate;

import org.numaslab.coordinator.control.ControlReceiver;
import org.numaslab.coordinator.control.MemberInbox;
import org.numaslab.cpu.protocol.CpuProtocol;
import org.numaslab.cpu.protocol.CpuReply;
import org.numaslab.node.cache.PartialCounts;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeState;
import org.numaslab.node.protocol.RegistryReply;
import org.numaslab.node.topology.CpuId;

/// Where a simulated member takes what the coordinator asks of it.
///
/// Owner: the member.
final class ControlEnd implements MemberInbox {
  private final SimulatedCluster cluster;
  private final SimulatedMember member;
  private final NodeState node;
  private final PartialCounts counts;
  private final ControlReceiver control;

  ControlEnd(
      SimulatedCluster cluster, SimulatedMember member, NodeState node, PartialCounts counts) {
    this.cluster = cluster;
    this.member = member;
    this.node = node;
    this.counts = counts;
    this.control = new ControlReceiver(member.me(), this, cluster.coordinator()::sendBack);
  }

  /// The member's end of the link.
  ControlReceiver control() {
    return control;
  }

  @Override
  public void toNode(NodeProtocol.FromRegistry message) {
    member.atNodeSoon(() -> {
      if (message instanceof NodeProtocol.Describe told
          && told.cache().id().value() >= node.caches().size()) {
        counts.add(told.cache().id());
      }
      node.receive(message);
      member.pump();
    });
  }

  @Override
  public void toCpu(CpuId cpu, CpuProtocol message) {
    member.atCpuSoon(
        cpu,
        shell -> {
          shell.asked(message);
          member.pump();
        });
  }

  void answered(RegistryReply reply) {
    control.answered(reply);
  }

  void answered(CpuReply reply) {
    control.answered(reply);
  }

  @Override
  public void begin() {
    cluster.begun(member);
  }

  @Override
  public int[] offline() {
    return member.cpus().stream()
        .filter(cpu -> !cpu.isOnline())
        .mapToInt(cpu -> cpu.id().value())
        .toArray();
  }

  @Override
  public void refused(String why) {
    throw new IllegalStateException(member.me() + ": " + why);
  }
}
