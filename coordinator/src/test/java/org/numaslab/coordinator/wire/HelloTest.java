package org.numaslab.coordinator.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;
import org.numaslab.node.topology.TopologyBuilder;

class HelloTest {
  private static final Topology TWO = Topology.uniform(2, 2, 64 << 20);
  private static final Hello MINE = Hello.of(member(0, 1), TWO, "0.1.0", 2);

  private static final Hello COORDINATOR = Hello.of(null, TWO, "0.1.0", 2);

  private static Incarnation member(int node, int life) {
    return new Incarnation(new NodeId(node), life);
  }

  @Test
  void comesBackAsItWas() {
    Hello longest = new Hello(4, 65536, -1, member(1023, Integer.MAX_VALUE), "v".repeat(64), 7);
    assertThat(Hello.decode(longest.encode())).isEqualTo(longest);
    assertThat(Hello.decode(MINE.encode())).isEqualTo(MINE);
    assertThat(Hello.decode(COORDINATOR.encode())).isEqualTo(COORDINATOR);
  }

  /// In every protocol: or members of different ones could not even say so.
  @Test
  void theLayoutNeverChanges() {
    Hello hello = new Hello(1, 4096, 0x1122334455667788L, member(3, 2), "0.1.0", 9);
    assertThat(HexFormat.of().formatHex(hello.encode()))
        .isEqualTo(
            "4e554d41534c4142"
                + "00000001"
                + "00001000"
                + "1122334455667788"
                + "00000003"
                + "00000002"
                + "05"
                + "302e312e30"
                + "00000009");
  }

  @Test
  void anotherNodeOfTheSameClusterIsWelcome() {
    assertThat(Hello.of(member(1, 9), TWO, "0.1.0", 2).refusedBy(MINE)).isEmpty();
  }

  @Test
  void aCoordinatorFitsWhereverItsMachineIs() {
    assertThat(COORDINATOR.refusedBy(MINE)).isEmpty();
    Topology other = Topology.uniform(2, 3, 64 << 20);
    assertThat(Hello.of(null, other, "0.1.0", 2).refusedBy(MINE).orElseThrow())
        .startsWith("hash of the topology: got ");
  }

  @Test
  void anotherQuorumIsALine() {
    assertThat(Hello.of(member(1, 1), TWO, "0.1.0", 0).refusedBy(MINE))
        .contains("quorum: got 0, allowed 2");
  }

  @Test
  void everyDifferenceIsALine() {
    Hello other = new Hello(5, 65536, MINE.topologyHash() ^ 1, member(0, 3), "0.2.0", 3);
    assertThat(other.refusedBy(MINE).orElseThrow().lines())
        .containsExactly(
            "protocol: got 5, allowed 4",
            "page size in bytes: got 65536, allowed 4096",
            "hash of the topology: got 0x%016x, allowed 0x%016x"
                .formatted(MINE.topologyHash() ^ 1, MINE.topologyHash()),
            "member: got node 0.3, allowed other nodes than that of node 0.1, which is here",
            "numaslab version: got 0.2.0, allowed 0.1.0");
  }

  @Test
  void aLaterProtocolMaySayMoreAndIsRefusedByItsNumber() {
    byte[] more =
        Arrays.copyOf(
            new Hello(5, 4096, MINE.topologyHash(), member(1, 1), "0.1.0", 2).encode(), 100);
    assertThat(Hello.decode(more).refusedBy(MINE)).contains("protocol: got 5, allowed 4");
    assertThatThrownBy(() -> Hello.decode(Arrays.copyOf(MINE.encode(), 100)))
        .isInstanceOf(BadFrame.class)
        .hasMessage("hello: got 100 bytes, allowed 42, all that it says");
  }

  @Test
  void whatIsNoHelloIsRefused() {
    assertThatThrownBy(() ->
            Hello.decode(
                "GET / HTTP/1.1\r\nHost: somewhere\r\n\r\n".getBytes(StandardCharsets.US_ASCII)))
        .isInstanceOf(BadFrame.class)
        .hasMessage("magic: got 0x474554202f204854, allowed 0x4e554d41534c4142");
    byte[] whole = MINE.encode();
    for (int length = 0; length < whole.length; length++) {
      byte[] prefix = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> Hello.decode(prefix)).isInstanceOf(BadFrame.class);
    }
    assertThatThrownBy(() -> Hello.decode(new byte[1025]))
        .hasMessage("hello: got 1025 bytes, allowed 33..1024");
    assertThatThrownBy(() -> Hello.decode(ByteBuffer.wrap(whole.clone()).putInt(24, 1024).array()))
        .hasMessage("node: got 1024, allowed 0..1023");
    assertThatThrownBy(
            () -> Hello.decode(ByteBuffer.wrap(whole.clone()).put(34, (byte) '\n').array()))
        .hasMessage("version: got 5 characters, allowed 1..64 printable ones of ASCII");
  }

  @Test
  void flippedBitsAreRefusedOrMakeAnotherHello() {
    SplittableRandom random = new SplittableRandom(Long.getLong("numaslab.seed", 1));
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = MINE.encode();
      for (int flips = 1 + random.nextInt(8); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
      }
      try {
        Hello hello = Hello.decode(bytes);
        byte[] again = hello.encode();
        int known = again.length - (hello.protocol() == Hello.PROTOCOL ? 0 : Integer.BYTES);
        assertThat(bytes).startsWith(Arrays.copyOf(again, known));
      } catch (BadFrame refused) {
        assertThat(refused).hasMessageMatching("[^\n]+");
      }
    }
  }

  @Test
  void theHashIsThatOfTheMachine() {
    assertThat(Hello.of(member(0, 1), Topology.uniform(2, 2, 64 << 20), "1", 2).topologyHash())
        .isEqualTo(MINE.topologyHash());
    assertThat(
            List.of(
                hash(Topology.uniform(3, 2, 64 << 20)),
                hash(Topology.uniform(2, 3, 64 << 20)),
                hash(Topology.uniform(2, 2, 128 << 20)),
                hash(described(20, 0, 1)),
                hash(described(21, 0, 1)),
                hash(described(20, 1, 0)),
                MINE.topologyHash()))
        .doesNotHaveDuplicates();
  }

  private static long hash(Topology topology) {
    return Hello.of(member(0, 1), topology, "1", 2).topologyHash();
  }

  private static Topology described(int distance, int firstCpu, int secondCpu) {
    TopologyBuilder builder = Topology.builder();
    builder.node(new NodeId(0), List.of(new CpuId(firstCpu)), List.of(FrameRange.between(1, 1024)));
    builder.node(
        new NodeId(1), List.of(new CpuId(secondCpu)), List.of(FrameRange.between(1024, 2048)));
    builder.distances(new int[][] {{10, distance}, {distance, 10}});
    return builder.build();
  }
}
