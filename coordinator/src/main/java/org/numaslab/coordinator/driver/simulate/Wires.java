package org.numaslab.coordinator.driver.simulate;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.control.ControlFrame;
import org.numaslab.coordinator.fault.Fault;
import org.numaslab.coordinator.wire.FrameCodec;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// The network between members: what is sent arrives later, twice, in another order, or never. The
/// coordinator is beside node 0, and has its links.
///
/// | on a link | what is sent there |
/// |---|---|
/// | cut, or between two sides | is lost |
/// | clogged | waits until that is over |
/// | full, beyond its bound | is lost |
/// | lossy, doubling, slow | by the draw for each message |
public final class Wires {
  /// What became of messages.
  public static final class Counts {
    public long sent;
    public long delivered;
    public long lost;
    public long cut;
    public long overflowed;
    public long doubled;
    public long late;
    public long clogged;

    /// Of them between the coordinator and members; not among those sent.
    public long control;

    /// Of the messages that went through their bytes.
    public long encoded;

    public long bytes;
  }

  private static final int COORDINATOR_NODE = 0;

  private final Topology topology;
  private final CostModel costs;
  private final SplittableRandom random;
  private final VirtualTime time;
  private final Consumer<Frame> deliver;
  private final int nodes;
  private final int[] blocked;
  private final int[] clogs;
  private final int[] underWay;
  private final List<ArrayDeque<Sent>> held = new ArrayList<>();
  private final List<Fault> active = new ArrayList<>();
  private final Counts counts = new Counts();
  private final @Nullable FrameCodec codec;

  /// @param encodes whether each message goes through the bytes that it has between processes
  Wires(
      boolean encodes,
      Topology topology,
      CostModel costs,
      SplittableRandom random,
      VirtualTime time,
      Consumer<Frame> deliver) {
    this.codec = encodes ? new FrameCodec() : null;
    this.topology = topology;
    this.costs = costs;
    this.random = random;
    this.time = time;
    this.deliver = deliver;
    this.nodes = topology.nodeCount();
    this.blocked = new int[nodes * nodes];
    this.clogs = new int[nodes * nodes];
    this.underWay = new int[nodes * nodes];
    for (int link = 0; link < nodes * nodes; link++) {
      held.add(new ArrayDeque<>(0));
    }
  }

  Counts counts() {
    return counts;
  }

  private int link(int from, int to) {
    return from * nodes + to;
  }

  // ---- faults

  /// Begins or ends to cut a link, one way. Cuts add up.
  void cut(int from, int to, boolean begins) {
    blocked[link(from, to)] += begins ? 1 : -1;
  }

  /// Begins or ends to hold what is sent on a link.
  void clog(NodeId from, NodeId to, boolean begins) {
    for (int a = 0; a < nodes; a++) {
      for (int b = 0; b < nodes; b++) {
        if (a != b && matches(from, a) && matches(to, b)) {
          clogs[link(a, b)] += begins ? 1 : -1;
          if (clogs[link(a, b)] == 0) {
            ArrayDeque<Sent> waiting = held.get(link(a, b));
            while (!waiting.isEmpty()) {
              arrive(waiting.remove(), 0);
            }
          }
        }
      }
    }
  }

  /// A fault that is drawn for each message begins.
  void begin(Fault fault) {
    active.add(fault);
  }

  void end(Fault fault) {
    active.remove(fault);
  }

  private static boolean matches(NodeId fault, int node) {
    return fault.equals(Fault.ALL) || fault.value() == node;
  }

  // ---- messages

  /// Something on its way.
  private record Sent(int from, int to, Runnable arrives) {}

  void send(Frame frame) {
    counts.sent++;
    Frame same = throughItsBytes(frame);
    send(
        new Sent(same.from().node().value(), same.to().node().value(), () -> deliver.accept(same)));
  }

  /// Sends between the coordinator and a member.
  ///
  /// @param arrives is given what arrives
  void send(ControlFrame frame, boolean isToMember, Consumer<ControlFrame> arrives) {
    counts.control++;
    ControlFrame same = throughItsBytes(frame);
    int member = same.member().node().value();
    send(
        new Sent(
            isToMember ? COORDINATOR_NODE : member,
            isToMember ? member : COORDINATOR_NODE,
            () -> arrives.accept(same)));
  }

  private void send(Sent frame) {
    int from = frame.from;
    int to = frame.to;
    int link = link(from, to);
    if (blocked[link] > 0) {
      counts.cut++;
      return;
    }
    long extra = 0;
    boolean isDoubled = false;
    for (Fault fault : active) {
      switch (fault) {
        case Fault.Loss loss when applies(loss.from(), loss.to(), from, to) -> {
          if (draws(loss.percent())) {
            counts.lost++;
            return;
          }
        }
        case Fault.Duplicate twice when applies(twice.from(), twice.to(), from, to) ->
            isDoubled |= draws(twice.percent());
        case Fault.Delay delay when applies(delay.from(), delay.to(), from, to) -> {
          if (draws(delay.percent())) {
            counts.late++;
            extra += between(delay.minNanos(), delay.maxNanos());
          }
        }
        case Fault.Reorder reorder when applies(reorder.from(), reorder.to(), from, to) -> {
          if (draws(reorder.percent())) {
            counts.late++;
            extra += between(0, reorder.maxNanos());
          }
        }
        case Fault.QueueBound bound when applies(bound.from(), bound.to(), from, to) -> {
          if (underWay[link] >= bound.messagesMax()) {
            counts.overflowed++;
            return;
          }
        }
        default -> {}
      }
    }
    if (clogs[link] > 0) {
      counts.clogged++;
      held.get(link).add(frame);
      return;
    }
    arrive(frame, extra);
    if (isDoubled) {
      counts.doubled++;
      arrive(frame, extra + random.nextLong(1 + 4 * costs.wire()));
    }
  }

  private Frame throughItsBytes(Frame frame) {
    FrameCodec used = codec;
    return used == null ? frame : used.decode(counted(used.encode(frame)));
  }

  private ControlFrame throughItsBytes(ControlFrame frame) {
    FrameCodec used = codec;
    return used == null ? frame : used.decodeControl(counted(used.encode(frame)));
  }

  private byte[] counted(byte[] bytes) {
    counts.encoded++;
    counts.bytes += bytes.length;
    return bytes;
  }

  private static boolean applies(NodeId faultFrom, NodeId faultTo, int from, int to) {
    return matches(faultFrom, from) && matches(faultTo, to);
  }

  private boolean draws(int percent) {
    return random.nextInt(100) < percent;
  }

  private long between(long min, long max) {
    return min >= max ? min : random.nextLong(min, max + 1);
  }

  private void arrive(Sent frame, long extra) {
    int from = frame.from;
    int to = frame.to;
    int link = link(from, to);
    long usual = costs.wire(topology.distance(new NodeId(from), new NodeId(to)));
    long jitter = random.nextLong(1 + usual * costs.jitterPercent() / 100);
    underWay[link]++;
    time.after(
        usual + jitter + extra,
        () -> {
          underWay[link]--;
          if (blocked[link] > 0) { // the connection broke meanwhile
            counts.cut++;
          } else {
            counts.delivered++;
            frame.arrives.run();
          }
        });
  }
}
