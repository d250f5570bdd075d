package org.numaslab.coordinator.driver.cluster;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.remote.UniqueAddress;
import org.apache.pekko.remote.artery.EnvelopeBuffer;
import org.apache.pekko.remote.artery.HeaderBuilder;
import org.apache.pekko.remote.artery.OutboundHandshake;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.SerializerWithStringManifest;

/// Whoever reaches the port of a process, and has no actors.
///
/// A connection of Artery:
///
/// ```text
/// 0       4        5        9
/// +-------+--------+--------+-------+--------+-------+---
/// | magic | stream | length | frame | length | frame | ...    length: 4 bytes, the lowest first
/// +-------+--------+--------+-------+--------+-------+---
/// ```
final class Stranger {
  static final int CONTROL = 1;
  static final int MESSAGES = 2;
  static final int NOBODYS = 9;

  private static final int ANY_UID = 4711;
  private static final int NOBODYS_SERIALIZER = 666_666;

  /// So long one listens whether the process hangs up.
  private static final int PATIENCE_MILLIS = 10;

  private Stranger() {}

  static byte[] framed(String magic, int stream, int length, byte[] body) {
    return ByteBuffer.allocate(4 + 1 + 4 + body.length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(Intruder.text(magic))
        .put((byte) stream)
        .putInt(length)
        .put(body)
        .array();
  }

  static byte[] framed(int stream, int length, byte[] body) {
    return framed(ClusterSettings.MAGIC, stream, length, body);
  }

  /// Asks a process for an association with itself.
  static byte[] asksInItsName(ClusterSystem process) {
    return control(
        process,
        new OutboundHandshake.HandshakeReq(
            new UniqueAddress(process.address(), ANY_UID), process.address()));
  }

  /// Tells a process that it agrees to an association with itself.
  static byte[] answersInItsName(ClusterSystem process) {
    return control(
        process, new OutboundHandshake.HandshakeRsp(new UniqueAddress(process.address(), ANY_UID)));
  }

  /// A message that nobody has bytes for.
  static byte[] nobodysMessage() {
    return message(NOBODYS_SERIALIZER, "?", new byte[10]);
  }

  private static byte[] control(ClusterSystem process, Object message) {
    ExtendedActorSystem actors = (ExtendedActorSystem) Adapter.toClassic(process.system());
    SerializerWithStringManifest serializer =
        (SerializerWithStringManifest)
            SerializationExtension.get(actors).findSerializerFor(message);
    return message(
        serializer.identifier(), serializer.manifest(message), serializer.toBinary(message));
  }

  private static byte[] message(int serializer, String manifest, byte[] bytes) {
    HeaderBuilder header = HeaderBuilder.out();
    header.setUid(ANY_UID);
    header.setNoSender();
    header.setNoRecipient();
    header.setSerializer(serializer);
    header.setManifest(manifest);
    ByteBuffer frame = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);
    new EnvelopeBuffer(frame).writeHeader(header);
    frame.put(bytes);
    return framed(CONTROL, frame.position(), Arrays.copyOf(frame.array(), frame.position()));
  }

  /// Sends bytes to a process, and goes.
  static void shout(ClusterSystem process, byte[] bytes) throws IOException {
    String[] at = process.hostPort().split(":");
    try (Socket socket = new Socket(at[0], Integer.parseInt(at[1]))) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      OutputStream out = socket.getOutputStream();
      out.write(bytes);
      out.flush();
      var _ = socket.getInputStream().read();
    } catch (SocketException | SocketTimeoutException hungUp) {
      // as it should, or it waits for more
    }
  }
}
