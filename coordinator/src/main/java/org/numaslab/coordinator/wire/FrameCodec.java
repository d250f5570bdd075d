package org.numaslab.coordinator.wire;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.KryoBufferOverflowException;
import com.esotericsoftware.kryo.io.Output;
import org.numaslab.coordinator.control.ControlFrame;
import org.numaslab.coordinator.membership.RunMessage;
import org.numaslab.node.loan.Frame;

/// Frames to bytes and back.
///
/// Owner: one thread, or one sender whose calls follow one another: Kryo and its buffers are used
/// again from call to call. Any number of codecs may exist; each keeps up to [#FRAME_BYTES_MAX].
public final class FrameCodec {
  /// What Artery takes as one message by default. Its own limit (`maximum-frame-size`) has to be
  /// larger by its envelope.
  public static final int FRAME_BYTES_MAX = 256 << 10;

  /// Most frames are shorter: a free of 64 objects.
  private static final int BUFFER_BYTES_FIRST = 1 << 10;

  /// Frame, body, what is asked or told, message: more than the records can nest.
  private static final int DEPTH_MAX = 8;

  // Kryo can do without sun.misc.Unsafe, of which JDK 25 warns. It asks when its first instance is
  // made.
  static {
    if (System.getProperty("kryo.unsafe") == null) {
      System.setProperty("kryo.unsafe", "false");
    }
  }

  private final Kryo kryo = new Kryo(new ClosedResolver(), null);
  private final Output out = new Output(BUFFER_BYTES_FIRST, FRAME_BYTES_MAX);
  private final Input in = new Input();

  public FrameCodec() {
    kryo.setRegistrationRequired(true);
    kryo.setMaxDepth(DEPTH_MAX);
    WireType.register(kryo);
  }

  /// @throws BadFrame when no receiver would take it
  public byte[] encode(Frame frame) {
    return encode(WireType.FRAME, frame);
  }

  /// @throws BadFrame when no receiver would take it
  public byte[] encode(ControlFrame frame) {
    return encode(WireType.CONTROL_FRAME, frame);
  }

  /// @throws BadFrame when no receiver would take it
  public byte[] encode(RunMessage message) {
    return encode(WireType.of(message), (Record) message);
  }

  private byte[] encode(WireType as, Record frame) {
    out.reset();
    try {
      WireType.write(kryo, out, as, frame);
    } catch (KryoBufferOverflowException full) {
      throw new BadFrame("frame", "more bytes", "up to " + FRAME_BYTES_MAX);
    }
    return out.toBytes();
  }

  /// @throws BadFrame when this is not all of one frame between members, and of nothing else
  public Frame decode(byte[] bytes) {
    return decode(bytes, Frame.class);
  }

  /// @throws BadFrame when this is not all of one frame between the coordinator and a member, and
  ///   of nothing else
  public ControlFrame decodeControl(byte[] bytes) {
    return decode(bytes, ControlFrame.class);
  }

  /// @throws BadFrame when this is not all of one message about a run, and of nothing else
  public RunMessage decodeRun(byte[] bytes) {
    return decode(bytes, RunMessage.class);
  }

  private <T> T decode(byte[] bytes, Class<T> of) {
    if (bytes.length > FRAME_BYTES_MAX) {
      throw new BadFrame("frame", bytes.length + " bytes", "up to " + FRAME_BYTES_MAX);
    }
    in.setBuffer(bytes);
    T frame;
    try {
      frame = WireType.read(kryo, in, of);
    } catch (KryoException end) {
      throw new BadFrame("frame", bytes.length + " bytes", "more: it ends in the middle");
    }
    if (in.position() < bytes.length) {
      throw new BadFrame("frame", bytes.length + " bytes", in.position() + ", all that it says");
    }
    return frame;
  }
}
