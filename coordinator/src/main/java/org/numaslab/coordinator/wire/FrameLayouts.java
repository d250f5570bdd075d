package org.numaslab.coordinator.wire;

import org.numaslab.node.cache.CacheId;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Frame.Answer;
import org.numaslab.node.loan.Frame.Asked;
import org.numaslab.node.loan.Frame.Body;
import org.numaslab.node.loan.Frame.ForNode;
import org.numaslab.node.loan.Frame.FromNode;
import org.numaslab.node.loan.Frame.HandOff;
import org.numaslab.node.loan.Frame.Listed;
import org.numaslab.node.loan.Frame.Noted;
import org.numaslab.node.loan.Frame.Renew;
import org.numaslab.node.loan.Frame.RenewAck;
import org.numaslab.node.loan.Frame.Request;
import org.numaslab.node.loan.Frame.Taken;
import org.numaslab.node.loan.Frame.Told;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.loan.Marks;
import org.numaslab.node.protocol.NodeProtocol.FromCpu;
import org.numaslab.node.protocol.NodeReply;

/// What is said at the border of a member.
final class FrameLayouts {
  static final Layout<Frame> FRAME =
      new Layout<>(
          (kryo, out, v) -> {
            ValueLayouts.INCARNATION.write(kryo, out, v.from());
            ValueLayouts.INCARNATION.write(kryo, out, v.to());
            ValueLayouts.INCARNATION.write(kryo, out, v.home());
            WireType.write(kryo, out, WireType.of(v.body()), v.body());
          },
          (kryo, in) ->
              new Frame(
                  ValueLayouts.INCARNATION.read(kryo, in),
                  ValueLayouts.INCARNATION.read(kryo, in),
                  ValueLayouts.INCARNATION.read(kryo, in),
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

  static final Layout<Renew> RENEW =
      new Layout<>(
          (kryo, out, v) -> {
            Field.SENT_AT.write(out, v.sentAt());
            Field.VIEW.write(out, v.fenced());
          },
          (kryo, in) -> new Renew(Field.SENT_AT.read(in), Field.VIEW.read(in)));

  static final Layout<RenewAck> RENEW_ACK =
      new Layout<>(
          (kryo, out, v) -> {
            Field.SENT_AT.write(out, v.sentAt());
            ValueLayouts.INCARNATION.writeAll(kryo, out, Length.REMOVED, v.removed());
            Field.VIEW.write(out, v.view());
            Field.CENSUS.write(out, v.census());
            Field.CENSUS.write(out, v.closed());
            Length.CACHES.writeAll(out, Field.NR_PARTIAL, v.nrPartial());
          },
          (kryo, in) ->
              new RenewAck(
                  Field.SENT_AT.read(in),
                  ValueLayouts.INCARNATION.readAll(
                      kryo, in, new Incarnation[Length.REMOVED.read(in)]),
                  Field.VIEW.read(in),
                  Field.CENSUS.read(in),
                  Field.CENSUS.read(in),
                  Length.CACHES.readInts(in, Field.NR_PARTIAL)));

  // ---- what is asked

  static final Layout<ForNode> FOR_NODE =
      new Layout<>(
          (kryo, out, v) -> WireType.write(kryo, out, WireType.of(v.message()), v.message()),
          (kryo, in) -> new ForNode(WireType.read(kryo, in, FromCpu.class)));

  static final Layout<HandOff> HAND_OFF =
      new Layout<>(
          (kryo, out, v) -> {
            ValueLayouts.CPU.write(kryo, out, v.to());
            Field.CACHE_OR_NONE.write(out, v.cache().value());
            Length.OBJECTS.writeAll(out, Field.ADDRESS, v.objects());
            Length.NAMES.writeAll(out, Field.NAME, v.names());
          },
          (kryo, in) ->
              new HandOff(
                  ValueLayouts.CPU.read(kryo, in),
                  new CacheId(Field.CACHE_OR_NONE.readInt(in)),
                  Length.OBJECTS.readLongs(in, Field.ADDRESS),
                  Length.NAMES.readLongs(in, Field.NAME)));

  static final Layout<Listed> LISTED =
      new Layout<>(
          (kryo, out, v) -> {
            Field.CENSUS.write(out, v.census());
            Field.PART.write(out, v.part());
            Field.PARTS.write(out, v.parts());
            ValueLayouts.PAGE_MARKS.writeAll(kryo, out, Length.PAGES, checkPart(v).pages());
          },
          (kryo, in) ->
              checkPart(
                  new Listed(
                      Field.CENSUS.read(in),
                      Field.PART.readInt(in),
                      Field.PARTS.readInt(in),
                      ValueLayouts.PAGE_MARKS.readAll(
                          kryo, in, new Marks.OfPage[Length.PAGES.read(in)]))));

  // ---- what became of it

  static final Layout<FromNode> FROM_NODE =
      new Layout<>(
          (kryo, out, v) -> {
            WireType.write(kryo, out, WireType.of(v.reply()), v.reply());
            Field.NR_PARTIAL_OR_NO_COUNT.write(out, v.nrPartial());
          },
          (kryo, in) ->
              new FromNode(
                  WireType.read(kryo, in, NodeReply.class),
                  Field.NR_PARTIAL_OR_NO_COUNT.readInt(in)));

  static final Layout<Taken> TAKEN =
      new Layout<>(
          (kryo, out, v) -> Field.FLAG.write(out, v.isTaken()),
          (kryo, in) -> new Taken(Field.FLAG.readFlag(in)));

  static final Layout<Noted> NOTED = new Layout<>((kryo, out, v) -> {}, (kryo, in) -> new Noted());

  private FrameLayouts() {}

  private static Listed checkPart(Listed list) {
    if (list.part() >= list.parts()) {
      throw new BadFrame("part", list.part(), "0.." + (list.parts() - 1) + ", of that list");
    }
    return list;
  }
}
