package org.numaslab.coordinator.wire;

import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.numaslab.coordinator.registry.MemberReply.Begun;
import org.numaslab.coordinator.registry.MemberReply.Introduced;
import org.numaslab.coordinator.registry.MemberReply.Kept;
import org.numaslab.coordinator.registry.MemberReply.Recalled;
import org.numaslab.cpu.protocol.CpuReply;
import org.numaslab.node.protocol.RegistryReply.Described;
import org.numaslab.node.protocol.RegistryReply.GracePeriodBegun;
import org.numaslab.node.protocol.RegistryReply.GracePeriodEnded;
import org.numaslab.node.protocol.RegistryReply.MemorySet;
import org.numaslab.node.protocol.RegistryReply.Shrunk;
import org.numaslab.node.protocol.RegistryReply.ShutDown;
import org.numaslab.node.protocol.RegistryReply.Validated;
import org.numaslab.node.topology.NodeId;

/// What they answer.
final class ControlReplyLayouts {
  static final Layout<Described> DESCRIBED =
      plain(Described::request, Described::from, Described::new);

  static final Layout<Shrunk> SHRUNK =
      new Layout<>(
          (kryo, out, v) -> {
            Field.REQUEST.write(out, v.request());
            ValueLayouts.NODE.write(kryo, out, v.from());
            Field.FLAG.write(out, v.slabsLeft());
          },
          (kryo, in) ->
              new Shrunk(
                  Field.REQUEST.read(in),
                  ValueLayouts.NODE.read(kryo, in),
                  Field.FLAG.readFlag(in)));

  static final Layout<ShutDown> SHUT_DOWN =
      new Layout<>(
          (kryo, out, v) -> {
            Field.REQUEST.write(out, v.request());
            ValueLayouts.NODE.write(kryo, out, v.from());
            Field.SLABS_LEFT.write(out, v.slabsLeft());
          },
          (kryo, in) ->
              new ShutDown(
                  Field.REQUEST.read(in),
                  ValueLayouts.NODE.read(kryo, in),
                  Field.SLABS_LEFT.readInt(in)));

  static final Layout<Validated> VALIDATED =
      plain(Validated::request, Validated::from, Validated::new);

  static final Layout<GracePeriodBegun> GRACE_PERIOD_BEGUN =
      plain(GracePeriodBegun::request, GracePeriodBegun::from, GracePeriodBegun::new);

  static final Layout<GracePeriodEnded> GRACE_PERIOD_ENDED =
      plain(GracePeriodEnded::request, GracePeriodEnded::from, GracePeriodEnded::new);

  static final Layout<MemorySet> MEMORY_SET =
      new Layout<>(
          (kryo, out, v) -> {
            Field.REQUEST.write(out, v.request());
            ValueLayouts.NODE.write(kryo, out, v.from());
            Field.MEMORY_STATE.write(out, v.state().ordinal());
          },
          (kryo, in) ->
              new MemorySet(
                  Field.REQUEST.read(in),
                  ValueLayouts.NODE.read(kryo, in),
                  ControlRequestLayouts.MEMORY_STATES[Field.MEMORY_STATE.readInt(in)]));

  static final Layout<CpuReply> CPU_REPLY =
      new Layout<>(
          (kryo, out, v) -> {
            Field.REQUEST.write(out, v.request());
            ValueLayouts.CPU.write(kryo, out, v.from());
          },
          (kryo, in) -> new CpuReply(Field.REQUEST.read(in), ValueLayouts.CPU.read(kryo, in)));

  static final Layout<Introduced> INTRODUCED =
      new Layout<>(
          (kryo, out, v) -> {
            Field.REQUEST.write(out, v.request());
            ValueLayouts.NODE.write(kryo, out, v.from());
            Field.FLAG.write(out, v.hasBegun());
            Field.CACHES_KEPT.write(out, v.caches());
            Field.MEMORY_STATE.write(out, v.memory().ordinal());
            Length.CPUS.writeAll(out, Field.CPU, v.offline());
          },
          (kryo, in) ->
              new Introduced(
                  Field.REQUEST.read(in),
                  ValueLayouts.NODE.read(kryo, in),
                  Field.FLAG.readFlag(in),
                  Field.CACHES_KEPT.readInt(in),
                  ControlRequestLayouts.MEMORY_STATES[Field.MEMORY_STATE.readInt(in)],
                  Length.CPUS.readInts(in, Field.CPU)));

  static final Layout<Recalled> RECALLED =
      new Layout<>(
          (kryo, out, v) -> {
            Field.REQUEST.write(out, v.request());
            ValueLayouts.NODE.write(kryo, out, v.from());
            Field.REQUEST.write(out, v.version());
            CacheLayouts.CACHE_RECORD.write(kryo, out, v.cache());
          },
          (kryo, in) ->
              new Recalled(
                  Field.REQUEST.read(in),
                  ValueLayouts.NODE.read(kryo, in),
                  Field.REQUEST.read(in),
                  CacheLayouts.CACHE_RECORD.read(kryo, in)));

  static final Layout<Kept> KEPT =
      new Layout<>(
          (kryo, out, v) -> {
            Field.REQUEST.write(out, v.request());
            ValueLayouts.NODE.write(kryo, out, v.from());
            Length.LINE.writeText(out, v.refusal());
          },
          (kryo, in) ->
              new Kept(
                  Field.REQUEST.read(in),
                  ValueLayouts.NODE.read(kryo, in),
                  Length.LINE.readText(in)));

  static final Layout<Begun> BEGUN = plain(Begun::request, Begun::from, Begun::new);

  private interface FromNode<T> {
    T make(long request, NodeId from);
  }

  private ControlReplyLayouts() {}

  private static <T> Layout<T> plain(
      ToLongFunction<T> request, Function<T, NodeId> from, FromNode<T> make) {
    return new Layout<>(
        (kryo, out, v) -> {
          Field.REQUEST.write(out, request.applyAsLong(v));
          ValueLayouts.NODE.write(kryo, out, from.apply(v));
        },
        (kryo, in) -> make.make(Field.REQUEST.read(in), ValueLayouts.NODE.read(kryo, in)));
  }
}
