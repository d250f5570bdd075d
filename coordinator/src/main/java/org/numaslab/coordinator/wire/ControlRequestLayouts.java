package org.numaslab.coordinator.wire;

import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;
import org.numaslab.coordinator.registry.MemberProtocol.Begin;
import org.numaslab.coordinator.registry.MemberProtocol.Introduce;
import org.numaslab.coordinator.registry.MemberProtocol.Keep;
import org.numaslab.coordinator.registry.MemberProtocol.Recall;
import org.numaslab.cpu.protocol.CpuProtocol;
import org.numaslab.node.buddy.MemoryState;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.Stat;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeProtocol.BeginGracePeriod;
import org.numaslab.node.protocol.NodeProtocol.EndGracePeriod;
import org.numaslab.node.protocol.NodeProtocol.Shrink;
import org.numaslab.node.protocol.NodeProtocol.Shutdown;
import org.numaslab.node.protocol.NodeProtocol.Validate;

/// What the registry asks a node, a cpu or a member.
final class ControlRequestLayouts {
  static final MemoryState[] MEMORY_STATES = MemoryState.values();
  private static final Stat[] STATS = Stat.values();

  // ---- nodes

  static final Layout<NodeProtocol.Describe> DESCRIBE =
      new Layout<>(
          (kryo, out, v) -> {
            Field.REQUEST.write(out, v.request());
            CacheLayouts.KMEM_CACHE.write(kryo, out, v.cache());
          },
          (kryo, in) ->
              new NodeProtocol.Describe(
                  Field.REQUEST.read(in), CacheLayouts.KMEM_CACHE.read(kryo, in)));

  static final Layout<Shrink> SHRINK = ofCache(Shrink::request, Shrink::cache, Shrink::new);

  static final Layout<Shutdown> SHUTDOWN =
      ofCache(Shutdown::request, Shutdown::cache, Shutdown::new);

  static final Layout<Validate> VALIDATE =
      ofCache(Validate::request, Validate::cache, Validate::new);

  static final Layout<BeginGracePeriod> BEGIN_GRACE_PERIOD =
      plain(BeginGracePeriod::request, BeginGracePeriod::new);

  static final Layout<EndGracePeriod> END_GRACE_PERIOD =
      plain(EndGracePeriod::request, EndGracePeriod::new);

  static final Layout<NodeProtocol.SetMemory> SET_MEMORY =
      new Layout<>(
          (kryo, out, v) -> {
            Field.REQUEST.write(out, v.request());
            Field.MEMORY_STATE.write(out, v.state().ordinal());
          },
          (kryo, in) ->
              new NodeProtocol.SetMemory(
                  Field.REQUEST.read(in), MEMORY_STATES[Field.MEMORY_STATE.readInt(in)]));

  // ---- CPUs

  static final Layout<CpuProtocol.Describe> CPU_DESCRIBE =
      new Layout<>(
          (kryo, out, v) -> {
            Field.REQUEST.write(out, v.request());
            CacheLayouts.KMEM_CACHE.write(kryo, out, v.cache());
          },
          (kryo, in) ->
              new CpuProtocol.Describe(
                  Field.REQUEST.read(in), CacheLayouts.KMEM_CACHE.read(kryo, in)));

  static final Layout<CpuProtocol.Forget> FORGET =
      ofCache(CpuProtocol.Forget::request, CpuProtocol.Forget::cache, CpuProtocol.Forget::new);

  static final Layout<CpuProtocol.Flush> FLUSH =
      ofCache(CpuProtocol.Flush::request, CpuProtocol.Flush::cache, CpuProtocol.Flush::new);

  static final Layout<CpuProtocol.GoOffline> GO_OFFLINE =
      plain(CpuProtocol.GoOffline::request, CpuProtocol.GoOffline::new);

  static final Layout<CpuProtocol.GoOnline> GO_ONLINE =
      plain(CpuProtocol.GoOnline::request, CpuProtocol.GoOnline::new);

  static final Layout<CpuProtocol.SetMemory> CPU_SET_MEMORY =
      new Layout<>(
          (kryo, out, v) -> {
            Field.REQUEST.write(out, v.request());
            ValueLayouts.NODE.write(kryo, out, v.node());
            Field.FLAG.write(out, v.online());
          },
          (kryo, in) ->
              new CpuProtocol.SetMemory(
                  Field.REQUEST.read(in),
                  ValueLayouts.NODE.read(kryo, in),
                  Field.FLAG.readFlag(in)));

  static final Layout<CpuProtocol.ClearStat> CLEAR_STAT =
      new Layout<>(
          (kryo, out, v) -> {
            Field.REQUEST.write(out, v.request());
            ValueLayouts.CACHE.write(kryo, out, v.cache());
            Field.STAT.write(out, v.stat().ordinal());
          },
          (kryo, in) ->
              new CpuProtocol.ClearStat(
                  Field.REQUEST.read(in),
                  ValueLayouts.CACHE.read(kryo, in),
                  STATS[Field.STAT.readInt(in)]));

  static final Layout<CpuProtocol.Quiesce> QUIESCE =
      plain(CpuProtocol.Quiesce::request, CpuProtocol.Quiesce::new);

  // ---- members

  static final Layout<Introduce> INTRODUCE = plain(Introduce::request, Introduce::new);

  static final Layout<Recall> RECALL =
      new Layout<>(
          (kryo, out, v) -> {
            Field.REQUEST.write(out, v.request());
            Field.CACHE.write(out, v.cache());
          },
          (kryo, in) -> new Recall(Field.REQUEST.read(in), Field.CACHE.readInt(in)));

  static final Layout<Keep> KEEP =
      new Layout<>(
          (kryo, out, v) -> {
            Field.REQUEST.write(out, v.request());
            CacheLayouts.CACHE_RECORD.write(kryo, out, v.cache());
          },
          (kryo, in) -> new Keep(Field.REQUEST.read(in), CacheLayouts.CACHE_RECORD.read(kryo, in)));

  static final Layout<Begin> BEGIN = plain(Begin::request, Begin::new);

  private interface OfCache<T> {
    T make(long request, CacheId cache);
  }

  private ControlRequestLayouts() {}

  private static <T> Layout<T> plain(ToLongFunction<T> request, LongFunction<T> make) {
    return new Layout<>(
        (kryo, out, v) -> Field.REQUEST.write(out, request.applyAsLong(v)),
        (kryo, in) -> make.apply(Field.REQUEST.read(in)));
  }

  private static <T> Layout<T> ofCache(
      ToLongFunction<T> request, Function<T, CacheId> cache, OfCache<T> make) {
    return new Layout<>(
        (kryo, out, v) -> {
          Field.REQUEST.write(out, request.applyAsLong(v));
          ValueLayouts.CACHE.write(kryo, out, cache.apply(v));
        },
        (kryo, in) -> make.make(Field.REQUEST.read(in), ValueLayouts.CACHE.read(kryo, in)));
  }
}
