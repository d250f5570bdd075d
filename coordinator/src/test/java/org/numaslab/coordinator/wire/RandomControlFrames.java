package org.numaslab.coordinator.wire;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.numaslab.coordinator.control.ControlFrame;
import org.numaslab.coordinator.control.ControlFrame.Asked;
import org.numaslab.coordinator.control.ControlFrame.Body;
import org.numaslab.coordinator.control.ControlFrame.Told;
import org.numaslab.coordinator.registry.CacheRecord;
import org.numaslab.coordinator.registry.MemberProtocol;
import org.numaslab.coordinator.registry.MemberReply;
import org.numaslab.cpu.protocol.CpuProtocol;
import org.numaslab.cpu.protocol.CpuReply;
import org.numaslab.node.buddy.MemoryState;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.Stat;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeProtocol.FromRegistry;
import org.numaslab.node.protocol.RegistryReply;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.SharedCache;
import org.numaslab.node.topology.NodeId;

/// Frames between the coordinator and a member, of every kind in turn, by chance. Their bounds are
/// written down here again.
final class RandomControlFrames {
  private static final int INT_MAX = Integer.MAX_VALUE;
  private static final int INT_MIN = Integer.MIN_VALUE;
  private static final long LONG_MAX = Long.MAX_VALUE;
  private static final int BLOCK_MAX = 4 << 20;
  private static final int LIFE_MAX = (1 << 23) - 1;
  private static final String LETTERS = "abc-:ü€\uD83D\uDE00 \n";

  private final SplittableRandom random;
  private final RandomFrames values;
  private int next;

  private final List<Supplier<Body>> kinds =
      List.of(
          () -> new ControlFrame.Superseded(number(1, LIFE_MAX)),
          () -> node(new NodeProtocol.Describe(id(), cache())),
          () -> node(new NodeProtocol.Shrink(id(), values().cache())),
          () -> node(new NodeProtocol.Shutdown(id(), values().cache())),
          () -> node(new NodeProtocol.Validate(id(), values().cache())),
          () -> node(new NodeProtocol.BeginGracePeriod(id())),
          () -> node(new NodeProtocol.EndGracePeriod(id())),
          () -> node(new NodeProtocol.SetMemory(id(), memory())),
          () -> cpu(new CpuProtocol.Describe(id(), cache())),
          () -> cpu(new CpuProtocol.Forget(id(), values().cache())),
          () -> cpu(new CpuProtocol.Flush(id(), values().cache())),
          () -> cpu(new CpuProtocol.GoOffline(id())),
          () -> cpu(new CpuProtocol.GoOnline(id())),
          () -> cpu(new CpuProtocol.SetMemory(id(), node(), values().flag())),
          () ->
              cpu(new CpuProtocol.ClearStat(id(), values().cache(), Stat.values()[number(0, 25)])),
          () -> cpu(new CpuProtocol.Quiesce(id())),
          () -> member(new MemberProtocol.Introduce(id())),
          () -> member(new MemberProtocol.Recall(id(), number(0, (1 << 24) - 1))),
          () -> member(new MemberProtocol.Keep(id(), record())),
          () -> member(new MemberProtocol.Begin(id())),
          () -> answer(new RegistryReply.Described(id(), node())),
          () -> answer(new RegistryReply.Shrunk(id(), node(), values().flag())),
          () -> answer(new RegistryReply.ShutDown(id(), node(), number(0, INT_MAX))),
          () -> answer(new RegistryReply.Validated(id(), node())),
          () -> answer(new RegistryReply.GracePeriodBegun(id(), node())),
          () -> answer(new RegistryReply.GracePeriodEnded(id(), node())),
          () -> answer(new RegistryReply.MemorySet(id(), node(), memory())),
          () -> told(new ControlFrame.FromCpu(new CpuReply(id(), values().cpu()))),
          () ->
              answer(
                  new MemberReply.Introduced(
                      id(), node(), values().flag(), number(0, 1 << 24), memory(), cpus())),
          () -> answer(new MemberReply.Recalled(id(), node(), id(), record())),
          () -> answer(new MemberReply.Kept(id(), node(), text(4000))),
          () -> answer(new MemberReply.Begun(id(), node())));

  RandomControlFrames(SplittableRandom random, int longOneIn) {
    this.random = random;
    this.values = new RandomFrames(random, longOneIn);
  }

  int kinds() {
    return kinds.size();
  }

  ControlFrame next() {
    Body body = kinds.get(next++ % kinds.size()).get();
    return new ControlFrame(values.incarnation(), number(1, LIFE_MAX), body);
  }

  private RandomFrames values() {
    return values;
  }

  // ---- bodies

  private ControlFrame.Request request(Asked asked) {
    long sequence = values.number(1L, LONG_MAX);
    long open = values.number(0L, Math.min(511, sequence - 1));
    return new ControlFrame.Request(sequence, sequence - open, asked);
  }

  private Body node(FromRegistry message) {
    return request(new ControlFrame.ForNode(message));
  }

  private Body cpu(CpuProtocol message) {
    return request(new ControlFrame.ForCpu(values.cpu(), message));
  }

  private Body member(MemberProtocol message) {
    return request(new ControlFrame.ForMember(message));
  }

  private Body told(Told told) {
    return new ControlFrame.Answer(values.number(1L, LONG_MAX), told);
  }

  private Body answer(RegistryReply reply) {
    return told(new ControlFrame.FromNode(reply));
  }

  private Body answer(MemberReply reply) {
    return told(new ControlFrame.FromMember(reply));
  }

  // ---- values

  private long id() {
    return values.id();
  }

  private int number(int min, int max) {
    return values.number(min, max);
  }

  private NodeId node() {
    return new NodeId(number(0, 1023));
  }

  private MemoryState memory() {
    return MemoryState.values()[random.nextInt(MemoryState.values().length)];
  }

  private int[] cpus() {
    return IntStream.range(0, values.length(8192)).map(i -> number(0, 8191)).toArray();
  }

  private String text(int max) {
    int[] letters = LETTERS.codePoints().toArray();
    StringBuilder text = new StringBuilder();
    int length = values.length(max / 4);
    for (int i = 0; i < length; i++) {
      text.appendCodePoint(letters[random.nextInt(letters.length)]);
    }
    return text.toString();
  }

  private CacheGeometry geometry(int objects) {
    return new CacheGeometry(
        number(1, BLOCK_MAX),
        number(1, BLOCK_MAX),
        number(1, BLOCK_MAX),
        number(0, BLOCK_MAX),
        number(0, BLOCK_MAX),
        number(0, BLOCK_MAX),
        values.order(),
        objects,
        values.order(),
        number(1, 32767),
        number(0, INT_MAX),
        number(INT_MIN, INT_MAX),
        number(0, INT_MAX),
        number(INT_MIN, INT_MAX),
        values.gfp(),
        values.flag());
  }

  private KmemCache cache() {
    int objects = Math.max(1, values.length(32767));
    int[] sequence = new int[values.flag() ? 0 : objects];
    for (int i = 0; i < sequence.length; i++) {
      int other = random.nextInt(i + 1);
      sequence[i] = sequence[other];
      sequence[other] = i;
    }
    return new KmemCache(
        values.cache(),
        text(4096),
        geometry(objects),
        values.number(0L, LONG_MAX),
        number(INT_MIN, INT_MAX),
        number(0, INT_MAX),
        number(0, 1000),
        values.flag(),
        values.any(),
        sequence,
        values.flag(),
        null);
  }

  private CacheRecord record() {
    SharedCache shared =
        new SharedCache(
            text(4096),
            text(4096),
            geometry(number(1, 32767)),
            values.flag(),
            number(INT_MIN, INT_MAX),
            Stream.generate(() -> text(40)).limit(random.nextInt(4)).toList());
    CacheRecord.Stage[] stages = CacheRecord.Stage.values();
    return new CacheRecord(cache(), shared, stages[random.nextInt(stages.length)]);
  }
}
