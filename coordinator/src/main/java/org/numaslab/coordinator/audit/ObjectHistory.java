package org.numaslab.coordinator.audit;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.audit.AuditedHistory.Explained;
import org.numaslab.coordinator.audit.AuditedHistory.Numbered;
import org.numaslab.coordinator.audit.Event.Kind;

/// Gathers what led to a violation: the last events of its object, in all lives of its home; of a
/// request that took effect, the times when it did and the removal of who had asked.
final class ObjectHistory implements History {
  /// The first line is the header.
  private static final int LINE_OF_FIRST = 2;

  private final Violation violation;
  private final long eventsMax;
  private final @Nullable Event request;
  private final Deque<Numbered> last = new ArrayDeque<>();
  private long events;
  private long earlier;

  private ObjectHistory(Violation violation, long eventsMax, @Nullable Event request) {
    this.violation = violation;
    this.eventsMax = eventsMax;
    this.request = request;
  }

  /// @param events until the violation was found
  /// @param at the last of them
  static ObjectHistory until(Violation violation, long events, Event at) {
    return new ObjectHistory(violation, events, at.kind() == Kind.EXECUTED ? at : null);
  }

  static ObjectHistory untilEnd(Violation violation) {
    return new ObjectHistory(violation, Long.MAX_VALUE, null);
  }

  @Override
  public void add(Event event) {
    if (events++ >= eventsMax || !isAbout(event)) {
      return;
    }
    if (last.size() == AuditedHistory.EVENTS_MAX) {
      last.removeFirst();
      earlier++;
    }
    last.addLast(new Numbered(events - 1 + LINE_OF_FIRST, event));
  }

  private boolean isAbout(Event event) {
    return switch (event.kind()) {
      case ALLOCATED, FREED, PASSED, HANDED, TAKEN, RETURNED, LOST, DAMAGED ->
          request == null
              && event.object() == violation.object()
              && event.peer() == violation.home();
      case RECLAIMED ->
          request == null
              && event.object() == violation.object()
              && event.node() == violation.home();
      case DIED -> request == null && event.node() == violation.home();
      case EXECUTED -> request != null && isSame(event, request);
      case REMOVED -> request != null && isBetweenSame(event, request);
      case JOINED, LEASED, CENSUS, FAULT, OVER, HEALED -> false;
    };
  }

  private static boolean isSame(Event event, Event request) {
    return isBetweenSame(event, request)
        && event.object() == request.object()
        && event.number() == request.number();
  }

  private static boolean isBetweenSame(Event event, Event request) {
    return event.node() == request.node()
        && event.life() == request.life()
        && event.peer() == request.peer()
        && event.peerLife() == request.peerLife();
  }

  Explained explained() {
    return new Explained(violation, earlier, List.copyOf(last));
  }
}
