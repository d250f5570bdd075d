package org.numaslab.coordinator.driver.cluster;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.cost.Costs;
import org.numaslab.coordinator.cost.Way;
import org.numaslab.coordinator.driver.MessageCounts;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Frame.Answer;
import org.numaslab.node.loan.Frame.ForNode;
import org.numaslab.node.loan.Frame.FromNode;
import org.numaslab.node.loan.Frame.HandOff;
import org.numaslab.node.loan.Frame.Request;
import org.numaslab.node.loan.Frame.Taken;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.protocol.NodeProtocol.FromCpu;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.topology.CpuId;

/// Follows the requests that CPUs and tasks of one member send to others, and says in answers when
/// what they answer changed hands here.
///
/// | of a request | |
/// |---|---|
/// | asks | a cpu or a task wants it, in its turn |
/// | sends | its border has put it onto the link |
/// | takes | the answer is taken from the mailbox |
/// | taken | the cpu or the task has the answer |
///
/// What a border wants by itself (leases, lists, what comes back too late) is not followed.
///
/// Owner: the member, while it has everything to itself; asks and taken are for CPUs in their
/// turns.
final class RequestTimes {
  /// What a request is known by when its answer comes; hand-offs are their own names.
  private record OfCpu(CpuId cpu, long request) {}

  private final int me;
  private final Costs costs;
  private final Map<Record, Asking> asked = new ConcurrentHashMap<>();

  /// The parcel that is being taken, the way that it came, and the one of what it answers.
  private @Nullable Parcel taking;

  private @Nullable Way came;
  private @Nullable Way went;

  /// Of the parcel that is being taken.
  private @Nullable Frame frame;

  RequestTimes(Incarnation me, Costs costs) {
    this.me = me.node().value();
    this.costs = costs;
  }

  // ---- of those who ask

  void asks(FromCpu message) {
    String kind = MessageCounts.Kind.of(message).label();
    asked.put(
        new OfCpu(message.from().cpu(), message.request()),
        new Asking(kind, me, System.nanoTime()));
  }

  void asks(HandOff handOff) {
    asked.put(handOff, new Asking(Costs.HAND_OFF, me, System.nanoTime()));
  }

  /// A cpu has an answer that it was told to take.
  void taken(CpuId cpu, NodeReply reply) {
    Asking request = asked.remove(new OfCpu(cpu, reply.request()));
    if (request != null) {
      request.taken(System.nanoTime(), costs);
    }
  }

  // ---- of the borders

  /// What becomes of frames that go onto the link together.
  Parcel sends(Frame[] frames) {
    long now = System.nanoTime();
    Parcel served = taking;
    Way way = came;
    long[] asked = Parcel.NONE;
    for (Frame each : frames) {
      if (each.body() instanceof Request request) {
        Asking asking = this.asked.get(nameOf(request));
        if (asking != null) {
          asking.sent(each.to().node().value(), now);
        }
      } else if (each.body() instanceof Answer
          && served != null
          && way != null
          && asked.length == 0
          && each.to().equals(served.from())) {
        asked = way.times(); // answers are made while requests are taken
      }
    }
    return Parcel.of(frames, now, asked);
  }

  private static Record nameOf(Request request) {
    return request.asked() instanceof ForNode(FromCpu message)
        ? new OfCpu(message.from().cpu(), message.request())
        : (Record) request.asked();
  }

  /// A parcel is being taken, until [#tookIt].
  void takes(Parcel parcel) {
    taking = parcel;
    came = parcel.takenAt(System.nanoTime());
    went = Way.isWay(parcel.asked()) ? Way.of(parcel.asked()) : null;
  }

  /// One of its frames; null when they are all taken.
  void takes(@Nullable Frame next) {
    frame = next;
  }

  /// What was answered is sent.
  void tookIt() {
    taking = null;
    came = null;
    went = null;
    frame = null;
  }

  /// The answer that is being taken goes to a cpu.
  ///
  /// @return whether it comes from another member: a border may also answer in place of one
  boolean isAnswered(CpuId cpu, NodeReply reply) {
    OfCpu name = new OfCpu(cpu, reply.request());
    Way back = came;
    Asking request = asked.get(name);
    if (request == null) {
      return false;
    }
    if (back == null || !reply.equals(told())) {
      asked.remove(name);
      return false;
    }
    request.answered(went, back);
    return true;
  }

  /// What is being taken has granted something to a cpu.
  void granted(CpuId cpu) {
    Way back = came;
    NodeReply reply = told();
    Asking request = reply == null ? null : asked.get(new OfCpu(cpu, reply.request()));
    if (back != null && request != null) {
      request.answered(went, back);
    }
  }

  private @Nullable NodeReply told() {
    Frame answer = frame;
    return answer != null
            && answer.body() instanceof Answer(long sequence, FromNode(NodeReply reply, int count))
        ? reply
        : null;
  }

  /// A hand-off is over, for its task too.
  void handedOff(HandOff handOff) {
    Asking request = asked.remove(handOff);
    Way back = came;
    Frame answer = frame;
    if (request != null
        && back != null
        && answer != null
        && answer.body() instanceof Answer(long sequence, Taken taken)) {
      request.answered(went, back);
      request.taken(System.nanoTime(), costs);
    }
  }
}
