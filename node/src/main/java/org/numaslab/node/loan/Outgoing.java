package org.numaslab.node.loan;

import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.numaslab.node.loan.Frame.Asked;
import org.numaslab.node.loan.Frame.Request;
import org.numaslab.node.protocol.Numbered;

/// The requests of one member to another about one home: each is sent again until it is answered.
///
/// | request | until |
/// |---|---|
/// | waits | the other side is ready, and the ones before it leave room in the window |
/// | open | it is answered, and the answer takes effect; or the other side is removed |
///
/// Owner: the border.
final class Outgoing {
  /// Requests that may be on the way at once: for so many the other side keeps its answers.
  static final int WINDOW = 512;

  static final long NEVER = Long.MAX_VALUE;

  /// A request that is not done.
  static final class Open {
    final long sequence;
    final Asked asked;

    /// Addresses that are on their way with it.
    final long[] names;

    /// What the caller knows it by.
    final long token;

    /// When its caller stops waiting.
    long deadline;

    /// Nobody waits for it any more: what it brings is given back.
    boolean isAbandoned;

    /// The answer, when that must not take effect yet.
    Frame.@Nullable Told parked;

    private long next;
    private long wait;

    /// When it was sent, [#NEVER] when it was sent again or not at all.
    private long sentOnce = NEVER;

    private Open(long sequence, Asked asked, long[] names, long token, long deadline) {
      this.sequence = sequence;
      this.asked = asked;
      this.names = names;
      this.token = token;
      this.deadline = deadline;
    }
  }

  private final Incarnation from;
  private final Incarnation to;
  private final Incarnation home;
  private final LoanTimes times;
  private final Consumer<Frame> wire;
  private final RoundTrip roundTrip;
  private final Numbered<Open> open = new Numbered<>();

  /// The first request that was never sent, one past the last when all were: they are sent in
  /// order.
  private long firstWaiting = 1;

  private long due = NEVER;
  private boolean isHeld;

  Outgoing(
      Incarnation from, Incarnation to, Incarnation home, LoanTimes times, Consumer<Frame> wire) {
    this.from = from;
    this.to = to;
    this.home = home;
    this.times = times;
    this.wire = wire;
    this.roundTrip = new RoundTrip(times);
  }

  /// Sends nothing until [#start].
  void hold() {
    isHeld = true;
  }

  /// The other side is ready.
  void start(long now) {
    if (isHeld) {
      isHeld = false;
      transmitWaiting(now);
    }
  }

  private void transmitWaiting(long now) {
    while (!isHeld && firstWaiting <= open.last() && firstWaiting < open.first() + WINDOW) {
      Open next = open.get(firstWaiting++);
      if (next != null) {
        transmit(next, now);
      }
    }
  }

  Open send(Asked asked, long[] names, long token, long deadline, long now) {
    Open request = new Open(open.last() + 1, asked, names, token, deadline);
    open.add(request);
    due = Math.min(due, deadline);
    request.next = NEVER;
    transmitWaiting(now);
    return request;
  }

  private void transmit(Open request, long now) {
    boolean isFirst = request.wait == 0;
    request.wait = isFirst ? roundTrip.timeout() : Math.min(2 * request.wait, times.retryMax());
    request.sentOnce = isFirst ? now : NEVER;
    request.next = now + request.wait;
    due = Math.min(due, request.next);
    Request body = new Request(request.sequence, open.first(), request.asked);
    wire.accept(new Frame(from, to, home, body));
  }

  /// The request that an answer is for which has come now, null when it is not open.
  @Nullable Open answered(long sequence, long now) {
    Open request = open.get(sequence);
    if (request != null && request.parked == null && request.sentOnce != NEVER) {
      roundTrip.took(now - request.sentOnce);
    }
    return request;
  }

  /// The request of a number, null when it is not open.
  @Nullable Open get(long sequence) {
    return open.get(sequence);
  }

  /// The answer has taken effect.
  void done(Open request, long now) {
    open.remove(request.sequence);
    transmitWaiting(now);
  }

  /// Its answer is there: it is not sent again.
  void park(Open request, Frame.Told told) {
    request.parked = told;
    request.next = NEVER;
  }

  /// Sends again what is due.
  ///
  /// @return false when nothing is, and nobody stops waiting
  boolean retry(long now) {
    if (now < due) {
      return false;
    }
    for (Open request : open.values()) {
      if (request.next <= now) {
        transmit(request, now);
      }
    }
    due = NEVER;
    for (Open request : open.values()) {
      due = Math.min(due, request.next);
      if (request.deadline > now) { // the others are given up now
        due = Math.min(due, request.deadline);
      }
    }
    return true;
  }

  /// When the next one is to be sent again, or stops being waited for; maybe earlier.
  long nextDue() {
    return due;
  }

  Collection<Open> all() {
    return open.values();
  }

  /// Nothing of it will be answered.
  List<Open> close() {
    List<Open> left = open.values();
    open.clear();
    firstWaiting = open.last() + 1;
    return left;
  }

  boolean isEmpty() {
    return open.isEmpty();
  }
}
