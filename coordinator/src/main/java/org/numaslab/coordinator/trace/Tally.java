package org.numaslab.coordinator.trace;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Counts what the lines of a trace are, while they are scanned.
final class Tally {
  /// NR_CPUS of the largest kernel configuration.
  static final int CPU_MAX = 8191;

  private static final int SHOWN_MAX = 120;
  private static final EventKind[] KINDS = EventKind.values();

  private final long[] byKind = new long[KINDS.length];
  private final long[] byCpu = new long[CPU_MAX + 1];
  private final long[] firstLineOfCpu = new long[CPU_MAX + 1];
  private long lastNanos = Long.MIN_VALUE;
  private long backwards;
  private long other;
  private long lostMarks;
  private long lostEvents;
  private long overwritten;
  private long unreadable;
  private long cut;
  private long firstUnreadableLine;
  private String firstUnreadableText = "";
  private long firstCutLine;
  private String firstCutText = "";

  /// The line being scanned, from 1.
  long line;

  void event(int kind, int cpu, long nanos) {
    byKind[kind]++;
    if (byCpu[cpu]++ == 0) {
      firstLineOfCpu[cpu] = line;
    }
    if (nanos < lastNanos) {
      backwards++;
    }
    lastNanos = nanos;
  }

  void otherEvent() {
    other++;
  }

  /// @param events 0: the mark does not say
  void lost(long events) {
    lostMarks++;
    lostEvents += events;
  }

  void overwritten(long events) {
    overwritten += events;
  }

  /// @param isCut begins as an event of ours
  void unreadable(byte[] text, int length, boolean isCut) {
    if (unreadable++ == 0) {
      firstUnreadableLine = line;
      firstUnreadableText = shown(text, length);
    }
    if (isCut && cut++ == 0) {
      firstCutLine = line;
      firstCutText = shown(text, length);
    }
  }

  /// Has any line been an event, ours or another's?
  boolean hasEvents() {
    return lastNanos != Long.MIN_VALUE || other > 0;
  }

  boolean hasKmemEvents() {
    return lastNanos != Long.MIN_VALUE;
  }

  /// 0 for none.
  long firstCutLine() {
    return firstCutLine;
  }

  String firstCutText() {
    return firstCutText;
  }

  String firstUnreadableText() {
    return firstUnreadableText;
  }

  /// By cpu; 0 where a cpu has no event.
  List<Long> firstLines() {
    return listed(firstLineOfCpu);
  }

  TextCounts counts() {
    Map<EventKind, Long> events = new EnumMap<>(EventKind.class);
    for (EventKind kind : KINDS) {
      events.put(kind, byKind[kind.ordinal()]);
    }
    return new TextCounts(
        line,
        events,
        listed(byCpu),
        other,
        backwards,
        lostMarks,
        lostEvents,
        overwritten,
        unreadable,
        cut,
        firstUnreadableLine,
        firstUnreadableText);
  }

  private List<Long> listed(long[] perCpu) {
    int end = byCpu.length;
    while (end > 0 && byCpu[end - 1] == 0) {
      end--;
    }
    List<Long> list = new ArrayList<>();
    for (int cpu = 0; cpu < end; cpu++) {
      list.add(perCpu[cpu]);
    }
    return list;
  }

  private static String shown(byte[] text, int length) {
    String all = new String(text, 0, Math.min(length, SHOWN_MAX), StandardCharsets.ISO_8859_1);
    String printable = all.replaceAll("[^ -~]", "?").strip();
    return length > SHOWN_MAX ? printable + ".." : printable;
  }
}
