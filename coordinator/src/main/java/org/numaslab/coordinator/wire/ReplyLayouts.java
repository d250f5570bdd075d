package org.numaslab.coordinator.wire;

import org.numaslab.node.protocol.NodeReply.Activated;
import org.numaslab.node.protocol.NodeReply.Applied;
import org.numaslab.node.protocol.NodeReply.Counted;
import org.numaslab.node.protocol.NodeReply.Found;
import org.numaslab.node.protocol.NodeReply.Gone;
import org.numaslab.node.protocol.NodeReply.Granted;
import org.numaslab.node.protocol.NodeReply.Handed;
import org.numaslab.node.protocol.NodeReply.Loaded;
import org.numaslab.node.protocol.NodeReply.OutOfBounds;
import org.numaslab.node.protocol.NodeReply.Outcome;
import org.numaslab.node.protocol.NodeReply.Refused;
import org.numaslab.node.protocol.NodeReply.TookPages;
import org.numaslab.node.protocol.SlabGrant;

/// What it answers.
final class ReplyLayouts {
  static final Layout<Granted> GRANTED =
      new Layout<>(
          (kryo, out, v) -> {
            Field.REQUEST.write(out, v.request());
            ValueLayouts.SLAB_GRANT.writeAll(kryo, out, Length.GRANTS, v.slabs());
            ValueLayouts.writeCounts(out, v.counts());
          },
          (kryo, in) ->
              new Granted(
                  Field.REQUEST.read(in),
                  ValueLayouts.SLAB_GRANT.readAll(kryo, in, new SlabGrant[Length.GRANTS.read(in)]),
                  ValueLayouts.readCounts(in)));

  static final Layout<Handed> HANDED =
      new Layout<>(
          (kryo, out, v) -> {
            Field.REQUEST.write(out, v.request());
            Field.ADDRESS.write(out, v.object());
            ValueLayouts.writeCounts(out, v.counts());
          },
          (kryo, in) ->
              new Handed(
                  Field.REQUEST.read(in), Field.ADDRESS.read(in), ValueLayouts.readCounts(in)));

  static final Layout<Refused> REFUSED =
      new Layout<>(
          (kryo, out, v) -> {
            Field.REQUEST.write(out, v.request());
            ValueLayouts.writeCounts(out, v.counts());
          },
          (kryo, in) -> new Refused(Field.REQUEST.read(in), ValueLayouts.readCounts(in)));

  static final Layout<Activated> ACTIVATED =
      new Layout<>(
          (kryo, out, v) -> {
            Field.REQUEST.write(out, v.request());
            Length.INDEXES.writeAll(out, Field.INDEX, v.indexes());
            ValueLayouts.writeCounts(out, v.counts());
          },
          (kryo, in) ->
              new Activated(
                  Field.REQUEST.read(in),
                  Length.INDEXES.readInts(in, Field.INDEX),
                  ValueLayouts.readCounts(in)));

  static final Layout<Applied> APPLIED =
      new Layout<>(
          (kryo, out, v) -> {
            Field.REQUEST.write(out, v.request());
            ValueLayouts.OUTCOME.writeAll(kryo, out, Length.OUTCOMES, v.outcomes());
          },
          (kryo, in) ->
              new Applied(
                  Field.REQUEST.read(in),
                  ValueLayouts.OUTCOME.readAll(kryo, in, new Outcome[Length.OUTCOMES.read(in)])));

  static final Layout<TookPages> TOOK_PAGES =
      new Layout<>(
          (kryo, out, v) -> {
            Field.REQUEST.write(out, v.request());
            Field.FRAME.write(out, v.frame());
          },
          (kryo, in) -> new TookPages(Field.REQUEST.read(in), Field.FRAME.read(in)));

  static final Layout<Found> FOUND =
      new Layout<>(
          (kryo, out, v) -> {
            Field.REQUEST.write(out, v.request());
            ValueLayouts.ADDRESS_INFO.write(kryo, out, v.info());
          },
          (kryo, in) ->
              new Found(Field.REQUEST.read(in), ValueLayouts.ADDRESS_INFO.read(kryo, in)));

  static final Layout<Counted> COUNTED =
      new Layout<>(
          (kryo, out, v) -> {
            Field.REQUEST.write(out, v.request());
            Field.SLABS.write(out, v.slabs());
            Field.TOTAL.write(out, v.objects());
            Field.FREE.write(out, v.free());
          },
          (kryo, in) ->
              new Counted(
                  Field.REQUEST.read(in),
                  Field.SLABS.read(in),
                  Field.TOTAL.read(in),
                  Field.FREE.read(in)));

  static final Layout<Loaded> LOADED =
      new Layout<>(
          (kryo, out, v) -> {
            Field.REQUEST.write(out, v.request());
            ValueLayouts.writeContent(out, v.bytes());
          },
          (kryo, in) -> new Loaded(Field.REQUEST.read(in), ValueLayouts.readContent(in)));

  static final Layout<OutOfBounds> OUT_OF_BOUNDS =
      new Layout<>(
          (kryo, out, v) -> {
            Field.REQUEST.write(out, v.request());
            ValueLayouts.ADDRESS_INFO.write(kryo, out, v.info());
          },
          (kryo, in) ->
              new OutOfBounds(Field.REQUEST.read(in), ValueLayouts.ADDRESS_INFO.read(kryo, in)));

  static final Layout<Gone> GONE =
      new Layout<>(
          (kryo, out, v) -> Field.REQUEST.write(out, v.request()),
          (kryo, in) -> new Gone(Field.REQUEST.read(in)));

  private ReplyLayouts() {}
}
