package org.numaslab.coordinator.audit;

import java.nio.file.Path;
import java.util.List;

/// What the audit of a history file found.
///
/// @param hash of its events
/// @param died members, each life counted
/// @param violations in the order in which they were found, at most as many as [HistoryAudit] keeps
/// @param explained the first of them, with what led to each
public record AuditedHistory(
    HistoryHeader header,
    String hash,
    long events,
    long allocations,
    long frees,
    long handOffs,
    long reclaimed,
    long lost,
    long died,
    List<Violation> violations,
    List<Explained> explained) {

  /// More are not read by anybody: the first ones lead to the cause.
  public static final int EXPLAINED_MAX = 10;

  /// The last of an object's events that are kept.
  public static final int EVENTS_MAX = 20;

  /// A violation, and what happened to its object, or to its request, until then.
  ///
  /// @param earlier events that came before those, left out
  public record Explained(Violation violation, long earlier, List<Numbered> events) {
    public Explained {
      events = List.copyOf(events);
    }
  }

  /// @param line of the file
  public record Numbered(long line, Event event) {}

  public AuditedHistory {
    violations = List.copyOf(violations);
    explained = List.copyOf(explained);
  }

  /// Audits a file. Where it finds something it reads the file again, for what led to it.
  public static AuditedHistory of(Path file) {
    Auditing auditing;
    HistoryHash hash;
    HistoryHeader header;
    try (HistoryReader reader = HistoryFile.open(file)) {
      header = reader.header();
      auditing = new Auditing(new HistoryAudit(header.nodeOfCpuArray()));
      hash = reader.readTo(auditing);
      auditing.end();
    }
    List<ObjectHistory> led = auditing.found();
    if (!led.isEmpty()) {
      try (HistoryReader again = HistoryFile.open(file)) {
        again.readTo(event -> led.forEach(each -> each.add(event)));
      }
    }
    HistoryAudit audit = auditing.audit();
    return new AuditedHistory(
        header,
        hash.toString(),
        hash.events(),
        audit.allocations(),
        audit.frees(),
        audit.handOffs(),
        audit.reclaimed(),
        audit.lost(),
        auditing.died(),
        audit.violations(),
        led.stream().map(ObjectHistory::explained).toList());
  }

  /// What happened to the objects of violations that something else has found.
  public static List<Explained> explain(Path file, List<Violation> violations) {
    List<ObjectHistory> each = violations.stream().map(ObjectHistory::untilEnd).toList();
    try (HistoryReader reader = HistoryFile.open(file)) {
      reader.readTo(event -> each.forEach(object -> object.add(event)));
    }
    return each.stream().map(ObjectHistory::explained).toList();
  }

  public boolean isClean() {
    return violations.isEmpty();
  }
}
