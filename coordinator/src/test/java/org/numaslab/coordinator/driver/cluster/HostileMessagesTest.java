package org.numaslab.coordinator.driver.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import org.junit.jupiter.api.Test;
import org.numaslab.coordinator.membership.Phase;
import org.numaslab.coordinator.membership.RunMessage;
import org.numaslab.coordinator.wire.Hello;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Frame.Answer;
import org.numaslab.node.loan.Frame.ForNode;
import org.numaslab.node.loan.Frame.FromNode;
import org.numaslab.node.loan.Frame.Renew;
import org.numaslab.node.loan.Frame.Request;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.protocol.Caller;
import org.numaslab.node.protocol.NodeProtocol.Free;
import org.numaslab.node.protocol.NodeProtocol.FreedRun;
import org.numaslab.node.protocol.NodeReply.Applied;
import org.numaslab.node.protocol.NodeReply.Outcome;
import org.numaslab.node.slab.Call;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// Messages that nobody sent: each is refused and counted, or is one that could have been, whatever
/// its bytes and its manifest. `-Dnumaslab.seed=N` repeats a failure.
class HostileMessagesTest {
  private static final long SEED = Long.getLong("numaslab.seed", System.nanoTime());
  private static final int TIMES = 60_000;
  private static final String[] MANIFESTS = {"p", "r", "h", "w", "n", "t", "y", "", "nonsense"};

  private final SplittableRandom random = new SplittableRandom(SEED);
  private int accepted;
  private int refused;

  @Test
  void anyBytesAreAParcelOrRefused() {
    ParcelSerializer serializer = new ParcelSerializer(new LinkCounts());
    Incarnation last = new Incarnation(new NodeId(Topology.NODES_MAX - 1), 1);
    Incarnation first = new Incarnation(new NodeId(0), 1);
    FreedRun run = new FreedRun(new CacheId(0), new long[] {4096, 8192}, Call.on(0), false);
    Free free = new Free(new Caller(new CpuId(0), 1), 1, new FreedRun[] {run, run});
    Frame[] frames = {
      new Frame(last, first, first, new Renew(5, 0)),
      new Frame(last, first, first, new Request(7, 7, new ForNode(free))),
      new Frame(last, first, last, new Answer(7, new FromNode(new Applied(3, new Outcome[0]), 1)))
    };
    meddle(
        serializer,
        "p",
        List.of(
            serializer.toBinary(Parcel.of(Arrays.copyOf(frames, 1), 11, Parcel.NONE)),
            serializer.toBinary(Parcel.of(frames, 11, new long[] {1, 2, 3}))));
  }

  @Test
  void anyBytesAreWordsBetweenProcessesOrRefused() {
    ControlSerializer serializer = new ControlSerializer();
    Hello hello =
        Hello.of(new Incarnation(new NodeId(0), 1), Topology.uniform(2, 1, 1L << 20), "0.1.0", 2);
    meddle(
        serializer,
        "r",
        List.of(
            serializer.toBinary(
                new RunMessage.Want(1, Phase.values()[0], true, new String[] {"a", "b"})),
            serializer.toBinary(new RunMessage.Fetch(1, 7)),
            serializer.toBinary(
                new RunMessage.Standing(
                    3,
                    "p",
                    Phase.FAILED,
                    new Incarnation[] {hello.member()},
                    2,
                    5,
                    9,
                    true,
                    "why")),
            serializer.toBinary(new RunMessage.Fetched(3, "p", 200, 7, new byte[100])),
            hello.encode(),
            "no".getBytes(StandardCharsets.UTF_8)));
  }

  /// @param manifest of the most
  private void meddle(SerializerWithStringManifest serializer, String manifest, List<byte[]> real) {
    for (int i = 0; i < TIMES; i++) {
      byte[] bytes = changed(real.get(random.nextInt(real.size())));
      boolean isOther = random.nextInt(4) == 0;
      read(serializer, bytes, isOther ? MANIFESTS[random.nextInt(MANIFESTS.length)] : manifest);
    }
    assertThat(accepted).isPositive();
    assertThat(refused).isPositive();
  }

  private void read(SerializerWithStringManifest serializer, byte[] bytes, String manifest) {
    try {
      assertThat(serializer.fromBinary(bytes, manifest)).isNotNull();
      accepted++;
    } catch (NotSerializableException expected) {
      assertThat(expected.getMessage()).contains(": got ");
      refused++;
    } catch (Throwable other) {
      throw new AssertionError(
          "seed " + SEED + ", " + manifest + ": " + Arrays.toString(bytes), other);
    }
  }

  /// What a bad link, a bad program or chance makes of bytes.
  private byte[] changed(byte[] real) {
    return switch (random.nextInt(5)) {
      case 0 -> byChance(random.nextInt(300));
      case 1 -> Arrays.copyOf(real, random.nextInt(real.length + 20));
      case 2 -> spliced(real, random.nextInt(real.length));
      case 3 -> {
        byte[] bytes = real.clone();
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        yield bytes;
      }
      default -> {
        byte[] bytes = real.clone();
        for (int flips = 1 + random.nextInt(8); flips > 0; flips--) {
          bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
        }
        yield bytes;
      }
    };
  }

  private byte[] byChance(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /// With a great number, as the codec has them, in place of a byte.
  private byte[] spliced(byte[] real, int at) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(real, 0, at);
    for (int more = random.nextInt(9); more > 0; more--) {
      out.write(0x80 | random.nextInt(128));
    }
    out.write(random.nextInt(128));
    out.write(real, at + 1, real.length - at - 1);
    return out.toByteArray();
  }
}
