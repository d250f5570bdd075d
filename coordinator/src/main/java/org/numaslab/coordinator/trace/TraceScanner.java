package org.numaslab.coordinator.trace;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// The first step: finds the events in the text of a trace, line by line.
///
/// The fast path knows one shape, the columns of ftrace, and reads them eight bytes at a time; any
/// other line takes the slow path, [TolerantLine]. Both give the same for the same line. Nothing is
/// allocated per event: call sites and fields become the numbers of their texts.
///
/// ```text
/// 0               16      24 26  31    36
/// |               |       |  |   |     |
///          worker-4101    [003] .....  5120.000101: kmalloc: call_site=f+0x20/0x90 ptr=ffff888100a1b2c0 bytes_req=120 ..
///                                                                      |               hexadecimal      fields, to line end
///                                                                      call site
/// ```
///
/// Owner: the thread that decodes.
final class TraceScanner {
  /// A longer line is no event: the kernel prints events into a buffer of at most two pages.
  static final int LINE_MAX = 8192;

  /// The fixed columns and the shortest event: less text than this is left to the slow path.
  private static final int FAST_MIN = 96;

  private static final long NOT_FAST = -1;

  private static final long NEWLINES = Words.all('\n');
  private static final long EQUALS = Words.all('=');
  private static final long BRACKET_COLUMNS = Words.of(" [\0\0\0] ");
  private static final long BRACKET_MASK = 0x00ffff000000ffffL;
  private static final long KMEM_CAC = Words.of("kmem_cac");
  private static final long KMALLOC = Words.of("kmalloc:");
  private static final long KFREE_C = Words.of("kfree: c");
  private static final long MM_PAGE = Words.of("mm_page_");
  private static final long HE_ALLOC = Words.of("he_alloc");
  private static final long HE_FREE = Words.of("he_free:");
  private static final long CALL_SITE = Words.of("call_sit");
  private static final long ALL_SITE = Words.of("all_site");
  private static final long LL_SITE = Words.of("ll_site=");
  private static final long COLON_CALL_SITE = Words.of(": call_s");
  private static final long PTR = Words.of(" ptr");
  private static final long MICROS_END = Words.of("\0\0\0\0\0\0: ");
  private static final long MICROS_END_MASK = 0xffff000000000000L;

  private final Sink sink;
  private final Tally tally = new Tally();
  private final TextTable callSites = new TextTable();
  private final FieldTexts fieldTexts;
  private final TolerantLine tolerant = new TolerantLine();
  private final byte[] line = new byte[LINE_MAX];

  TraceScanner(FieldTexts fieldTexts, Sink sink) {
    this.fieldTexts = fieldTexts;
    this.sink = sink;
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
      long next = to - at >= FAST_MIN ? fastLine(text, at, to) : NOT_FAST;
      if (next == NOT_FAST) {
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

  /// The position after the line's end, or NOT_FAST, and then nothing has happened.
  private long fastLine(MemorySegment text, long start, long to) {
    long brackets = Words.word(text, start + 24);
    long pid = Words.word(text, start + 16);
    long comm = Words.word(text, start);
    if ((brackets & BRACKET_MASK) != BRACKET_COLUMNS
        || (pid & 0xff) != '-'
        || (comm & 0xff) != ' ' // a comm is at most 15 characters, right-aligned in 16
        || (Words.hits(comm, NEWLINES)
                | Words.hits(Words.word(text, start + 8), NEWLINES)
                | Words.hits(pid, NEWLINES)
                | Words.hits(Words.word(text, start + 28), NEWLINES))
            != 0) {
      return NOT_FAST;
    }
    int cpu = threeDigits(brackets >>> 16);
    if (cpu < 0) {
      return NOT_FAST;
    }

    // Flags are 4 or 5 characters; the time is right-aligned behind them.
    long at = start + (Words.octet(text, start + 35) == ' ' ? 36 : 37);
    if (Words.octet(text, at - 1) != ' ') {
      return NOT_FAST;
    }
    int c;
    while ((c = Words.octet(text, at)) == ' ') {
      if (++at > start + 48) {
        return NOT_FAST;
      }
    }
    long seconds = 0;
    long secondsEnd = at + 9;
    for (; c >= '0' && c <= '9' && at < secondsEnd; c = Words.octet(text, ++at)) {
      seconds = 10 * seconds + c - '0';
    }
    if (c != '.' || at + 64 > to) {
      return NOT_FAST;
    }
    long fraction = Words.word(text, at + 1);
    long micros = Words.decimal(fraction << 16 | '0' << 8 | '0');
    if ((fraction & MICROS_END_MASK) != MICROS_END
        || micros < 0
        || Words.octet(text, at - 1) == ' ') {
      return NOT_FAST;
    }
    return fastEvent(text, at + 9, to, cpu, seconds * 1_000_000_000 + micros * 1000);
  }

  private long fastEvent(MemorySegment text, long at, long to, int cpu, long nanos) {
    long event = Words.word(text, at);
    long second = Words.word(text, at + 8);
    if (event == KMEM_CAC) {
      long third = Words.word(text, at + 16);
      if (second == HE_ALLOC && third == COLON_CALL_SITE) {
        return fastAlloc(text, at + 28, to, EventKind.KMEM_CACHE_ALLOC, cpu, nanos);
      }
      // " call_si"
      return second == HE_FREE && third == (CALL_SITE << 8 | ' ')
          ? fastFree(text, at + 27, to, EventKind.KMEM_CACHE_FREE, cpu, nanos)
          : NOT_FAST;
    }
    if (event == KMALLOC) {
      return second == (CALL_SITE << 8 | ' ')
          ? fastAlloc(text, at + 19, to, EventKind.KMALLOC, cpu, nanos)
          : NOT_FAST;
    }
    if (event == KFREE_C) {
      return second == ALL_SITE
          ? fastFree(text, at + 17, to, EventKind.KFREE, cpu, nanos)
          : NOT_FAST;
    }
    return event == MM_PAGE ? fastPage(text, at, to, cpu, nanos) : NOT_FAST;
  }

  /// @param at where the call site begins
  private long fastAlloc(
      MemorySegment text, long at, long to, EventKind kind, int cpu, long nanos) {
    long equals = pointerEquals(text, at, to);
    if (equals == NOT_FAST) {
      return NOT_FAST;
    }
    long pointer = equals + 1;
    long high = Words.hex(Words.word(text, pointer));
    long low = Words.hex(Words.word(text, pointer + 8));
    long fields = pointer + 17;
    if ((high | low) < 0 || Words.octet(text, fields - 1) != ' ') {
      return NOT_FAST;
    }
    long hash = 0;
    long word = 0;
    long end = fields;
    while (true) {
      if (end + 8 > to) {
        return NOT_FAST;
      }
      word = Words.word(text, end);
      long newline = Words.hits(word, NEWLINES);
      if (newline != 0) {
        int rest = Words.first(newline);
        hash = rest == 0 ? hash : Words.hashStep(hash, Words.head(word, rest));
        end += rest;
        break;
      }
      hash = Words.hashStep(hash, word);
      end += 8;
    }
    int length = (int) (end - fields);
    if (length < 8 || length > LINE_MAX / 2 || Words.octet(text, end - 1) <= ' ') {
      return NOT_FAST; // carriage return, trailing blanks
    }
    int number = fieldTexts.intern(text, fields, length, Words.hashEnd(hash, length));
    long address = high << 32 | low;
    boolean failed = isNoObject(address);
    if (failed ? !fieldTexts.isFailedAllocation(number) : !fieldTexts.isAllocation(number)) {
      return NOT_FAST;
    }
    int siteLength = (int) (equals - 4 - at);
    int site = callSites.intern(text, at, siteLength, Words.hash(text, at, siteLength));
    tally.event(kind.ordinal(), cpu, nanos);
    tolerant.sawWidePointer();
    sink.alloc(cpu, nanos, kind == EventKind.KMALLOC, failed ? 0 : address, site, number);
    return end + 1;
  }

  private long fastFree(MemorySegment text, long at, long to, EventKind kind, int cpu, long nanos) {
    long equals = pointerEquals(text, at, to);
    if (equals == NOT_FAST) {
      return NOT_FAST;
    }
    long pointer = equals + 1;
    long high = Words.hex(Words.word(text, pointer));
    long low = Words.hex(Words.word(text, pointer + 8));
    long end = pointer + 16;
    if ((high | low) < 0) {
      return NOT_FAST;
    }
    long fields = end;
    long hash = 0;
    if (Words.octet(text, end) != '\n') {
      if (Words.octet(text, end) != ' ') {
        return NOT_FAST;
      }
      fields = ++end;
      while (true) {
        if (end + 8 > to) {
          return NOT_FAST;
        }
        long word = Words.word(text, end);
        long newline = Words.hits(word, NEWLINES);
        if (newline != 0) {
          int rest = Words.first(newline);
          hash = rest == 0 ? hash : Words.hashStep(hash, Words.head(word, rest));
          end += rest;
          break;
        }
        hash = Words.hashStep(hash, word);
        end += 8;
      }
      if (end == fields || end - fields > LINE_MAX / 2 || Words.octet(text, end - 1) <= ' ') {
        return NOT_FAST;
      }
    }
    int length = (int) (end - fields);
    int number = fieldTexts.intern(text, fields, length, Words.hashEnd(hash, length));
    if (!fieldTexts.isFree(number)) {
      return NOT_FAST;
    }
    long address = high << 32 | low;
    tally.event(kind.ordinal(), cpu, nanos);
    tolerant.sawWidePointer();
    sink.free(cpu, nanos, isNoObject(address) ? 0 : address, number);
    return end + 1;
  }

  /// null, and ZERO_SIZE_PTR: what kmalloc(0) returns and kfree ignores.
  private static boolean isNoObject(long pointer) {
    return pointer == 0 || pointer == 16;
  }

  /// The `=` of ` ptr=`, which must be the first one after the call site begins and have text and
  /// 32 bytes around it.
  private static long pointerEquals(MemorySegment text, long callSite, long to) {
    if (Words.word(text, callSite - 8) != LL_SITE) {
      return NOT_FAST;
    }
    for (long at = callSite; at + 40 <= to; at += 8) {
      long word = Words.word(text, at);
      long equals = Words.hits(word, EQUALS);
      long newlines = Words.hits(word, NEWLINES);
      long hits = equals | newlines;
      if (hits != 0) {
        long found = at + Words.first(hits);
        boolean right =
            (Long.lowestOneBit(hits) & equals) != 0
                && found >= callSite + 5
                && found - callSite < LINE_MAX / 2
                && (Words.word(text, found - 4) & 0xffffffffL) == PTR
                && Words.octet(text, found - 5) > ' '
                && Words.octet(text, callSite) > ' ';
        return right ? found : NOT_FAST;
      }
    }
    return NOT_FAST;
  }

  /// A page event: its kind, and that it has its first three fields.
  private long fastPage(MemorySegment text, long start, long to, int cpu, long nanos) {
    EventKind kind = pageKind(text, start);
    if (kind == null) {
      return NOT_FAST;
    }
    int equals = 0;
    for (long at = start; at + 8 <= to; at += 8) {
      long word = Words.word(text, at);
      long hits = Words.hits(word, EQUALS);
      long newline = Words.hits(word, NEWLINES);
      if (newline != 0) {
        equals += Long.bitCount(hits & (Long.lowestOneBit(newline) - 1));
        long end = at + Words.first(newline);
        if (equals < 3 || end - start > LINE_MAX / 2) {
          return NOT_FAST;
        }
        tally.event(kind.ordinal(), cpu, nanos);
        return end + 1;
      }
      equals += Long.bitCount(hits);
    }
    return NOT_FAST;
  }

  private static @Nullable EventKind pageKind(MemorySegment text, long at) {
    for (EventKind kind : PAGE_KINDS) {
      int length = kind.text().length();
      if (Words.octet(text, at + length) == ':'
          && Words.octet(text, at + length + 1) == ' '
          && matches(text, at, kind.text())) {
        return kind;
      }
    }
    return null;
  }

  private static final EventKind[] PAGE_KINDS = {
    EventKind.MM_PAGE_ALLOC,
    EventKind.MM_PAGE_FREE,
    EventKind.MM_PAGE_FREE_BATCHED,
    EventKind.MM_PAGE_ALLOC_ZONE_LOCKED,
    EventKind.MM_PAGE_PCPU_DRAIN,
    EventKind.MM_PAGE_ALLOC_EXTFRAG
  };

  private static boolean matches(MemorySegment text, long at, String expected) {
    for (int i = expected.length() - 1; i >= 8; i--) { // mm_page_ is known
      if (Words.octet(text, at + i) != expected.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static int threeDigits(long word) {
    int a = (int) (word & 0xff) - '0';
    int b = (int) (word >>> 8 & 0xff) - '0';
    int c = (int) (word >>> 16 & 0xff) - '0';
    return a < 0 || a > 9 || b < 0 || b > 9 || c < 0 || c > 9 ? -1 : 100 * a + 10 * b + c;
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
    if (alloc) {
      int site =
          callSites.intern(
              line, tolerant.callSiteStart, tolerant.callSiteEnd - tolerant.callSiteStart);
      sink.alloc(cpu, nanos, kind.isKmalloc(), pointer, site, fields);
    } else {
      sink.free(cpu, nanos, pointer, fields);
    }
  }

  private void copy(MemorySegment text, long from, int length) {
    MemorySegment.copy(text, ValueLayout.JAVA_BYTE, from, line, 0, length);
  }
}
