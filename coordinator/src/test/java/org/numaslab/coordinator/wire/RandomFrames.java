package org.numaslab.coordinator.wire;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.numaslab.node.buddy.Watermark;
import org.numaslab.node.cache.AddressInfo;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Frame.Body;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.loan.Marks;
import org.numaslab.node.protocol.Caller;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeProtocol.FromCpu;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.protocol.SlabGrant;
import org.numaslab.node.protocol.SlabRef;
import org.numaslab.node.slab.Call;
import org.numaslab.node.slab.Track;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

/// Frames of every kind in turn, by chance. Every number is often the least or the greatest that it
/// may be; these are written down here again, not taken from the code under test.
final class RandomFrames {
  private static final int INT_MAX = Integer.MAX_VALUE;
  private static final long LONG_MAX = Long.MAX_VALUE;
  private static final long LONG_MIN = Long.MIN_VALUE;
  private static final long ADDRESS_MAX = (1L << 44) - 1;
  private static final int CACHE_MAX = (1 << 24) - 1;

  /// Lists that nest are no longer: none of these frames is too long.
  private static final int INNER_MAX = 4;

  private final SplittableRandom random;

  /// One list in so many is as long as it may be.
  private final int longOneIn;

  private final List<Supplier<Body>> kinds =
      List.of(
          () -> new Frame.Renew(any(), number(0, LONG_MAX)),
          this::renewAck,
          () -> request(handOff()),
          () -> request(listed()),
          () -> answer(new Frame.Taken(flag())),
          () -> answer(new Frame.Noted()),
          () ->
              ask(
                  new NodeProtocol.TakePartial(
                      caller(), id(), cache(), number(0, INT_MAX), call())),
          () ->
              ask(
                  new NodeProtocol.NewSlab(
                      caller(), id(), cache(), order(), gfp(), mark(), call())),
          () -> ask(new NodeProtocol.Activate(caller(), id(), cache(), ref())),
          () ->
              ask(
                  new NodeProtocol.Deactivate(
                      caller(), id(), cache(), ref(), address(), indexes(32767, 32767))),
          () ->
              ask(
                  new NodeProtocol.Unfreeze(
                      caller(), id(), cache(), all(4096, SlabRef[]::new, this::ref))),
          () ->
              ask(
                  new NodeProtocol.Free(
                      caller(), id(), all(64, NodeProtocol.FreedRun[]::new, this::run))),
          () -> ask(new NodeProtocol.Zero(caller(), id(), cache(), address())),
          () -> ask(new NodeProtocol.TakePages(caller(), id(), order(), gfp(), mark())),
          () -> ask(new NodeProtocol.GivePages(caller(), id(), address())),
          () -> ask(new NodeProtocol.Find(caller(), id(), address())),
          () -> ask(new NodeProtocol.Count(caller(), id(), cache())),
          () -> ask(new NodeProtocol.Load(caller(), id(), address(), number(0, 65536), flag())),
          () -> ask(new NodeProtocol.Store(caller(), id(), address(), content(), flag())),
          () ->
              ask(
                  new NodeProtocol.Fill(
                      caller(),
                      id(),
                      address(),
                      number(0, ADDRESS_MAX + 1),
                      (byte) number(-128, 127),
                      flag())),
          () ->
              reply(
                  new NodeReply.Granted(
                      id(), some(4096, SlabGrant[]::new, () -> grant(INNER_MAX)), counts())),
          () -> reply(new NodeReply.Granted(id(), new SlabGrant[] {grant(32767)}, counts())),
          () -> reply(new NodeReply.Handed(id(), address(), counts())),
          () -> reply(new NodeReply.Refused(id(), counts())),
          () -> reply(new NodeReply.Activated(id(), indexes(32767, 32767), counts())),
          () ->
              reply(new NodeReply.Applied(id(), all(64, NodeReply.Outcome[]::new, this::outcome))),
          () -> reply(new NodeReply.TookPages(id(), number(0, (1L << 32) - 1))),
          () -> reply(new NodeReply.Found(id(), info())),
          () ->
              reply(
                  new NodeReply.Counted(
                      id(), number(0, LONG_MAX), number(0, LONG_MAX), number(0, LONG_MAX))),
          () -> reply(new NodeReply.Loaded(id(), content())),
          () -> reply(new NodeReply.OutOfBounds(id(), info())),
          () -> reply(new NodeReply.Gone(id())));

  private int next;

  /// @param longOneIn one list in so many is as long as it may be
  RandomFrames(SplittableRandom random, int longOneIn) {
    this.random = random;
    this.longOneIn = longOneIn;
  }

  int kinds() {
    return kinds.size();
  }

  Frame next() {
    Body body = kinds.get(next++ % kinds.size()).get();
    return new Frame(incarnation(), incarnation(), incarnation(), body);
  }

  // ---- bodies

  private Frame.Request request(Frame.Asked asked) {
    long sequence = number(1, LONG_MAX);
    return new Frame.Request(sequence, sequence - number(0, Math.min(511, sequence - 1)), asked);
  }

  private Frame.Request ask(FromCpu message) {
    return request(new Frame.ForNode(message));
  }

  private Frame.Answer answer(Frame.Told told) {
    return new Frame.Answer(number(1, LONG_MAX), told);
  }

  private Frame.Answer reply(NodeReply reply) {
    return answer(new Frame.FromNode(reply, number(-1, INT_MAX)));
  }

  private Frame.RenewAck renewAck() {
    return new Frame.RenewAck(
        any(),
        all(4096, Incarnation[]::new, this::incarnation),
        number(0, LONG_MAX),
        number(0, LONG_MAX),
        number(0, LONG_MAX),
        IntStream.range(0, length(32768)).map(i -> number(0, INT_MAX)).toArray());
  }

  private Frame.HandOff handOff() {
    return new Frame.HandOff(
        cpu(), new CacheId(number(-1, CACHE_MAX)), addresses(32767), addresses(256));
  }

  private Frame.Listed listed() {
    int parts = number(1, 1 << 23);
    return new Frame.Listed(
        number(0, LONG_MAX),
        number(0, parts - 1),
        parts,
        all(512, Marks.OfPage[]::new, this::pageMarks));
  }

  // ---- values

  Incarnation incarnation() {
    return new Incarnation(new NodeId(number(0, 1023)), number(0, INT_MAX));
  }

  CpuId cpu() {
    return new CpuId(number(0, 8191));
  }

  private Caller caller() {
    return new Caller(cpu(), number(0, INT_MAX));
  }

  CacheId cache() {
    return new CacheId(number(0, CACHE_MAX));
  }

  private SlabRef ref() {
    return new SlabRef(number(0, (1L << 32) - 1), number(0, 65535), number(0, LONG_MAX));
  }

  private SlabGrant grant(int objectsMax) {
    int objects = number(1, 32767);
    return new SlabGrant(ref(), order(), objects, address(), indexes(objectsMax, objects));
  }

  private Call call() {
    Track by = new Track(any(), number(0, 8191), number(Integer.MIN_VALUE, INT_MAX), any());
    return new Call(by, number(0, INT_MAX));
  }

  private NodeProtocol.FreedRun run() {
    return new NodeProtocol.FreedRun(cache(), addresses(INNER_MAX), call(), random.nextBoolean());
  }

  private NodeReply.Outcome outcome() {
    return new NodeReply.Outcome(
        cache(), counts(), all(INNER_MAX, SlabGrant[]::new, () -> grant(INNER_MAX)));
  }

  private AddressInfo info() {
    AddressInfo.What[] whats = AddressInfo.What.values();
    return new AddressInfo(
        whats[random.nextInt(whats.length)],
        number(-1, CACHE_MAX),
        number(0, (1L << 32) - 1),
        order(),
        number(-1, 32766),
        number(0, ADDRESS_MAX + 1),
        number(0, ADDRESS_MAX + 1),
        flag(),
        flag());
  }

  private Marks.OfPage pageMarks() {
    return new Marks.OfPage(
        number(0, (1L << 32) - 1), LongStream.range(0, 8).map(i -> any()).toArray());
  }

  private Watermark mark() {
    return Watermark.values()[random.nextInt(Watermark.values().length)];
  }

  private long[] addresses(int max) {
    return LongStream.range(0, length(max)).map(i -> address()).toArray();
  }

  private int[] indexes(int max, int objects) {
    return IntStream.range(0, length(max)).map(i -> number(0, objects - 1)).toArray();
  }

  private int[] counts() {
    return IntStream.range(0, length(26))
        .flatMap(i -> IntStream.of(number(0, 25), number(1, INT_MAX)))
        .toArray();
  }

  private byte[] content() {
    byte[] bytes = new byte[length(65536)];
    random.nextBytes(bytes);
    return bytes;
  }

  long id() {
    return number(0, LONG_MAX);
  }

  private long address() {
    return number(0, ADDRESS_MAX);
  }

  int order() {
    return number(0, 10);
  }

  int gfp() {
    return number(Integer.MIN_VALUE, INT_MAX);
  }

  boolean flag() {
    return random.nextBoolean();
  }

  long any() {
    return number(LONG_MIN, LONG_MAX);
  }

  // ---- chance

  int number(int min, int max) {
    return (int) number((long) min, (long) max);
  }

  /// The least, the greatest, one of any size.
  long number(long min, long max) {
    return switch (random.nextInt(4)) {
      case 0 -> min;
      case 1 -> max;
      default -> {
        long some = random.nextLong() >>> random.nextInt(Long.SIZE);
        yield min == LONG_MIN ? some : min + Long.remainderUnsigned(some, max - min + 1);
      }
    };
  }

  int length(int max) {
    return random.nextInt(longOneIn) == 0 ? max : random.nextInt(INNER_MAX + 1);
  }

  /// One at least.
  private <T> T[] some(int max, IntFunction<T[]> array, Supplier<T> each) {
    return Stream.generate(each).limit(1 + length(max - 1)).toArray(array);
  }

  <T> T[] all(int max, IntFunction<T[]> array, Supplier<T> each) {
    return Stream.generate(each).limit(length(max)).toArray(array);
  }
}
