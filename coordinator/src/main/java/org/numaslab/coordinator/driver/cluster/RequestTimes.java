package org.numaslab.coordinator.driver.cluster;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.cost.Costs;
import org.numaslab.coordinator.cost.Way;
import org.numaslab.coordinator.driver.MessageCounts;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Frame.Answer;
import org.numaslab.node.loan.Frame.Asked;
import org.numaslab.node.loan.Frame.ForNode;
import org.numaslab.node.loan.Frame.FromNode;
import org.numaslab.node.loan.Frame.HandOff;
import org.numaslab.node.loan.Frame.Listed;
import org.numaslab.node.loan.Frame.Request;
import org.numaslab.node.loan.Frame.Taken;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.protocol.NodeProtocol.FromCpu;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.protocol.Numbered;
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
  private final int me;
  private final Costs costs;

  /// Of each cpu of the member, by their numbers.
  private final Map<CpuId, Numbered<Asking>> asked = new HashMap<>();

  /// They have no numbers.
  private final Map<HandOff, Asking> handingOff = new ConcurrentHashMap<>();

  /// The parcel that is being taken, the way that it came, and the one of what it answers.
  private @Nullable Parcel taking;

  private @Nullable Way came;
  private @Nullable Way went;

  /// Of the parcel that is being taken.
  private @Nullable Frame frame;

  RequestTimes(Incarnation me, List<CpuId> cpus, Costs costs) {
    this.me = me.node().value();
    this.costs = costs;
    cpus.forEach(cpu -> asked.put(cpu, new Numbered<>()));
  }

  private Numbered<Asking> of(CpuId cpu) {
    return Objects.requireNonNull(asked.get(cpu), "a cpu of this member");
  }

  // ---- of those who ask

  void asks(FromCpu message) {
    String kind = MessageCounts.Kind.of(message).label();
    of(message.from().cpu()).put(message.request(), new Asking(kind, me, System.nanoTime()));
  }

  void asks(HandOff handOff) {
    handingOff.put(handOff, new Asking(Costs.HAND_OFF, me, System.nanoTime()));
  }

  /// A cpu has an answer that it was told to take.
  void taken(CpuId cpu, NodeReply reply) {
    Asking request = of(cpu).remove(reply.request());
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
        Asking asking = asking(request.asked());
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

  private @Nullable Asking asking(Asked of) {
    return switch (of) {
      case ForNode(FromCpu message) -> of(message.from().cpu()).get(message.request());
      case HandOff handOff -> handingOff.get(handOff);
      case Listed list -> null;
    };
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
    Way back = came;
    Asking request = of(cpu).get(reply.request());
    if (request == null) {
      return false;
    }
    if (back == null || !reply.equals(told())) {
      of(cpu).remove(reply.request());
      return false;
    }
    request.answered(went, back);
    return true;
  }

  /// What is being taken has granted something to a cpu.
  void granted(CpuId cpu) {
    Way back = came;
    NodeReply reply = told();
    Asking request = reply == null ? null : of(cpu).get(reply.request());
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
    Asking request = handingOff.remove(handOff);
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
