package org.numaslab.coordinator.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.esotericsoftware.kryo.util.Util;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.numaslab.node.buddy.Watermark;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.loan.Marks;
import org.numaslab.node.protocol.Caller;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.protocol.SlabGrant;
import org.numaslab.node.protocol.SlabRef;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

/// What is sent arrives as it was, or is refused by its sender. `-Dnumaslab.seed=N` repeats a
/// failure.
class FrameCodecTest {
  private static final long SEED = Long.getLong("numaslab.seed", System.nanoTime());
  private static final Incarnation HOME = new Incarnation(new NodeId(0), 1);
  private static final Caller CALLER = new Caller(new CpuId(3), 1);

  private final FrameCodec codec = new FrameCodec();

  @Test
  void framesOfEveryKindComeBackAsTheyWere() {
    Set<Class<?>> seen = new HashSet<>();
    RandomFrames frames = new RandomFrames(new SplittableRandom(SEED), 50);
    for (int i = 0; i < 300 * frames.kinds(); i++) {
      Frame frame = frames.next();
      byte[] bytes = codec.encode(frame);
      Frame back = codec.decode(bytes);
      if (!DeepEquality.same(back, frame)) {
        throw new AssertionError("seed " + SEED + " frame " + i + ": " + frame + " -> " + back);
      }
      noteKinds(frame, seen);
    }
    assertThat(seen).containsExactlyInAnyOrderElementsOf(messages().toList());
  }

  private static void noteKinds(Frame frame, Set<Class<?>> seen) {
    seen.add(frame.body().getClass());
    if (frame.body() instanceof Frame.Request request) {
      seen.add(request.asked().getClass());
      if (request.asked() instanceof Frame.ForNode asked) {
        seen.add(asked.message().getClass());
      }
    }
    if (frame.body() instanceof Frame.Answer answer) {
      seen.add(answer.told().getClass());
      if (answer.told() instanceof Frame.FromNode told) {
        seen.add(told.reply().getClass());
      }
    }
  }

  /// All that the sealed interfaces permit.
  static Stream<Class<?>> messages() {
    return Stream.of(
            Frame.Body.class,
            Frame.Asked.class,
            Frame.Told.class,
            NodeProtocol.FromCpu.class,
            NodeReply.class)
        .flatMap(sealed -> Arrays.stream(sealed.getPermittedSubclasses()));
  }

  @Test
  void kryoDoesWithoutUnsafe() {
    assertThat(Util.isUnsafeAvailable()).isFalse();
  }

  @Test
  void theLongestListsFitAFrame() {
    Incarnation[] removed = new Incarnation[4096];
    Arrays.fill(removed, new Incarnation(new NodeId(1023), Integer.MAX_VALUE));
    int[] nrPartial = new int[32768];
    Arrays.fill(nrPartial, Integer.MAX_VALUE);
    assertFits(new Frame.RenewAck(Long.MIN_VALUE, removed, Long.MAX_VALUE, 7, 6, nrPartial));

    long[] objects = new long[32767];
    Arrays.fill(objects, (1L << 44) - 1);
    long[] names = new long[256];
    Arrays.fill(names, Long.MAX_VALUE);
    assertFits(request(new Frame.HandOff(new CpuId(8191), new CacheId(1), objects, names)));

    int[] indexes = new int[32767];
    Arrays.fill(indexes, 32766);
    SlabRef ref = new SlabRef((1L << 32) - 1, 65535, Long.MAX_VALUE);
    SlabGrant[] slabs = new SlabGrant[4096];
    Arrays.fill(slabs, new SlabGrant(ref, 10, 32767, (1L << 44) - 1, new int[0]));
    slabs[0] = new SlabGrant(ref, 10, 32767, 0, indexes);
    assertFits(reply(new NodeReply.Granted(1, slabs, new int[0])));

    Marks.OfPage[] pages = new Marks.OfPage[512];
    Arrays.fill(pages, new Marks.OfPage((1L << 32) - 1, new long[8]));
    assertFits(request(new Frame.Listed(1, 0, 1, pages)));
  }

  private void assertFits(Frame.Body body) {
    assertThat(codec.encode(frame(body)).length).isBetween(16, FrameCodec.FRAME_BYTES_MAX);
  }

  @Test
  void listsThatAreTooLongOrTooShortAreRefusedWhenWritten() {
    assertRefused(
        request(new Frame.HandOff(new CpuId(0), new CacheId(1), new long[32768], new long[0])),
        "objects: got 32768, allowed 0..32767");
    assertRefused(
        ask(new NodeProtocol.Store(CALLER, 1, 0, new byte[65537], false)),
        "bytes: got 65537, allowed 0..65536");
    assertRefused(
        ask(new NodeProtocol.Free(CALLER, 1, new NodeProtocol.FreedRun[65])),
        "runs: got 65, allowed 0..64");
    assertRefused(
        new Frame.RenewAck(0, new Incarnation[4097], 0, 0, 0, new int[0]),
        "removed incarnations: got 4097, allowed 0..4096");
    assertRefused(
        new Frame.RenewAck(0, new Incarnation[0], 0, 0, 0, new int[32769]),
        "caches: got 32769, allowed 0..32768");
    assertRefused(
        request(new Frame.Listed(1, 0, 1, new Marks.OfPage[513])),
        "pages: got 513, allowed 0..512");
    assertRefused(
        reply(new NodeReply.Granted(1, new SlabGrant[4097], new int[0])),
        "slabs granted: got 4097, allowed 1..4096");
    assertRefused(
        reply(new NodeReply.Granted(1, new SlabGrant[0], new int[0])),
        "slabs granted: got 0, allowed 1..4096");
  }

  @Test
  void aFrameAboveTheMaximumIsRefusedWhenWritten() {
    SlabGrant[] slabs = new SlabGrant[100];
    int[] indexes = new int[5000];
    Arrays.fill(slabs, new SlabGrant(new SlabRef(1, 1, 1), 3, 5000, 0, indexes));
    assertRefused(
        reply(new NodeReply.Granted(1, slabs, new int[0])),
        "frame: got more bytes, allowed up to 262144");
  }

  @Test
  void whatTheReceiverWouldRefuseIsRefusedWhenWritten() {
    Frame.Asked gone = new Frame.HandOff(new CpuId(8192), new CacheId(1), new long[0], new long[0]);
    assertRefused(request(gone), "cpu: got 8192, allowed 0..8191");
    assertRefused(
        new Frame.Request(600, 1, new Frame.Listed(1, 0, 1, new Marks.OfPage[0])),
        "requests open before it: got 599, allowed 0..511");
    assertRefused(
        new Frame.Request(600, 601, new Frame.Listed(1, 0, 1, new Marks.OfPage[0])),
        "requests open before it: got -1, allowed 0..511");
    assertRefused(
        request(new Frame.Listed(1, 2, 2, new Marks.OfPage[0])),
        "part: got 2, allowed 0..1, of that list");
    assertRefused(
        request(new Frame.Listed(1, 0, 1, new Marks.OfPage[] {new Marks.OfPage(1, new long[7])})),
        "words of a page: got 7, allowed 8");
    assertRefused(
        reply(new NodeReply.Refused(1, new int[3])), "counts: got 3 numbers, allowed pairs");
    SlabGrant beyond = new SlabGrant(new SlabRef(1, 1, 1), 0, 16, 0, new int[] {16});
    assertRefused(
        reply(new NodeReply.Granted(1, new SlabGrant[] {beyond}, new int[0])),
        "index: got 16, allowed 0..15, objects of the slab");
    assertRefused(
        ask(new NodeProtocol.TakePages(CALLER, 1, 11, 0, Watermark.LOW)),
        "order: got 11, allowed 0..10");
  }

  /// And the codec goes on as if nothing had been.
  private void assertRefused(Frame.Body body, String line) {
    assertThatThrownBy(() -> codec.encode(frame(body)))
        .isInstanceOf(BadFrame.class)
        .hasMessage(line);
    Frame next = frame(new Frame.Renew(1, 2));
    assertThat(codec.decode(codec.encode(next))).isEqualTo(next);
  }

  private static Frame frame(Frame.Body body) {
    return new Frame(new Incarnation(new NodeId(1), 1), HOME, HOME, body);
  }

  private static Frame.Body request(Frame.Asked asked) {
    return new Frame.Request(1, 1, asked);
  }

  private static Frame.Body ask(NodeProtocol.FromCpu message) {
    return request(new Frame.ForNode(message));
  }

  private static Frame.Body reply(NodeReply reply) {
    return new Frame.Answer(1, new Frame.FromNode(reply, 0));
  }
}
