package org.numaslab.coordinator.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.protocol.Caller;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.SlabRef;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

class FrameCodecTest {
  @Test
  void activateComesBackAsItWas() {
    Incarnation from = new Incarnation(new NodeId(1), 1);
    Incarnation to = new Incarnation(new NodeId(0), 1);
    Frame frame =
        new Frame(
            from,
            to,
            to,
            new Frame.Request(
                7,
                5,
                new Frame.ForNode(
                    new NodeProtocol.Activate(
                        new Caller(new CpuId(3), 1),
                        99,
                        new CacheId(12),
                        new SlabRef(0x1234, 5, 77)))));
    FrameCodec codec = new FrameCodec();
    assertThat(codec.decode(codec.encode(frame))).isEqualTo(frame);
  }
}
