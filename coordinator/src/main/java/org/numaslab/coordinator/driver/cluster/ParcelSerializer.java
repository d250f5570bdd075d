package org.numaslab.coordinator.driver.cluster;

import java.io.NotSerializableException;
import java.nio.ByteBuffer;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.serialization.ByteBufferSerializer;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import org.numaslab.coordinator.wire.BadFrame;
import org.numaslab.coordinator.wire.FrameCodec;

/// A [Parcel] as Artery carries it.
///
/// ```text
/// 0      8          16      17             17 + 8n         end - 8
/// +------+----------+-------+--------------+---------------+---------+
/// | told | encoding | times | times of the | frame, as     | encoded |
/// |      |          | n     | request      | FrameCodec    |         |
/// +------+----------+-------+--------------+---------------+---------+
/// ```
///
/// Shared by all threads of a process: each has a codec of its own.
public final class ParcelSerializer extends SerializerWithStringManifest
    implements ByteBufferSerializer {
  /// Of no other serializer in the cluster.
  private static final int IDENTIFIER = 2_025_061;

  private static final String MANIFEST = "p";
  private static final int TIMES_MAX = 16;
  private static final int FIXED_BYTES = 8 + 8 + 1 + 8;

  private final ThreadLocal<FrameCodec> codec = ThreadLocal.withInitial(FrameCodec::new);
  private final LinkCounts counts;

  public ParcelSerializer(ExtendedActorSystem system) {
    this.counts = LinkCounts.of(system);
  }

  @Override
  public int identifier() {
    return IDENTIFIER;
  }

  @Override
  public String manifest(Object message) {
    return MANIFEST;
  }

  @Override
  public byte[] toBinary(Object message) {
    ByteBuffer buffer = ByteBuffer.allocate(FrameCodec.FRAME_BYTES_MAX + FIXED_BYTES + 128);
    toBinary(message, buffer);
    byte[] bytes = new byte[buffer.position()];
    buffer.flip().get(bytes);
    return bytes;
  }

  @Override
  public void toBinary(Object message, ByteBuffer out) {
    Parcel parcel = (Parcel) message;
    int begin = out.position();
    out.putLong(parcel.told()).putLong(System.nanoTime());
    out.put((byte) parcel.asked().length);
    for (long time : parcel.asked()) {
      out.putLong(time);
    }
    out.put(codec.get().encode(parcel.frame()));
    out.putLong(System.nanoTime());
    counts.sent(parcel.frame().to().node().value(), out.position() - begin);
  }

  @Override
  public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
    return fromBinary(ByteBuffer.wrap(bytes), manifest);
  }

  @Override
  public Object fromBinary(ByteBuffer in, String manifest) throws NotSerializableException {
    long arrived = System.nanoTime();
    try {
      if (!manifest.equals(MANIFEST)) {
        throw new BadFrame("manifest", manifest, MANIFEST);
      }
      return parcel(in, arrived);
    } catch (BadFrame bad) {
      counts.refused(bad);
      throw new NotSerializableException(bad.getMessage());
    }
  }

  private Parcel parcel(ByteBuffer in, long arrived) {
    if (in.remaining() < FIXED_BYTES) {
      throw new BadFrame("parcel", in.remaining() + " bytes", FIXED_BYTES + " and more");
    }
    long told = in.getLong();
    long encoding = in.getLong();
    int times = in.get();
    if (times < 0 || times > TIMES_MAX || in.remaining() < (times + 1) * Long.BYTES) {
      throw new BadFrame("times of the request", times, "0.." + TIMES_MAX + ", all there");
    }
    long[] asked = new long[times];
    for (int i = 0; i < times; i++) {
      asked[i] = in.getLong();
    }
    byte[] frame = new byte[in.remaining() - Long.BYTES];
    in.get(frame);
    long encoded = in.getLong();
    return new Parcel(
        codec.get().decode(frame), told, encoding, encoded, arrived, System.nanoTime(), asked);
  }
}
