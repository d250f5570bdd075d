package org.numaslab.coordinator.trace;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The first step: finds the events in the text of a trace, line by line.
///
/// [FastLine] takes the lines that ftrace itself prints, [TolerantLine] any other; both give the
/// same for the same line. Nothing is allocated per event: call sites and fields become the numbers
/// of their texts.
///
/// Owner: the thread that decodes.
final class TraceScanner {
  /// A longer line is no event: the kernel prints events into a buffer of at most two pages.
  static final int LINE_MAX = 8192;

  private static final long NEWLINES = Words.all('\n');

  private final Sink sink;
  private final Tally tally = new Tally();
  private final TextTable callSites = new TextTable();
  private final FieldTexts fieldTexts;
  private final FastLine fast;
  private final TolerantLine tolerant = new TolerantLine();
  private final byte[] line = new byte[LINE_MAX];

  TraceScanner(FieldTexts fieldTexts, Sink sink, CallSites keepsUsers) {
    this.fieldTexts = fieldTexts;
    this.sink = sink;
    fast = new FastLine(tally, callSites, fieldTexts, sink, keepsUsers);
  }

  Tally tally() {
    return tally;
  }

  TextTable callSites() {
    return callSites;
  }

  /// Takes the whole lines of `text` from `from` on; where the line that has no end there begins.
  long scan(MemorySegment text, long from, long to) {
    long at = from;
    while (true) {
      tally.line++;
      long next = fast.take(text, at, to);
      if (next == FastLine.NOT_FAST) {
        long end = lineEnd(text, at, to);
        if (end == to) {
          tally.line--;
          return at;
        }
        slowLine(text, at, end, true);
        next = end + 1;
      }
      at = next;
    }
  }

  /// Takes the last line, which has no end.
  void finish(MemorySegment text, long from, long to) {
    if (from < to) {
      tally.line++;
      slowLine(text, from, to, false);
    }
  }

  /// Takes a line that is too long to be an event; only its beginning is at hand.
  void overlong(MemorySegment text, long from) {
    tally.line++;
    copy(text, from, LINE_MAX);
    tally.unreadable(line, LINE_MAX, false);
  }

  /// null, and ZERO_SIZE_PTR: what kmalloc(0) returns and kfree ignores.
  static boolean isNoObject(long pointer) {
    return pointer == 0 || pointer == 16;
  }

  private static long lineEnd(MemorySegment text, long from, long to) {
    long at = from;
    for (; at + 8 <= to; at += 8) {
      long newline = Words.hits(Words.word(text, at), NEWLINES);
      if (newline != 0) {
        return at + Words.first(newline);
      }
    }
    while (at < to && Words.octet(text, at) != '\n') {
      at++;
    }
    return at;
  }

  private void slowLine(MemorySegment text, long from, long to, boolean ended) {
    if (to - from > LINE_MAX) {
      copy(text, from, LINE_MAX);
      tally.unreadable(line, LINE_MAX, !ended);
      return;
    }
    int length = (int) (to - from);
    copy(text, from, length);
    if (fast.tookPointer()) {
      tolerant.sawWidePointer();
    }
    switch (tolerant.parse(line, length)) {
      case EVENT -> slowEvent(length, ended);
      case OTHER_EVENT -> tally.otherEvent();
      case LOST -> tally.lost(tolerant.lost);
      case HEADER_ENTRIES -> tally.overwritten(tolerant.lost);
      case CUT -> tally.unreadable(line, length, true);
      case UNREADABLE -> tally.unreadable(line, length, !ended);
      case NOTHING -> {}
    }
  }

  private void slowEvent(int length, boolean ended) {
    EventKind kind = tolerant.kind;
    int cpu = tolerant.cpu;
    long nanos = tolerant.nanos;
    if (kind.role() == EventKind.Role.PAGE) {
      tally.event(kind.ordinal(), cpu, nanos);
      return;
    }
    long pointer = isNoObject(tolerant.pointer) ? 0 : tolerant.pointer;
    int fields = fieldTexts.intern(tolerant.rest, 0, tolerant.restLength);
    boolean alloc = kind.role() == EventKind.Role.ALLOCATION;
    boolean right =
        alloc
            ? pointer == 0 ? fieldTexts.isFailedAllocation(fields) : fieldTexts.isAllocation(fields)
            : fieldTexts.isFree(fields);
    if (!right || (!ended && alloc && !fieldTexts.isWhole(fields))) {
      tally.unreadable(line, length, true);
      return;
    }
    tally.event(kind.ordinal(), cpu, nanos);
    int site =
        callSites.intern(
            line, tolerant.callSiteStart, tolerant.callSiteEnd - tolerant.callSiteStart);
    if (alloc) {
      sink.alloc(cpu, nanos, kind.isKmalloc(), pointer, site, fields, tolerant.pid);
    } else {
      sink.free(cpu, nanos, pointer, site, fields, tolerant.pid);
    }
  }

  private void copy(MemorySegment text, long from, int length) {
    MemorySegment.copy(text, ValueLayout.JAVA_BYTE, from, line, 0, length);
  }
}
