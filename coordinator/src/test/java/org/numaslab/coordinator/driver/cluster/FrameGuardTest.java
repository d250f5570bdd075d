package org.numaslab.coordinator.driver.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.numaslab.coordinator.wire.BadFrame;

/// What a connection may bring, and what not.
class FrameGuardTest {
  private static final int LONGEST = 1000;
  private static final int SHORTEST = 28;

  private final FrameGuard guard = new FrameGuard(LONGEST);

  private static byte[] begin() {
    return new byte[] {'N', 'U', 'M', 'A', 2};
  }

  /// A frame as far as it comes.
  private static byte[] frame(int length, int version, int comes) {
    ByteBuffer frame = ByteBuffer.allocate(Integer.BYTES + comes).order(ByteOrder.LITTLE_ENDIAN);
    frame.putInt(length).put((byte) version);
    while (frame.hasRemaining()) {
      frame.put((byte) 0xff);
    }
    return frame.array();
  }

  private void read(byte[] bytes) {
    guard.read(ByteBuffer.wrap(bytes));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 7, 100, 10_000})
  void framesOfAllLengthsPassInPiecesOfAnySize(int piece) {
    RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    ByteBuffer all = ByteBuffer.allocate(200 * LONGEST).put(begin());
    for (int i = 0; i < 100; i++) {
      int length = i == 0 ? SHORTEST : i == 1 ? LONGEST : random.nextInt(SHORTEST, LONGEST + 1);
      all.put(frame(length, 0, length));
    }
    all.flip();
    while (all.hasRemaining()) {
      ByteBuffer next = all.slice(all.position(), Math.min(piece, all.remaining()));
      all.position(all.position() + next.remaining());
      assertThatCode(() -> guard.read(next)).doesNotThrowAnyException();
    }
    assertThatThrownBy(() -> read(frame(SHORTEST - 1, 0, 1))).isInstanceOf(BadFrame.class);
  }

  @ParameterizedTest
  @CsvSource({
    "-2147483648, -2147483648",
    "-1, -1",
    "0, 0",
    "27, 27",
    "1001, 1001",
    "2147483647, 2147483647"
  })
  void aLengthThatCannotBeIsNamed(int length, String got) {
    read(begin());
    read(frame(SHORTEST, 0, SHORTEST));
    assertThatThrownBy(() -> read(frame(length, 0, 1)))
        .isInstanceOf(BadFrame.class)
        .hasMessage("length of a frame: got " + got + ", allowed 28 to 1000 bytes");
  }

  @Test
  void aConnectionMayEndBetweenFrames() {
    assertThat(guard.isInFrame()).isFalse();
    read(begin());
    assertThat(guard.isInFrame()).isFalse();
    read(frame(SHORTEST, 0, SHORTEST - 1));
    assertThat(guard.isInFrame()).isTrue();
    read(new byte[1]);
    assertThat(guard.isInFrame()).isFalse();
    read(new byte[1]);
    assertThat(guard.isInFrame()).isTrue();
  }

  @Test
  void aVersionThatIsNotKnownIsNamed() {
    read(begin());
    assertThatThrownBy(() -> read(frame(SHORTEST, -1, 1)))
        .hasMessage("version of a frame: got -1, allowed 0 to 0");
  }

  @Test
  void aConnectionThatBeginsOtherwiseIsNamed() {
    assertThatThrownBy(() -> read(new byte[] {'P', 'E', 'K', 'K', 2}))
        .hasMessage("begin of a connection: got 50 45 4b 4b, allowed 4e 55 4d 41");
    assertThatThrownBy(() ->
            new FrameGuard(LONGEST)
                .read(
                    ByteBuffer.wrap(
                        "NUMA\3".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1))))
        .hasMessage("stream of a connection: got 3, allowed 1 or 2");
  }
}
