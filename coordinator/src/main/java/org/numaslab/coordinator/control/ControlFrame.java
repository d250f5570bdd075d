package org.numaslab.coordinator.control;

import org.numaslab.coordinator.registry.MemberProtocol;
import org.numaslab.coordinator.registry.MemberReply;
import org.numaslab.cpu.protocol.CpuProtocol;
import org.numaslab.cpu.protocol.CpuReply;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.RegistryReply;
import org.numaslab.node.topology.CpuId;

/// What travels between the coordinator and a member. It may be lost, late, doubled or overtaken.
///
/// @param member one of the two: no other life of it listens, or is listened to
/// @param life of the coordinator, which is the other
public record ControlFrame(Incarnation member, int life, Body body) {
  /// What it says.
  public sealed interface Body {}

  /// To the member: something to be done once, asked again until it is answered.
  ///
  /// @param sequence counts the requests of this life of the coordinator to this member, from 1
  /// @param oldestOpen every request before it is answered
  public record Request(long sequence, long oldestOpen, Asked asked) implements Body {}

  /// To the coordinator: what became of a request.
  public record Answer(long sequence, Told told) implements Body {}

  /// To the coordinator: another life of it was heard, which is newer.
  public record Superseded(int by) implements Body {}

  /// What is to be done once.
  public sealed interface Asked {}

  public record ForNode(NodeProtocol.FromRegistry message) implements Asked {}

  public record ForCpu(CpuId cpu, CpuProtocol message) implements Asked {}

  public record ForMember(MemberProtocol message) implements Asked {}

  /// What became of it.
  public sealed interface Told {}

  public record FromNode(RegistryReply reply) implements Told {}

  public record FromCpu(CpuReply reply) implements Told {}

  public record FromMember(MemberReply reply) implements Told {}
}
