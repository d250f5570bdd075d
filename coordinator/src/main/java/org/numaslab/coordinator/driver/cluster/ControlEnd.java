package org.numaslab.coordinator.driver.cluster;

import java.util.List;
import org.numaslab.coordinator.control.ControlFrame;
import org.numaslab.coordinator.control.ControlReceiver;
import org.numaslab.coordinator.control.MemberInbox;
import org.numaslab.coordinator.registry.CacheRecord;
import org.numaslab.cpu.protocol.CpuProtocol;
import org.numaslab.cpu.protocol.CpuReply;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.RegistryReply;
import org.numaslab.node.slab.KernelMessages;
import org.numaslab.node.topology.CpuId;

/// Where a member takes what the coordinator asks of it.
///
/// Owner: the member, while it has everything to itself.
final class ControlEnd implements MemberInbox {
  private final ClusterMember member;
  private final KernelMessages log;
  private final ControlReceiver control;

  ControlEnd(ClusterMember member, Incarnation me, KernelMessages log, MemberShell shell) {
    this.member = member;
    this.log = log;
    this.control = new ControlReceiver(me, this, shell::answer);
  }

  void receive(ControlFrame frame) {
    control.receive(frame);
  }

  void answered(RegistryReply reply) {
    control.answered(reply);
  }

  void answered(CpuReply reply) {
    control.answered(reply);
  }

  /// What the registry has told of every cache.
  List<CacheRecord> known() {
    return control.known().all();
  }

  @Override
  public void toNode(NodeProtocol.FromRegistry message) {
    member.tellNode(message);
  }

  @Override
  public void toCpu(CpuId cpu, CpuProtocol message) {
    if (member.cpus().containsKey(cpu)) {
      member.serve(cpu, message);
    } else {
      refused("got something for " + cpu + ", allowed: a cpu of " + member.me());
    }
  }

  @Override
  public void begin() {
    member.begin();
  }

  @Override
  public int[] offline() {
    return member.cpus().values().stream()
        .filter(each -> !each.cpu().isOnline())
        .mapToInt(each -> each.cpu().id().value())
        .toArray();
  }

  @Override
  public void refused(String why) {
    log.print("registry: " + why);
  }
}
