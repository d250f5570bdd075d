package org.numaslab.coordinator.wire;

import org.numaslab.node.buddy.Watermark;
import org.numaslab.node.protocol.NodeProtocol.Activate;
import org.numaslab.node.protocol.NodeProtocol.Count;
import org.numaslab.node.protocol.NodeProtocol.Deactivate;
import org.numaslab.node.protocol.NodeProtocol.Fill;
import org.numaslab.node.protocol.NodeProtocol.Find;
import org.numaslab.node.protocol.NodeProtocol.Free;
import org.numaslab.node.protocol.NodeProtocol.FreedRun;
import org.numaslab.node.protocol.NodeProtocol.GivePages;
import org.numaslab.node.protocol.NodeProtocol.Load;
import org.numaslab.node.protocol.NodeProtocol.NewSlab;
import org.numaslab.node.protocol.NodeProtocol.Store;
import org.numaslab.node.protocol.NodeProtocol.TakePages;
import org.numaslab.node.protocol.NodeProtocol.TakePartial;
import org.numaslab.node.protocol.NodeProtocol.Unfreeze;
import org.numaslab.node.protocol.NodeProtocol.Zero;
import org.numaslab.node.protocol.SlabRef;

/// What a cpu asks a node of another member.
final class RequestLayouts {
  private static final Watermark[] WATERMARKS = Watermark.values();

  static final Layout<TakePartial> TAKE_PARTIAL =
      new Layout<>(
          (kryo, out, v) -> {
            ValueLayouts.CALLER.write(kryo, out, v.from());
            Field.REQUEST.write(out, v.request());
            ValueLayouts.CACHE.write(kryo, out, v.cache());
            Field.MORE_THAN.write(out, v.moreThan());
            ValueLayouts.CALL.write(kryo, out, v.call());
          },
          (kryo, in) ->
              new TakePartial(
                  ValueLayouts.CALLER.read(kryo, in),
                  Field.REQUEST.read(in),
                  ValueLayouts.CACHE.read(kryo, in),
                  Field.MORE_THAN.readInt(in),
                  ValueLayouts.CALL.read(kryo, in)));

  static final Layout<NewSlab> NEW_SLAB =
      new Layout<>(
          (kryo, out, v) -> {
            ValueLayouts.CALLER.write(kryo, out, v.from());
            Field.REQUEST.write(out, v.request());
            ValueLayouts.CACHE.write(kryo, out, v.cache());
            Field.ORDER.write(out, v.order());
            Field.GFP.write(out, v.gfp());
            Field.WATERMARK.write(out, v.mark().ordinal());
            ValueLayouts.CALL.write(kryo, out, v.call());
          },
          (kryo, in) ->
              new NewSlab(
                  ValueLayouts.CALLER.read(kryo, in),
                  Field.REQUEST.read(in),
                  ValueLayouts.CACHE.read(kryo, in),
                  Field.ORDER.readInt(in),
                  Field.GFP.readInt(in),
                  WATERMARKS[Field.WATERMARK.readInt(in)],
                  ValueLayouts.CALL.read(kryo, in)));

  static final Layout<Activate> ACTIVATE =
      new Layout<>(
          (kryo, out, v) -> {
            ValueLayouts.CALLER.write(kryo, out, v.from());
            Field.REQUEST.write(out, v.request());
            ValueLayouts.CACHE.write(kryo, out, v.cache());
            ValueLayouts.SLAB_REF.write(kryo, out, v.slab());
          },
          (kryo, in) ->
              new Activate(
                  ValueLayouts.CALLER.read(kryo, in),
                  Field.REQUEST.read(in),
                  ValueLayouts.CACHE.read(kryo, in),
                  ValueLayouts.SLAB_REF.read(kryo, in)));

  static final Layout<Deactivate> DEACTIVATE =
      new Layout<>(
          (kryo, out, v) -> {
            ValueLayouts.CALLER.write(kryo, out, v.from());
            Field.REQUEST.write(out, v.request());
            ValueLayouts.CACHE.write(kryo, out, v.cache());
            ValueLayouts.SLAB_REF.write(kryo, out, v.slab());
            Field.ADDRESS.write(out, v.list());
            Length.INDEXES.writeAll(out, Field.INDEX, v.indexes());
          },
          (kryo, in) ->
              new Deactivate(
                  ValueLayouts.CALLER.read(kryo, in),
                  Field.REQUEST.read(in),
                  ValueLayouts.CACHE.read(kryo, in),
                  ValueLayouts.SLAB_REF.read(kryo, in),
                  Field.ADDRESS.read(in),
                  Length.INDEXES.readInts(in, Field.INDEX)));

  static final Layout<Unfreeze> UNFREEZE =
      new Layout<>(
          (kryo, out, v) -> {
            ValueLayouts.CALLER.write(kryo, out, v.from());
            Field.REQUEST.write(out, v.request());
            ValueLayouts.CACHE.write(kryo, out, v.cache());
            ValueLayouts.SLAB_REF.writeAll(kryo, out, Length.SLABS, v.slabs());
          },
          (kryo, in) ->
              new Unfreeze(
                  ValueLayouts.CALLER.read(kryo, in),
                  Field.REQUEST.read(in),
                  ValueLayouts.CACHE.read(kryo, in),
                  ValueLayouts.SLAB_REF.readAll(kryo, in, new SlabRef[Length.SLABS.read(in)])));

  static final Layout<Free> FREE =
      new Layout<>(
          (kryo, out, v) -> {
            ValueLayouts.CALLER.write(kryo, out, v.from());
            Field.REQUEST.write(out, v.request());
            ValueLayouts.FREED_RUN.writeAll(kryo, out, Length.RUNS, v.runs());
          },
          (kryo, in) ->
              new Free(
                  ValueLayouts.CALLER.read(kryo, in),
                  Field.REQUEST.read(in),
                  ValueLayouts.FREED_RUN.readAll(kryo, in, new FreedRun[Length.RUNS.read(in)])));

  static final Layout<Zero> ZERO =
      new Layout<>(
          (kryo, out, v) -> {
            ValueLayouts.CALLER.write(kryo, out, v.from());
            Field.REQUEST.write(out, v.request());
            ValueLayouts.CACHE.write(kryo, out, v.cache());
            Field.ADDRESS.write(out, v.object());
          },
          (kryo, in) ->
              new Zero(
                  ValueLayouts.CALLER.read(kryo, in),
                  Field.REQUEST.read(in),
                  ValueLayouts.CACHE.read(kryo, in),
                  Field.ADDRESS.read(in)));

  static final Layout<TakePages> TAKE_PAGES =
      new Layout<>(
          (kryo, out, v) -> {
            ValueLayouts.CALLER.write(kryo, out, v.from());
            Field.REQUEST.write(out, v.request());
            Field.ORDER.write(out, v.order());
            Field.GFP.write(out, v.gfp());
            Field.WATERMARK.write(out, v.mark().ordinal());
          },
          (kryo, in) ->
              new TakePages(
                  ValueLayouts.CALLER.read(kryo, in),
                  Field.REQUEST.read(in),
                  Field.ORDER.readInt(in),
                  Field.GFP.readInt(in),
                  WATERMARKS[Field.WATERMARK.readInt(in)]));

  static final Layout<GivePages> GIVE_PAGES =
      new Layout<>(
          (kryo, out, v) -> {
            ValueLayouts.CALLER.write(kryo, out, v.from());
            Field.REQUEST.write(out, v.request());
            Field.ADDRESS.write(out, v.address());
          },
          (kryo, in) ->
              new GivePages(
                  ValueLayouts.CALLER.read(kryo, in),
                  Field.REQUEST.read(in),
                  Field.ADDRESS.read(in)));

  static final Layout<Find> FIND =
      new Layout<>(
          (kryo, out, v) -> {
            ValueLayouts.CALLER.write(kryo, out, v.from());
            Field.REQUEST.write(out, v.request());
            Field.ADDRESS.write(out, v.address());
          },
          (kryo, in) ->
              new Find(
                  ValueLayouts.CALLER.read(kryo, in),
                  Field.REQUEST.read(in),
                  Field.ADDRESS.read(in)));

  static final Layout<Count> COUNT =
      new Layout<>(
          (kryo, out, v) -> {
            ValueLayouts.CALLER.write(kryo, out, v.from());
            Field.REQUEST.write(out, v.request());
            ValueLayouts.CACHE.write(kryo, out, v.cache());
          },
          (kryo, in) ->
              new Count(
                  ValueLayouts.CALLER.read(kryo, in),
                  Field.REQUEST.read(in),
                  ValueLayouts.CACHE.read(kryo, in)));

  static final Layout<Load> LOAD =
      new Layout<>(
          (kryo, out, v) -> {
            ValueLayouts.CALLER.write(kryo, out, v.from());
            Field.REQUEST.write(out, v.request());
            Field.ADDRESS.write(out, v.address());
            Field.LOADED_BYTES.write(out, v.bytes());
            Field.FLAG.write(out, v.within());
          },
          (kryo, in) ->
              new Load(
                  ValueLayouts.CALLER.read(kryo, in),
                  Field.REQUEST.read(in),
                  Field.ADDRESS.read(in),
                  Field.LOADED_BYTES.readInt(in),
                  Field.FLAG.readFlag(in)));

  static final Layout<Store> STORE =
      new Layout<>(
          (kryo, out, v) -> {
            ValueLayouts.CALLER.write(kryo, out, v.from());
            Field.REQUEST.write(out, v.request());
            Field.ADDRESS.write(out, v.address());
            ValueLayouts.writeContent(out, v.bytes());
            Field.FLAG.write(out, v.within());
          },
          (kryo, in) ->
              new Store(
                  ValueLayouts.CALLER.read(kryo, in),
                  Field.REQUEST.read(in),
                  Field.ADDRESS.read(in),
                  ValueLayouts.readContent(in),
                  Field.FLAG.readFlag(in)));

  static final Layout<Fill> FILL =
      new Layout<>(
          (kryo, out, v) -> {
            ValueLayouts.CALLER.write(kryo, out, v.from());
            Field.REQUEST.write(out, v.request());
            Field.ADDRESS.write(out, v.address());
            Field.FILLED_BYTES.write(out, v.bytes());
            Field.VALUE.write(out, v.value());
            Field.FLAG.write(out, v.within());
          },
          (kryo, in) ->
              new Fill(
                  ValueLayouts.CALLER.read(kryo, in),
                  Field.REQUEST.read(in),
                  Field.ADDRESS.read(in),
                  Field.FILLED_BYTES.read(in),
                  (byte) Field.VALUE.readInt(in),
                  Field.FLAG.readFlag(in)));

  private RequestLayouts() {}
}
