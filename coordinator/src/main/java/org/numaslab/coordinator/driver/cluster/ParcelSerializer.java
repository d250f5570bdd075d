package org.numaslab.coordinator.driver.cluster;

import java.io.NotSerializableException;
import java.nio.ByteBuffer;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.serialization.ByteBufferSerializer;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import org.numaslab.coordinator.wire.BadFrame;
import org.numaslab.coordinator.wire.FrameCodec;
import org.numaslab.node.loan.Frame;

/// A [Parcel] as Artery carries it.
///
/// ```text
/// 0      8      16         24      25             25 + 8n  26 + 8n                  end - 8
/// +------+------+----------+-------+--------------+--------+------------------------+---------+
/// | sent | told | encoding | times | times of the | frames | of each: length, bytes | encoded |
/// |      |      |          | n     | request      | m      | as FrameCodec has them |         |
/// +------+------+----------+-------+--------------+--------+------------------------+---------+
/// ```
///
/// Shared by all threads of a process: each has a codec of its own.
public final class ParcelSerializer extends SerializerWithStringManifest
    implements ByteBufferSerializer {
  /// Of no other serializer in the cluster.
  private static final int IDENTIFIER = 2_025_061;

  private static final String MANIFEST = "p";
  private static final int TIMES_MAX = 16;
  private static final int FIXED_BYTES = 8 + 8 + 8 + 1 + 1 + 8;

  /// Each has 16 and more of the 1024 that a parcel may have.
  private static final int FRAMES_MAX = 64;

  private final ThreadLocal<FrameCodec> codec = ThreadLocal.withInitial(FrameCodec::new);
  private final LinkCounts counts;

  public ParcelSerializer(ExtendedActorSystem system) {
    this(LinkCounts.of(system));
  }

  ParcelSerializer(LinkCounts counts) {
    this.counts = counts;
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
    out.putLong(parcel.sent()).putLong(parcel.told()).putLong(System.nanoTime());
    out.put((byte) parcel.asked().length);
    for (long time : parcel.asked()) {
      out.putLong(time);
    }
    out.put((byte) parcel.frames().length);
    for (Frame frame : parcel.frames()) {
      byte[] bytes = codec.get().encode(frame);
      out.putInt(bytes.length).put(bytes);
    }
    out.putLong(System.nanoTime());
    counts.sent(parcel.to().node().value(), out.position() - begin);
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
      throw new NotSerializableException(bad.getMessage());
    }
  }

  private Parcel parcel(ByteBuffer in, long arrived) {
    int length = in.remaining();
    if (length < FIXED_BYTES) {
      throw new BadFrame("parcel", length + " bytes", FIXED_BYTES + " and more");
    }
    long sent = in.getLong();
    long told = in.getLong();
    long encoding = in.getLong();
    int times = in.get();
    if (times < 0 || times > TIMES_MAX || in.remaining() < 1 + (times + 1) * Long.BYTES) {
      throw new BadFrame("times of the request", times, "0.." + TIMES_MAX + ", all there");
    }
    long[] asked = new long[times];
    for (int i = 0; i < times; i++) {
      asked[i] = in.getLong();
    }
    Frame[] frames = frames(in);
    long encoded = in.getLong();
    counts.received(frames[0].from().node().value(), length);
    return new Parcel(frames, sent, told, encoding, encoded, arrived, System.nanoTime(), asked);
  }

  private Frame[] frames(ByteBuffer in) {
    int count = in.get();
    if (count < 1 || count > FRAMES_MAX) {
      throw new BadFrame("frames of a parcel", count, "1.." + FRAMES_MAX);
    }
    Frame[] frames = new Frame[count];
    for (int i = 0; i < count; i++) {
      int left = in.remaining() - Long.BYTES - Integer.BYTES;
      int length = left < 0 ? -1 : in.getInt();
      if (length < 0 || length > left) {
        throw new BadFrame("bytes of a frame", length, "0.." + left + ", all there");
      }
      byte[] bytes = new byte[length];
      in.get(bytes);
      frames[i] = codec.get().decode(bytes);
      if (!frames[i].from().equals(frames[0].from()) || !frames[i].to().equals(frames[0].to())) {
        throw new BadFrame("frame of a parcel", frames[i].to(), "all between the same two");
      }
    }
    if (in.remaining() != Long.BYTES) {
      throw new BadFrame("parcel", in.remaining() + " bytes more", "its end");
    }
    return frames;
  }
}
