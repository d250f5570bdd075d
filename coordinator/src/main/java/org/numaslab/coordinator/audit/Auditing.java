package org.numaslab.coordinator.audit;

import java.util.ArrayList;
import java.util.List;
import org.numaslab.coordinator.audit.Event.Kind;

/// Passes events on to an audit, and keeps in which of them each of the first violations was found.
final class Auditing implements History {
  private final HistoryAudit audit;
  private final List<ObjectHistory> found = new ArrayList<>();
  private long events;
  private long died;
  private long lastTime;

  Auditing(HistoryAudit audit) {
    this.audit = audit;
  }

  @Override
  public void add(Event event) {
    events++;
    lastTime = event.time();
    died += event.kind() == Kind.DIED ? 1 : 0;
    int before = audit.violations().size();
    audit.add(event);
    for (int i = before; i < audit.violations().size() && hasRoom(); i++) {
      found.add(ObjectHistory.until(audit.violations().get(i), events, event));
    }
  }

  private boolean hasRoom() {
    return found.size() < AuditedHistory.EXPLAINED_MAX;
  }

  /// Nothing more happens.
  void end() {
    int before = audit.violations().size();
    audit.end(lastTime);
    for (int i = before; i < audit.violations().size() && hasRoom(); i++) {
      found.add(ObjectHistory.untilEnd(audit.violations().get(i)));
    }
  }

  HistoryAudit audit() {
    return audit;
  }

  List<ObjectHistory> found() {
    return List.copyOf(found);
  }

  long died() {
    return died;
  }
}
