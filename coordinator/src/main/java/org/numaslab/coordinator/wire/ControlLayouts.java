package org.numaslab.coordinator.wire;

import org.numaslab.coordinator.control.ControlFrame;
import org.numaslab.coordinator.control.ControlFrame.Answer;
import org.numaslab.coordinator.control.ControlFrame.Asked;
import org.numaslab.coordinator.control.ControlFrame.Body;
import org.numaslab.coordinator.control.ControlFrame.ForCpu;
import org.numaslab.coordinator.control.ControlFrame.ForMember;
import org.numaslab.coordinator.control.ControlFrame.ForNode;
import org.numaslab.coordinator.control.ControlFrame.FromCpu;
import org.numaslab.coordinator.control.ControlFrame.FromMember;
import org.numaslab.coordinator.control.ControlFrame.FromNode;
import org.numaslab.coordinator.control.ControlFrame.Request;
import org.numaslab.coordinator.control.ControlFrame.Superseded;
import org.numaslab.coordinator.control.ControlFrame.Told;
import org.numaslab.coordinator.registry.MemberProtocol;
import org.numaslab.coordinator.registry.MemberReply;
import org.numaslab.cpu.protocol.CpuProtocol;
import org.numaslab.node.protocol.NodeProtocol.FromRegistry;
import org.numaslab.node.protocol.RegistryReply;

/// What is said between the coordinator and a member.
final class ControlLayouts {
  static final Layout<ControlFrame> CONTROL_FRAME =
      new Layout<>(
          (kryo, out, v) -> {
            ValueLayouts.INCARNATION.write(kryo, out, v.member());
            Field.COORDINATOR_LIFE.write(out, v.life());
            WireType.write(kryo, out, WireType.of(v.body()), v.body());
          },
          (kryo, in) ->
              new ControlFrame(
                  ValueLayouts.INCARNATION.read(kryo, in),
                  Field.COORDINATOR_LIFE.readInt(in),
                  WireType.read(kryo, in, Body.class)));

  // ---- bodies

  static final Layout<Request> REQUEST =
      new Layout<>(
          (kryo, out, v) -> {
            Field.SEQUENCE.write(out, v.sequence());
            Field.SEQUENCES_OPEN.write(out, v.sequence() - Field.SEQUENCE.checked(v.oldestOpen()));
            WireType.write(kryo, out, WireType.of(v.asked()), v.asked());
          },
          (kryo, in) -> {
            long sequence = Field.SEQUENCE.read(in);
            long oldestOpen = Field.SEQUENCE.checked(sequence - Field.SEQUENCES_OPEN.read(in));
            return new Request(sequence, oldestOpen, WireType.read(kryo, in, Asked.class));
          });

  static final Layout<Answer> ANSWER =
      new Layout<>(
          (kryo, out, v) -> {
            Field.SEQUENCE.write(out, v.sequence());
            WireType.write(kryo, out, WireType.of(v.told()), v.told());
          },
          (kryo, in) -> new Answer(Field.SEQUENCE.read(in), WireType.read(kryo, in, Told.class)));

  static final Layout<Superseded> SUPERSEDED =
      new Layout<>(
          (kryo, out, v) -> Field.COORDINATOR_LIFE.write(out, v.by()),
          (kryo, in) -> new Superseded(Field.COORDINATOR_LIFE.readInt(in)));

  // ---- what is asked

  static final Layout<ForNode> FOR_NODE =
      new Layout<>(
          (kryo, out, v) -> WireType.write(kryo, out, WireType.of(v.message()), v.message()),
          (kryo, in) -> new ForNode(WireType.read(kryo, in, FromRegistry.class)));

  static final Layout<ForCpu> FOR_CPU =
      new Layout<>(
          (kryo, out, v) -> {
            ValueLayouts.CPU.write(kryo, out, v.cpu());
            WireType.write(kryo, out, WireType.of(v.message()), v.message());
          },
          (kryo, in) ->
              new ForCpu(
                  ValueLayouts.CPU.read(kryo, in), WireType.read(kryo, in, CpuProtocol.class)));

  static final Layout<ForMember> FOR_MEMBER =
      new Layout<>(
          (kryo, out, v) -> WireType.write(kryo, out, WireType.of(v.message()), v.message()),
          (kryo, in) -> new ForMember(WireType.read(kryo, in, MemberProtocol.class)));

  // ---- what became of it

  static final Layout<FromNode> FROM_NODE =
      new Layout<>(
          (kryo, out, v) -> WireType.write(kryo, out, WireType.of(v.reply()), v.reply()),
          (kryo, in) -> new FromNode(WireType.read(kryo, in, RegistryReply.class)));

  static final Layout<FromCpu> FROM_CPU =
      new Layout<>(
          (kryo, out, v) -> ControlReplyLayouts.CPU_REPLY.write(kryo, out, v.reply()),
          (kryo, in) -> new FromCpu(ControlReplyLayouts.CPU_REPLY.read(kryo, in)));

  static final Layout<FromMember> FROM_MEMBER =
      new Layout<>(
          (kryo, out, v) -> WireType.write(kryo, out, WireType.of(v.reply()), v.reply()),
          (kryo, in) -> new FromMember(WireType.read(kryo, in, MemberReply.class)));

  private ControlLayouts() {}
}
