package org.numaslab.coordinator.driver.cluster;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.apache.pekko.remote.artery.ArteryTransport;
import org.apache.pekko.remote.artery.EnvelopeBuffer;
import org.numaslab.coordinator.wire.BadFrame;

/// Reads along with what comes over a connection of Artery, and finds what cannot be one: Pekko
/// 1.7's own reader believes every length.
///
/// ```text
/// 0       4        5        9         10
/// +-------+--------+--------+---------+------+--------+---
/// | magic | stream | length | version | rest | length |  ...    length: of version and rest, 4 bytes, the lowest first
/// +-------+--------+--------+---------+------+--------+---
/// ```
///
/// Owner: the stage of the connection.
final class FrameGuard {
  /// What begins a connection, and what begins a frame as far as it is looked at: 5 bytes both.
  private static final int HEAD = Integer.BYTES + 1;

  private static final int SHORTEST = EnvelopeBuffer.MetadataContainerAndLiteralSectionOffset();

  private static final byte[] MAGIC = ClusterSettings.MAGIC.getBytes(StandardCharsets.ISO_8859_1);

  private final int longest;
  private final ByteBuffer head = ByteBuffer.allocate(HEAD).order(ByteOrder.LITTLE_ENDIAN);
  private boolean isBegun;

  /// Bytes of the frame that are still to come.
  private int rest;

  /// @param longest frame, in bytes
  FrameGuard(int longest) {
    this.longest = longest;
  }

  /// Reads what has come, in pieces of any length.
  ///
  /// @throws BadFrame when it is no stream of ours
  void read(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      if (rest > 0) {
        int passed = Math.min(rest, bytes.remaining());
        bytes.position(bytes.position() + passed);
        rest -= passed;
      } else {
        head.put(bytes.get());
        if (!head.hasRemaining()) {
          head.flip();
          if (isBegun) {
            beginFrame();
          } else {
            begin();
          }
          head.clear();
        }
      }
    }
  }

  /// Whether more has to come: a connection does not end here.
  boolean isInFrame() {
    return rest > 0 || head.position() > 0;
  }

  private void begin() {
    byte[] magic = new byte[MAGIC.length];
    head.get(magic);
    if (!Arrays.equals(magic, MAGIC)) {
      throw new BadFrame("begin of a connection", hex(magic), hex(MAGIC));
    }
    int stream = head.get();
    int control = ArteryTransport.ControlStreamId();
    int messages = ArteryTransport.OrdinaryStreamId();
    if (stream != control && stream != messages) {
      throw new BadFrame("stream of a connection", stream, control + " or " + messages);
    }
    isBegun = true;
  }

  private void beginFrame() {
    int length = head.getInt();
    if (length < SHORTEST || length > longest) {
      throw new BadFrame("length of a frame", length, SHORTEST + " to " + longest + " bytes");
    }
    byte version = head.get();
    if (version < 0 || version > ArteryTransport.HighestVersion()) {
      throw new BadFrame("version of a frame", version, "0 to " + ArteryTransport.HighestVersion());
    }
    rest = length - 1;
  }

  private static String hex(byte[] bytes) {
    return HexFormat.ofDelimiter(" ").formatHex(bytes);
  }
}
