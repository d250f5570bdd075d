package org.numaslab.coordinator.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.loan.Marks;
import org.numaslab.node.protocol.Caller;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.protocol.SlabGrant;
import org.numaslab.node.protocol.SlabRef;
import org.numaslab.node.slab.Call;
import org.numaslab.node.slab.Track;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

class LengthTest {
  private static final SlabRef REF = new SlabRef(0, 0, 0);

  private final FrameCodec codec = new FrameCodec();
  private final Output out = new Output(16, 8 << 20);

  /// A length, and so many bytes behind it.
  private Input declared(long length, int bytes) {
    out.reset();
    out.writeVarLong(length, true);
    out.writeBytes(new byte[bytes]);
    return new Input(out.toBytes());
  }

  @ParameterizedTest
  @EnumSource
  void isBoundedByItsMaximum(Length length) {
    int enough = length.max() * 100;
    assertThat(length.read(declared(length.max(), enough))).isEqualTo(length.max());
    for (long more : new long[] {length.max() + 1L, Integer.MAX_VALUE, 1L << 32, -1}) {
      assertThatThrownBy(() -> length.read(declared(more, enough)))
          .isInstanceOf(BadFrame.class)
          .hasMessageEndingWith(
              ": got "
                  + Long.toUnsignedString(more)
                  + ", allowed "
                  + length.min()
                  + ".."
                  + length.max());
    }
  }

  @ParameterizedTest
  @EnumSource
  void isBoundedByWhatFollows(Length length) {
    if (length.min() == 0) {
      assertThat(length.read(declared(0, 0))).isZero();
    } else {
      assertThatThrownBy(() -> length.read(declared(0, 0))).isInstanceOf(BadFrame.class);
    }
    assertThatThrownBy(() -> length.read(declared(1, 0)))
        .isInstanceOf(BadFrame.class)
        .hasMessageEndingWith(": got 1, allowed up to 0, as many as the rest of the frame holds");
    assertThatThrownBy(() -> length.read(declared(10, 9))).isInstanceOf(BadFrame.class);
  }

  /// No element is shorter than what the bound takes for its least; and that is the least, so that
  /// nothing more can be declared than what the bytes hold.
  @Test
  void elementsAreAsShortAsTheirBoundSays() {
    SlabGrant grant = new SlabGrant(REF, 0, 1, 0, new int[0]);
    Call call = new Call(new Track(0, 0, 0, 0), 0);
    NodeProtocol.FreedRun run = new NodeProtocol.FreedRun(new CacheId(0), new long[0], call, false);
    NodeReply.Outcome outcome = new NodeReply.Outcome(new CacheId(0), new int[0], new SlabGrant[0]);
    Incarnation removed = new Incarnation(new NodeId(0), 0);
    Marks.OfPage page = new Marks.OfPage(0, new long[8]);
    Caller caller = new Caller(new CpuId(0), 0);

    assertThat(more(free(caller), free(caller, run))).isEqualTo(8);
    assertThat(more(applied(), applied(outcome))).isEqualTo(3);
    assertThat(more(granted(grant), granted(grant, grant))).isEqualTo(7);
    assertThat(more(unfreeze(caller), unfreeze(caller, REF))).isEqualTo(3);
    assertThat(more(listed(), listed(page))).isEqualTo(65);
    assertThat(more(renewAck(), renewAck(removed))).isEqualTo(2);
  }

  /// By how much the second is longer; both are read again.
  private int more(Frame.Body none, Frame.Body one) {
    return bytes(one) - bytes(none);
  }

  private int bytes(Frame.Body body) {
    Incarnation member = new Incarnation(new NodeId(0), 0);
    Frame frame = new Frame(member, member, member, body);
    byte[] bytes = codec.encode(frame);
    assertThat(DeepEquality.same(codec.decode(bytes), frame)).isTrue();
    return bytes.length;
  }

  private static Frame.Body free(Caller caller, NodeProtocol.FreedRun... runs) {
    return ask(new NodeProtocol.Free(caller, 0, runs));
  }

  private static Frame.Body unfreeze(Caller caller, SlabRef... slabs) {
    return ask(new NodeProtocol.Unfreeze(caller, 0, new CacheId(0), slabs));
  }

  private static Frame.Body applied(NodeReply.Outcome... outcomes) {
    return reply(new NodeReply.Applied(0, outcomes));
  }

  private static Frame.Body granted(SlabGrant... slabs) {
    return reply(new NodeReply.Granted(0, slabs, new int[0]));
  }

  private static Frame.Body listed(Marks.OfPage... pages) {
    return new Frame.Request(1, 1, new Frame.Listed(1, 0, 1, pages));
  }

  private static Frame.Body renewAck(Incarnation... removed) {
    return new Frame.RenewAck(0, removed, 0, 0, 0, new int[0]);
  }

  private static Frame.Body ask(NodeProtocol.FromCpu message) {
    return new Frame.Request(1, 1, new Frame.ForNode(message));
  }

  private static Frame.Body reply(NodeReply reply) {
    return new Frame.Answer(1, new Frame.FromNode(reply, 0));
  }
}
