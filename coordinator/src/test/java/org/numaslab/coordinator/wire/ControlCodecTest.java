package org.numaslab.coordinator.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.numaslab.coordinator.control.ControlFrame;
import org.numaslab.coordinator.registry.CacheRecord;
import org.numaslab.coordinator.registry.MemberProtocol;
import org.numaslab.coordinator.registry.MemberReply;
import org.numaslab.cpu.protocol.CpuProtocol;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.ObjectConstructor;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.RegistryReply;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SharedCache;
import org.numaslab.node.topology.NodeId;

/// What the coordinator and a member say to each other arrives as it was, or is refused: by its
/// sender, or, if nobody can have sent it, by who gets it. `-Dnumaslab.seed=N` repeats a failure.
class ControlCodecTest {
  private static final long SEED = Long.getLong("numaslab.seed", System.nanoTime());
  private static final Incarnation MEMBER = new Incarnation(new NodeId(1), 1);
  private static final byte[] INT_MAX = {-1, -1, -1, -1, 7};
  private static final byte[] LONG_MAX = {-1, -1, -1, -1, -1, -1, -1, -1, 127};

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final FrameCodec codec = new FrameCodec();
  private int refused;
  private int accepted;

  @Test
  void framesOfEveryKindComeBackAsTheyWere() {
    Set<Class<?>> seen = new HashSet<>();
    RandomControlFrames frames = new RandomControlFrames(random, 50);
    for (int i = 0; i < 200 * frames.kinds(); i++) {
      ControlFrame frame = frames.next();
      ControlFrame back = codec.decodeControl(codec.encode(frame));
      if (!same(back, frame)) {
        throw new AssertionError("seed " + SEED + " frame " + i + ": " + frame + " -> " + back);
      }
      noteKinds(frame.body(), seen);
    }
    assertThat(seen).containsExactlyInAnyOrderElementsOf(messages().toList());
  }

  private boolean same(ControlFrame a, ControlFrame b) {
    // Caches have no constructor, which is null.
    return Arrays.equals(codec.encode(a), codec.encode(b));
  }

  private static void noteKinds(ControlFrame.Body body, Set<Class<?>> seen) {
    seen.add(body.getClass());
    if (body instanceof ControlFrame.Request request) {
      seen.add(request.asked().getClass());
      switch (request.asked()) {
        case ControlFrame.ForNode m -> seen.add(m.message().getClass());
        case ControlFrame.ForCpu m -> seen.add(m.message().getClass());
        case ControlFrame.ForMember m -> seen.add(m.message().getClass());
      }
    }
    if (body instanceof ControlFrame.Answer answer) {
      seen.add(answer.told().getClass());
      switch (answer.told()) {
        case ControlFrame.FromNode m -> seen.add(m.reply().getClass());
        case ControlFrame.FromCpu m -> {}
        case ControlFrame.FromMember m -> seen.add(m.reply().getClass());
      }
    }
  }

  private static Stream<Class<?>> messages() {
    return Stream.of(
            ControlFrame.Body.class,
            ControlFrame.Asked.class,
            ControlFrame.Told.class,
            NodeProtocol.FromRegistry.class,
            CpuProtocol.class,
            RegistryReply.class,
            MemberProtocol.class,
            MemberReply.class)
        .flatMap(sealed -> Arrays.stream(sealed.getPermittedSubclasses()));
  }

  // ---- bytes that nobody sent

  private boolean isRefused(byte[] bytes) {
    try {
      codec.encode(codec.decodeControl(bytes));
      accepted++;
      return false;
    } catch (BadFrame bad) {
      refused++;
      assertThat(bad.getMessage()).matches("(?s).+: got .+, allowed .+");
      return true;
    } catch (RuntimeException other) {
      throw new AssertionError("seed " + SEED + ": " + Arrays.toString(bytes), other);
    }
  }

  @Test
  void everyPrefixIsRefused() {
    RandomControlFrames frames = new RandomControlFrames(random, 1000);
    for (int i = 0; i < 5 * frames.kinds(); i++) {
      byte[] whole = codec.encode(frames.next());
      for (int length = 0; length < Math.min(whole.length, 2000); length++) {
        assertThat(isRefused(Arrays.copyOf(whole, length))).as("seed %d", SEED).isTrue();
      }
      assertThat(isRefused(Arrays.copyOf(whole, whole.length + 1))).as("seed %d", SEED).isTrue();
    }
  }

  @Test
  void flippedBitsAndGreatestNumbersAreRefusedOrMakeAnotherFrame() {
    RandomControlFrames frames = new RandomControlFrames(random, 1000);
    for (int i = 0; i < 50 * frames.kinds(); i++) {
      byte[] whole = codec.encode(frames.next());
      byte[] flipped = whole.clone();
      flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
      isRefused(flipped);
      int at = random.nextInt(Math.min(whole.length, 500));
      isRefused(spliced(whole, at, INT_MAX));
      isRefused(spliced(whole, at, LONG_MAX));
    }
    assertThat(accepted).isPositive();
    assertThat(refused).isPositive();
  }

  private static byte[] spliced(byte[] whole, int at, byte[] in) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(whole, 0, at);
    out.writeBytes(in);
    out.write(whole, at + 1, whole.length - at - 1);
    return out.toByteArray();
  }

  @Test
  void framesOfTheOtherKindAreRefused() {
    Frame loan = new Frame(MEMBER, MEMBER, MEMBER, new Frame.Renew(1, 2));
    assertThatThrownBy(() -> codec.decodeControl(codec.encode(loan)))
        .hasMessage("controlframe: got Frame, allowed ControlFrame");
    byte[] control = codec.encode(frame(new ControlFrame.Superseded(3)));
    assertThatThrownBy(() -> codec.decode(control))
        .hasMessage("frame: got ControlFrame, allowed Frame");
  }

  // ---- what cannot be sent

  private static ControlFrame frame(ControlFrame.Body body) {
    return new ControlFrame(MEMBER, 1, body);
  }

  private static KmemCache cache(
      String name, int[] sequence, @Nullable ObjectConstructor constructor) {
    CacheGeometry geometry =
        CacheGeometry.of(new CacheRequest("any", 1024, 0, 0, false), GeometryOptions.forCpus(2));
    return new KmemCache(
        new CacheId(0), name, geometry, 5, 6, 7, 1000, true, 0, sequence, false, constructor);
  }

  private void assertRefused(KmemCache cache, String line) {
    ControlFrame.Asked describe = new ControlFrame.ForNode(new NodeProtocol.Describe(1, cache));
    assertThatThrownBy(() -> codec.encode(frame(new ControlFrame.Request(1, 1, describe))))
        .isInstanceOf(BadFrame.class)
        .hasMessage(line);
  }

  @Test
  void aConstructorDoesNotTravel() {
    assertRefused(
        cache("a", new int[0], (memory, object) -> {}),
        "constructor: got one, allowed none: code does not travel");
  }

  @Test
  void namesAndSequencesHaveTheirBounds() {
    assertRefused(
        cache("a".repeat(4097), new int[0], null), "bytes of a name: got 4097, allowed 0..4096");
    int objects = cache("a", new int[0], null).geometry().ooObjects();
    String allowed = ", allowed none, or each of 0..%d once".formatted(objects - 1);
    assertRefused(cache("a", new int[] {0, 1}, null), "random sequence: got 2 indexes" + allowed);
    assertRefused(
        cache("a", new int[objects], null),
        "random sequence: got %d indexes".formatted(objects) + allowed);
  }

  @Test
  void theLifeOfACoordinatorIsBounded() {
    assertThatThrownBy(() -> codec.encode(frame(new ControlFrame.Superseded(1 << 23))))
        .hasMessage("life of the coordinator: got 8388608, allowed 1..8388607");
    assertThatThrownBy(
            () -> codec.encode(new ControlFrame(MEMBER, 0, new ControlFrame.Superseded(1))))
        .hasMessage("life of the coordinator: got 0, allowed 1..8388607");
  }

  @Test
  void aCacheWithTheLongestSequenceAndManyAliasesFitsAFrame() {
    KmemCache plain = cache("a".repeat(4096), new int[0], null);
    CacheGeometry g = plain.geometry();
    CacheGeometry largest =
        new CacheGeometry(
            128, 128, 8, 128, 64, 0, 10, 32767, 0, 32, 5, 120, 8, g.flags(), g.allocFlags(), false);
    int[] sequence = IntStream.range(0, 32767).toArray();
    KmemCache longest =
        new KmemCache(
            plain.id(), plain.name(), largest, 5, 6, 7, 1000, true, -1, sequence, true, null);
    SharedCache shared =
        new SharedCache(
            "a",
            "a",
            largest,
            true,
            1,
            List.copyOf(Stream.generate(() -> "alias-of-some-cache").limit(4096).toList()));
    CacheRecord record = new CacheRecord(longest, shared, CacheRecord.Stage.EXISTS);
    ControlFrame.Asked keep = new ControlFrame.ForMember(new MemberProtocol.Keep(1, record));
    ControlFrame frame = frame(new ControlFrame.Request(1, 1, keep));
    assertThat(codec.encode(frame).length).isBetween(1 << 16, FrameCodec.FRAME_BYTES_MAX);
  }
}
