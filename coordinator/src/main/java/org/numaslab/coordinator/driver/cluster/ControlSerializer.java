package org.numaslab.coordinator.driver.cluster;

import java.io.NotSerializableException;
import java.nio.charset.StandardCharsets;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import org.numaslab.coordinator.membership.RunMessage;
import org.numaslab.coordinator.wire.BadFrame;
import org.numaslab.coordinator.wire.FrameCodec;

/// What the coordinator and processes say to each other, as Artery carries it.
///
/// | manifest | bytes |
/// |---|---|
/// | r | [RunMessage], as FrameCodec |
/// | h | [Door.Knock]: a Hello |
/// | w | [Door.Welcome]: nothing |
/// | n | [Door.Refused]: why, as UTF-8 |
/// | t | [Door.Taken]: why, as UTF-8 |
/// | y | [Door.NotYet]: nothing |
///
/// Shared by all threads of a process: each has a codec of its own.
public final class ControlSerializer extends SerializerWithStringManifest {
  /// Of no other serializer in the cluster.
  private static final int IDENTIFIER = 2_025_062;

  private static final int BYTES_MAX = 4096;

  private final ThreadLocal<FrameCodec> codec = ThreadLocal.withInitial(FrameCodec::new);

  @Override
  public int identifier() {
    return IDENTIFIER;
  }

  @Override
  public String manifest(Object message) {
    return switch (message) {
      case RunMessage m -> "r";
      case Door.Knock m -> "h";
      case Door.Welcome m -> "w";
      case Door.Refused m -> "n";
      case Door.Taken m -> "t";
      case Door.NotYet m -> "y";
      default -> throw new IllegalArgumentException("not for other processes: " + message);
    };
  }

  @Override
  public byte[] toBinary(Object message) {
    return switch (message) {
      case RunMessage m -> codec.get().encode(m);
      case Door.Knock m -> m.hello();
      case Door.Welcome m -> new byte[0];
      case Door.NotYet m -> new byte[0];
      case Door.Refused m -> m.why().getBytes(StandardCharsets.UTF_8);
      case Door.Taken m -> m.why().getBytes(StandardCharsets.UTF_8);
      default -> throw new IllegalArgumentException("not for other processes: " + message);
    };
  }

  @Override
  public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
    try {
      return switch (manifest) {
        case "r" -> codec.get().decodeRun(bytes);
        case "h" -> new Door.Knock(bounded(bytes));
        case "w" -> new Door.Welcome();
        case "y" -> new Door.NotYet();
        case "n" -> new Door.Refused(new String(bounded(bytes), StandardCharsets.UTF_8));
        case "t" -> new Door.Taken(new String(bounded(bytes), StandardCharsets.UTF_8));
        default -> throw new BadFrame("manifest", manifest, "r, h, w, y, n, t");
      };
    } catch (BadFrame bad) {
      throw new NotSerializableException(bad.getMessage());
    }
  }

  private static byte[] bounded(byte[] bytes) {
    if (bytes.length > BYTES_MAX) {
      throw new BadFrame("message", bytes.length + " bytes", "up to " + BYTES_MAX);
    }
    return bytes;
  }
}
