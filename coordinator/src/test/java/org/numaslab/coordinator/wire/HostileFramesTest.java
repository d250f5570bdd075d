package org.numaslab.coordinator.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.protocol.SlabGrant;
import org.numaslab.node.protocol.SlabRef;
import org.numaslab.node.topology.NodeId;

/// Bytes that nobody sent: each is refused, or is a frame that could have been; in little time and
/// memory. `-Dnumaslab.seed=N` repeats a failure.
class HostileFramesTest {
  private static final long SEED = Long.getLong("numaslab.seed", System.nanoTime());

  /// Slabs of 7 bytes each, which take 96 here: the most that the bytes of a frame can become.
  private static final long ALLOCATED_BYTES_MAX = FrameCodec.FRAME_BYTES_MAX / 7 * 96L;

  private static final long NANOS_MAX = 10_000_000;

  /// The greatest int, and the greatest long, as a number of variable length.
  private static final byte[] INT_MAX = bytes(0xff, 0xff, 0xff, 0xff, 0x07);

  private static final byte[] LONG_MAX =
      bytes(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f);

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final FrameCodec codec = new FrameCodec();
  private final FrameCodec again = new FrameCodec();
  private long slowestNanos;
  private long mostAllocatedBytes;
  private int accepted;
  private int refused;

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  /// @return whether it was refused
  private boolean isRefused(byte[] bytes) {
    long allocated = THREADS.getCurrentThreadAllocatedBytes();
    long began = THREADS.getCurrentThreadCpuTime();
    Frame frame;
    try {
      frame = codec.decode(bytes);
    } catch (BadFrame bad) {
      note(began, allocated);
      refused++;
      assertThat(bad.getMessage()).matches("[^\n]+: got [^\n]+, allowed [^\n]+");
      return true;
    } catch (Throwable other) {
      throw new AssertionError("seed " + SEED + ": " + Arrays.toString(bytes), other);
    }
    note(began, allocated);
    accepted++;
    again.encode(frame);
    return false;
  }

  private void note(long began, long allocated) {
    slowestNanos = Math.max(slowestNanos, THREADS.getCurrentThreadCpuTime() - began);
    mostAllocatedBytes =
        Math.max(mostAllocatedBytes, THREADS.getCurrentThreadAllocatedBytes() - allocated);
  }

  /// The first frame loads classes.
  private void warmUp() {
    RandomFrames frames = new RandomFrames(random.split(), 50);
    for (int i = 0; i < 20 * frames.kinds(); i++) {
      byte[] bytes = again.encode(frames.next());
      codec.decode(bytes);
      try {
        codec.decode(Arrays.copyOf(bytes, bytes.length / 2));
      } catch (BadFrame expected) {
        assertThat(expected).hasMessageContaining("got");
      }
    }
  }

  @AfterEach
  void littleTimeAndMemory() {
    System.out.println(
        "hostile frames: seed="
            + SEED
            + " refused="
            + refused
            + " accepted="
            + accepted
            + " slowestNanos="
            + slowestNanos
            + " mostAllocatedBytes="
            + mostAllocatedBytes);
    assertThat(slowestNanos).as("seed %d", SEED).isLessThan(NANOS_MAX);
    assertThat(mostAllocatedBytes).as("seed %d", SEED).isLessThan(ALLOCATED_BYTES_MAX);
  }

  @Test
  void everyPrefixIsRefused() {
    warmUp();
    RandomFrames frames = new RandomFrames(random, 1000);
    for (int i = 0; i < 30 * frames.kinds(); i++) {
      byte[] whole = again.encode(frames.next());
      for (int length = 0; length < Math.min(whole.length, 2000); length++) {
        assertThat(isRefused(Arrays.copyOf(whole, length)))
            .as("seed %d, frame %d, %d of %d bytes", SEED, i, length, whole.length)
            .isTrue();
      }
    }
  }

  @Test
  void whateverFollowsAFrameIsRefused() {
    warmUp();
    RandomFrames frames = new RandomFrames(random, 1000);
    for (int i = 0; i < 10 * frames.kinds(); i++) {
      byte[] whole = again.encode(frames.next());
      assertThat(isRefused(Arrays.copyOf(whole, whole.length + 1 + random.nextInt(100)))).isTrue();
    }
  }

  @Test
  void flippedBitsAreRefusedOrMakeAnotherFrame() {
    warmUp();
    RandomFrames frames = new RandomFrames(random, 200);
    for (int i = 0; i < 100_000; i++) {
      byte[] bytes = again.encode(frames.next());
      for (int flips = 1 + random.nextInt(8); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
      }
      isRefused(bytes);
    }
    assertThat(accepted).isPositive();
    assertThat(refused).isPositive();
  }

  @Test
  void greatestNumbersInAnyPlaceAllocateNothing() {
    warmUp();
    RandomFrames frames = new RandomFrames(random, 1000);
    for (int i = 0; i < 10 * frames.kinds(); i++) {
      byte[] whole = again.encode(frames.next());
      for (int at = 0; at < Math.min(whole.length, 500); at++) {
        isRefused(spliced(whole, at, INT_MAX));
        isRefused(spliced(whole, at, LONG_MAX));
      }
    }
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
  void bytesByChanceAreRefused() {
    warmUp();
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[1 + random.nextInt(200)];
      random.nextBytes(bytes);
      if (random.nextBoolean()) {
        bytes[0] = (byte) (WireType.FRAME.number() + WireType.NUMBER_OFFSET);
      }
      isRefused(bytes);
    }
    assertThat(refused).isPositive();
  }

  @Test
  void classesThatDoNotTravelThereAreRefused() {
    warmUp();
    byte[] renew = again.encode(frame(new Frame.Renew(1, 2)));
    int body = 7;
    assertThat(renew[body]).isEqualTo((byte) (WireType.RENEW.number() + WireType.NUMBER_OFFSET));
    for (int number = 0; number < 128; number++) {
      boolean isFrame = number - WireType.NUMBER_OFFSET == WireType.FRAME.number();
      assertThat(isRefused(spliced(renew, 0, bytes(number)))).isEqualTo(!isFrame);
      if (number != renew[body]) {
        assertThat(isRefused(spliced(renew, body, bytes(number)))).isTrue();
      }
    }
    assertThat(isRefused(spliced(renew, 0, INT_MAX))).isTrue();
    assertThat(isRefused(spliced(renew, body, LONG_MAX))).isTrue();
    assertThatThrownBy(() -> codec.decode(spliced(renew, body, bytes(0))))
        .hasMessage("class: got number -2, allowed the numbers of what travels");
    int string = 1 + WireType.NUMBER_OFFSET; // one of those that Kryo registers by itself
    assertThatThrownBy(() -> codec.decode(spliced(renew, body, bytes(string))))
        .hasMessage("class: got number 1, allowed the numbers of what travels");
    assertThatThrownBy(() -> codec.decode(spliced(renew, body, bytes(127))))
        .hasMessage("class: got number 125, allowed the numbers of what travels");
    assertThatThrownBy(() -> codec.decode(spliced(renew, body, bytes(18))))
        .hasMessage("body: got Frame, allowed Request, Answer, Renew, RenewAck");
  }

  @Test
  void messagesDoNotNestBeyondTheirTypes() {
    warmUp();
    ByteArrayOutputStream bomb = new ByteArrayOutputStream();
    bomb.write(again.encode(frame(new Frame.Renew(1, 2))), 0, 7);
    while (bomb.size() < FrameCodec.FRAME_BYTES_MAX - 3) {
      bomb.write(WireType.REQUEST.number() + WireType.NUMBER_OFFSET);
      bomb.write(0);
      bomb.write(0);
    }
    assertThat(isRefused(bomb.toByteArray())).isTrue();
    assertThatThrownBy(() -> codec.decode(bomb.toByteArray()))
        .hasMessage("asked: got Request, allowed ForNode, HandOff, Listed");
  }

  @Test
  void evenAFrameOfTheSmallestRecordsIsReadInTime() {
    warmUp();
    SlabGrant smallest = new SlabGrant(new SlabRef(0, 0, 0), 0, 1, 0, new int[0]);
    NodeReply.Outcome[] outcomes = new NodeReply.Outcome[64];
    for (int i = 0; i < outcomes.length; i++) {
      SlabGrant[] frozen = new SlabGrant[580];
      Arrays.fill(frozen, smallest);
      outcomes[i] = new NodeReply.Outcome(new CacheId(0), new int[0], frozen);
    }
    byte[] bytes =
        again.encode(
            frame(new Frame.Answer(1, new Frame.FromNode(new NodeReply.Applied(1, outcomes), 0))));
    assertThat(bytes.length).isGreaterThan(FrameCodec.FRAME_BYTES_MAX * 98 / 100);
    for (int i = 0; i < 5; i++) {
      assertThat(isRefused(bytes)).isFalse();
    }
  }

  @Test
  void nothingAndTooMuchAreRefused() {
    warmUp();
    assertThat(isRefused(new byte[0])).isTrue();
    byte[] longest = new byte[FrameCodec.FRAME_BYTES_MAX + 1];
    assertThat(isRefused(longest)).isTrue();
    assertThatThrownBy(() -> codec.decode(longest))
        .hasMessage("frame: got 262145 bytes, allowed up to 262144");
  }

  private static Frame frame(Frame.Body body) {
    Incarnation home = new Incarnation(new NodeId(0), 1);
    return new Frame(new Incarnation(new NodeId(1), 1), home, home, body);
  }
}
