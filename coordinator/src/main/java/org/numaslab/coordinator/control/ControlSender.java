package org.numaslab.coordinator.control;

import java.util.TreeMap;
import java.util.function.Consumer;
import org.numaslab.coordinator.control.ControlFrame.Asked;
import org.numaslab.coordinator.control.ControlFrame.Request;
import org.numaslab.node.loan.Incarnation;

/// The coordinator's end of the link to one life of a member.
///
/// | request | until |
/// |---|---|
/// | waits | the ones before it leave room in the window |
/// | open | it is answered |
///
/// Owner: the coordinator.
final class ControlSender {
  /// Requests that may be on the way at once: for so many the member keeps its answers.
  static final int WINDOW = 512;

  static final long NEVER = Long.MAX_VALUE;

  private static final class Open {
    final Asked asked;
    long next = NEVER;
    long wait;

    Open(Asked asked) {
      this.asked = asked;
    }
  }

  private final Incarnation to;
  private final int life;
  private final RetryTimes times;
  private final Consumer<ControlFrame> wire;
  private final TreeMap<Long, Open> open = new TreeMap<>();
  private long last;

  /// The last one that was sent at all.
  private long lastSent;

  private long due = NEVER;

  ControlSender(Incarnation to, int life, RetryTimes times, Consumer<ControlFrame> wire) {
    this.to = to;
    this.life = life;
    this.times = times;
    this.wire = wire;
  }

  void send(Asked asked, long now) {
    open.put(++last, new Open(asked));
    transmitWaiting(now);
  }

  private void transmitWaiting(long now) {
    while (lastSent < last && lastSent + 1 < oldestOpen() + WINDOW) {
      lastSent++;
      Open next = open.get(lastSent);
      if (next != null) {
        transmit(lastSent, next, now);
      }
    }
  }

  private long oldestOpen() {
    return open.isEmpty() ? last + 1 : open.firstKey();
  }

  private void transmit(long sequence, Open request, long now) {
    request.wait = request.wait == 0 ? times.first() : Math.min(2 * request.wait, times.max());
    request.next = now + request.wait;
    due = Math.min(due, request.next);
    wire.accept(new ControlFrame(to, life, new Request(sequence, oldestOpen(), request.asked)));
  }

  /// Takes note of an answer.
  ///
  /// @return false when it was answered before
  boolean answered(long sequence, long now) {
    if (sequence > lastSent || open.remove(sequence) == null) {
      return false;
    }
    transmitWaiting(now);
    return true;
  }

  /// Sends again what is due.
  void retry(long now) {
    if (now < due) {
      return;
    }
    due = NEVER;
    open.forEach((sequence, request) -> {
      if (request.next <= now) {
        transmit(sequence, request, now);
      }
      due = Math.min(due, request.next);
    });
  }

  /// When something is to be sent again; maybe earlier.
  long nextDue() {
    return due;
  }
}
