package org.numaslab.coordinator.trace;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// What the lines of a trace were, before any filter.
///
/// @param lines all of them
/// @param events recognised kmem events by kind, page events too; every kind has an entry
/// @param eventsPerCpu the same events by cpu, from cpu 0 to the highest that has one
/// @param otherEvents events of other subsystems, passed over
/// @param timestampsBackwards events whose time stamp is before the one of the event before them
/// @param lostMarks marks of the tracer that it lost events
/// @param lostEvents how many, where the marks say so
/// @param overwrittenEvents entries written less entries in the buffer, by the header
/// @param unreadableLines lines that are none of all this
/// @param cutLines those among them that begin as an event of ours and miss something
/// @param firstUnreadableLine its number from 1, 0 for none
/// @param firstUnreadableText what it holds, shortened, printable
public record TextCounts(
    long lines,
    Map<EventKind, Long> events,
    List<Long> eventsPerCpu,
    long otherEvents,
    long timestampsBackwards,
    long lostMarks,
    long lostEvents,
    long overwrittenEvents,
    long unreadableLines,
    long cutLines,
    long firstUnreadableLine,
    String firstUnreadableText) {
  public TextCounts {
    events = Collections.unmodifiableMap(new EnumMap<>(events)); // in the order of the kinds
    eventsPerCpu = List.copyOf(eventsPerCpu);
  }

  /// Recognised kmem events of all kinds.
  public long allEvents() {
    return events.values().stream().mapToLong(Long::longValue).sum();
  }

  public long events(EventKind kind) {
    return events.getOrDefault(kind, 0L);
  }

  /// Did the tracer lose events? Then frees and allocations miss each other.
  public boolean isIncomplete() {
    return lostMarks > 0 || overwrittenEvents > 0;
  }
}
