package org.numaslab.coordinator.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.numaslab.coordinator.trace.EventKind;
import org.numaslab.coordinator.trace.NamedBy;
import org.numaslab.coordinator.trace.ReplayCounts;
import org.numaslab.coordinator.trace.SetAside;
import org.numaslab.coordinator.trace.TextCounts;
import org.numaslab.coordinator.trace.Trace;

/// What the trace held, and what of it one round replays.
///
/// `allocations + frees + sum of setAside == slab events`; page events are counted apart.
///
/// @param events by kind, those that occur
/// @param setAside events that are not replayed, by reason, those that occur
/// @param allocsOfLivePointer an unseen free lies before each
/// @param unseenFrees frees that are replayed though no event says so
/// @param inferredAllocations replayed though no event says so
/// @param namedBy allocations by how their cache was found
public record TraceFigures(
    long lines,
    Map<String, Long> events,
    long slabEvents,
    long pageEvents,
    long otherEvents,
    long unreadableLines,
    long firstUnreadableLine,
    String firstUnreadableText,
    long timestampsBackwards,
    long lostMarks,
    long lostEvents,
    long overwrittenEvents,
    long allocations,
    long frees,
    long freesOnAnotherCpu,
    long allocsOfLivePointer,
    long unseenFrees,
    long liveAtEnd,
    long inferredAllocations,
    Map<String, Long> setAside,
    Map<String, Long> namedBy,
    long freedUnderAnotherName,
    long unknownGfpAllocations,
    List<String> unknownGfpWords) {

  static TraceFigures of(Trace trace) {
    TextCounts text = trace.text();
    ReplayCounts counts = trace.counts();
    Map<String, Long> events = new LinkedHashMap<>();
    for (EventKind kind : EventKind.values()) {
      putUnlessZero(events, kind.text(), text.events(kind));
    }
    Map<String, Long> setAside = new LinkedHashMap<>();
    long aside = 0;
    for (SetAside kind : SetAside.values()) {
      putUnlessZero(setAside, word(kind), counts.setAside(kind));
      aside += counts.setAside(kind);
    }
    Map<String, Long> namedBy = new LinkedHashMap<>();
    for (NamedBy way : NamedBy.values()) {
      putUnlessZero(namedBy, word(way), counts.namedBy().getOrDefault(way, 0L));
    }
    long slabEvents = counts.allocations() + counts.frees() + aside;
    return new TraceFigures(
        text.lines(),
        events,
        slabEvents,
        text.allEvents() - slabEvents,
        text.otherEvents(),
        text.unreadableLines(),
        text.firstUnreadableLine(),
        text.firstUnreadableText(),
        text.timestampsBackwards(),
        text.lostMarks(),
        text.lostEvents(),
        text.overwrittenEvents(),
        counts.allocations(),
        counts.frees(),
        counts.freesOnAnotherCpu(),
        counts.allocsOfLivePointer(),
        counts.unseenFrees(),
        counts.liveAtEnd(),
        counts.inferredAllocations(),
        setAside,
        namedBy,
        counts.freedUnderAnotherName(),
        counts.unknownGfpAllocations(),
        trace.unknownGfpWords());
  }

  /// Did the tracer lose events? Then allocations and frees miss each other.
  boolean isIncomplete() {
    return lostMarks > 0 || overwrittenEvents > 0;
  }

  /// The reason behind a key of [#setAside].
  static String meaning(String reason) {
    return SetAside.valueOf(reason.toUpperCase(Locale.ROOT)).meaning();
  }

  private static void putUnlessZero(Map<String, Long> map, String key, long value) {
    if (value != 0) {
      map.put(key, value);
    }
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
