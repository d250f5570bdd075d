package org.numaslab.coordinator.trace;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The fast path of the scanner: one shape of line, the columns of ftrace, read eight bytes at a
/// time.
///
/// ```text
/// 0               16      24 26  31    36
/// |               |       |  |   |     |
///          worker-4101    [003] .....  5120.000101: kmalloc: call_site=f+0x20/0x90 ptr=ffff888100a1b2c0 bytes_req=120 ..
///                                                                      |               hexadecimal      fields, to line end
///                                                                      call site
/// ```
///
/// The first bytes of a call site, and what differs first between its fields, almost always go with
/// the texts that they had last, so both texts are guessed and compared before they are searched
/// for their ends and looked up. Whatever is not of this shape, or not in order, is left to
/// [TolerantLine], which takes every line that this takes for the same.
///
/// Owner: the thread that decodes. Allocates nothing but for texts that are new.
final class FastLine {
  static final long NOT_FAST = -1;

  /// The fixed columns and the shortest event: less text than this is left to the slow path.
  private static final int BYTES_MIN = 96;

  /// Longer texts than this are left to the slow path, which knows the longest line.
  private static final int TEXT_MAX = TraceScanner.LINE_MAX / 2;

  /// Entries of the table of guesses: some times the call sites of a busy kernel.
  private static final int GUESSES_BITS = 12;

  /// The column of the `[` before the cpu.
  private static final int BRACKET = 25;

  /// In no line that is taken.
  private static final long NO_COLUMNS = 0;

  private static final long NEWLINES = Words.all('\n');
  private static final long EQUALS = Words.all('=');
  private static final long SPACES = Words.all(' ');
  private static final long DOTS = Words.all('.');
  private static final long COLONS = Words.all(':');
  private static final long BRACKET_COLUMNS = Words.of(" [\0\0\0] ");
  private static final long BRACKET_MASK = 0x00ffff000000ffffL;
  private static final long KMEM_CAC = Words.of("kmem_cac");
  private static final long HE_ALLOC = Words.of("he_alloc");
  private static final long HE_FREE = Words.of("he_free:");
  private static final long COLON_CALL_S = Words.of(": call_s");
  private static final long CALL_SI = Words.of(" call_si");
  private static final long KMALLOC = Words.of("kmalloc:");
  private static final long KFREE_C = Words.of("kfree: c");
  private static final long ALL_SITE = Words.of("all_site");
  private static final long MM_PAGE = Words.of("mm_page_");
  private static final long LL_SITE = Words.of("ll_site=");
  private static final long PTR = Words.of(" ptr=");
  private static final long PTR_MASK = 0x000000ffffffffffL;
  private static final long MICROS_END = Words.of("\0\0\0\0\0\0: ");
  private static final long MICROS_END_MASK = 0xffff000000000000L;
  private static final EventKind[] PAGE_KINDS =
      Arrays.stream(EventKind.values())
          .filter(kind -> kind.role() == EventKind.Role.PAGE)
          .toArray(EventKind[]::new);

  private final Tally tally;
  private final TextTable callSites;
  private final FieldTexts fieldTexts;
  private final Sink sink;

  private final int[] siteGuesses = new int[1 << GUESSES_BITS]; // number + 1, 0 for none
  private final int[] fieldGuesses = new int[1 << GUESSES_BITS];
  private final byte @Nullable [] taskColumns; // null where tasks are not kept
  private long lineStart;

  // From the `]` to the dot: seldom other than in the line before.
  private long lastColumns = NO_COLUMNS;
  private long lastDotColumns;
  private int dotColumn;
  private long seconds;

  // The first half of a pointer: the same in a gigabyte.
  private long lastHighDigits;
  private long lastHigh = -1;

  private boolean tookPointer;

  FastLine(
      Tally tally, TextTable callSites, FieldTexts fieldTexts, Sink sink, CallSites keepsUsers) {
    taskColumns = keepsUsers == CallSites.KEPT ? new byte[BRACKET] : null;
    this.tally = tally;
    this.callSites = callSites;
    this.fieldTexts = fieldTexts;
    this.sink = sink;
  }

  /// Has any line been taken, with its pointer of 16 digits?
  boolean tookPointer() {
    return tookPointer;
  }

  /// Takes the line at `start`: the position after its end, or NOT_FAST, and then nothing has
  /// happened.
  long take(MemorySegment text, long start, long to) {
    lineStart = start;
    if (to - start < BYTES_MIN) {
      return NOT_FAST;
    }
    long comm = Words.word(text, start);
    long pid = Words.word(text, start + 16);
    long brackets = Words.word(text, start + 24);
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

    long columns = Words.word(text, start + 30);
    long dotColumns = Words.word(text, start + 38);
    if ((columns != lastColumns || dotColumns != lastDotColumns)
        && !readColumns(text, start, columns, dotColumns)) {
      return NOT_FAST;
    }
    long dot = start + dotColumn;
    long fraction = Words.word(text, dot + 1);
    long micros = Words.decimal(fraction << 16 | '0' << 8 | '0');
    if ((fraction & MICROS_END_MASK) != MICROS_END || micros < 0) {
      return NOT_FAST;
    }
    return event(text, dot + 9, to, cpu, seconds * 1_000_000_000 + micros * 1000);
  }

  /// Takes over what stands from the `]` to the dot, where that differs from the line before.
  private boolean readColumns(MemorySegment text, long start, long columns, long dotColumns) {
    lastColumns = NO_COLUMNS;
    // Flags are 4 or 5 characters; seconds are right-aligned behind them.
    long flagsEnd = start + (Words.octet(text, start + 35) == ' ' ? 35 : 36);
    int flagCount = (int) (flagsEnd - start - 31);
    long flags =
        Words.head(Words.word(text, start + 31) ^ DOTS, flagCount) ^ DOTS; // dots behind them
    long dots = Words.hits(dotColumns, DOTS);
    // With a colon they may be a time of another clock.
    if (dots == 0
        || Words.octet(text, flagsEnd) != ' '
        || Words.hasBlanks(flags)
        || Words.hits(flags, COLONS) != 0) {
      return false;
    }
    dotColumn = 38 + Words.first(dots);
    seconds = seconds(text, flagsEnd, start + dotColumn);
    if (seconds < 0) {
      return false;
    }
    lastColumns = columns;
    lastDotColumns = dotColumns;
    return true;
  }

  /// Up to 8 digits before the dot, after blanks from `flagsEnd` on; or -1.
  private static long seconds(MemorySegment text, long flagsEnd, long dot) {
    long word = Words.word(text, dot - 8);
    long before = dot - 8 - flagsEnd; // bytes between; what is less than 0 belongs to the flags
    if (before > 0 && Words.octet(text, dot - 9) != ' ') {
      return -1;
    }
    int flags = (int) Math.max(0, -before);
    long blanks = Words.hits(word, SPACES) | Words.head(Words.TOPS, flags);
    long blankBytes = (blanks << 1) - (blanks >>> 7); // 0xff for each
    if ((blankBytes & (blankBytes + 1)) != 0 || blankBytes == -1) {
      return -1; // a blank after a digit, or no digit
    }
    return Words.decimal((word & ~blankBytes) | (Words.all('0') & blankBytes));
  }

  private long event(MemorySegment text, long at, long to, int cpu, long nanos) {
    if (to - at < 64) {
      return NOT_FAST;
    }
    long first = Words.word(text, at);
    long second = Words.word(text, at + 8);
    if (first == KMEM_CAC) {
      long third = Words.word(text, at + 16);
      if (second == HE_ALLOC && third == COLON_CALL_S) {
        return slab(text, at + 28, to, EventKind.KMEM_CACHE_ALLOC, cpu, nanos);
      }
      return second == HE_FREE && third == CALL_SI
          ? slab(text, at + 27, to, EventKind.KMEM_CACHE_FREE, cpu, nanos)
          : NOT_FAST;
    }
    if (first == KMALLOC && second == CALL_SI) {
      return slab(text, at + 19, to, EventKind.KMALLOC, cpu, nanos);
    }
    if (first == KFREE_C && second == ALL_SITE) {
      return slab(text, at + 17, to, EventKind.KFREE, cpu, nanos);
    }
    return first == MM_PAGE ? page(text, at, to, cpu, nanos) : NOT_FAST;
  }

  /// An allocation or free whose call site should begin at `at`.
  private long slab(MemorySegment text, long at, long to, EventKind kind, int cpu, long nanos) {
    if (Words.word(text, at - 8) != LL_SITE) {
      return NOT_FAST;
    }
    int site = site(text, at, to);
    if (site < 0) {
      return NOT_FAST;
    }
    long digits = at + callSites.length(site) + 5;
    long highDigits = Words.word(text, digits);
    if (highDigits != lastHighDigits) {
      lastHighDigits = highDigits;
      lastHigh = Words.hex(highDigits);
    }
    long high = lastHigh;
    long low = Words.hex(Words.word(text, digits + 8));
    long end = digits + 16;
    if ((high | low) < 0) {
      return NOT_FAST;
    }
    long pointer = high << 32 | low;
    boolean noObject = TraceScanner.isNoObject(pointer);
    int separator = Words.octet(text, end);
    long fieldsAt = separator == ' ' ? end + 1 : end;
    int fields =
        separator == ' '
            ? fields(text, fieldsAt, to, site)
            : separator == '\n' ? fieldTexts.none() : -1;
    if (fields < 0) {
      return NOT_FAST;
    }
    if (kind.role() == EventKind.Role.ALLOCATION) {
      if (!(noObject ? fieldTexts.isFailedAllocation(fields) : fieldTexts.isAllocation(fields))) {
        return NOT_FAST;
      }
      tally.event(kind.ordinal(), cpu, nanos);
      boolean kmalloc = kind == EventKind.KMALLOC;
      sink.alloc(cpu, nanos, kmalloc, noObject ? 0 : pointer, site, fields, pid(text));
    } else {
      if (!fieldTexts.isFree(fields)) {
        return NOT_FAST;
      }
      tally.event(kind.ordinal(), cpu, nanos);
      sink.free(cpu, nanos, noObject ? 0 : pointer, site, fields, pid(text));
    }
    tookPointer = true;
    return fieldsAt + fieldTexts.length(fields) + 1;
  }

  /// The task of the line being taken, if tasks are kept.
  private int pid(MemorySegment text) {
    if (taskColumns == null) {
      return -1;
    }
    MemorySegment.copy(text, ValueLayout.JAVA_BYTE, lineStart, taskColumns, 0, BRACKET);
    return TolerantLine.pid(taskColumns, BRACKET);
  }

  /// The number of the call site that begins at `at` and ends with ` ptr=` and 40 more bytes; or
  /// -1.
  private int site(MemorySegment text, long at, long to) {
    // The first 24 bytes: names differ there, mostly; short ones are followed by the equal
    // beginnings of pointers.
    long key =
        Words.word(text, at)
            ^ Long.rotateLeft(Words.word(text, at + 8), 23)
            ^ Long.rotateLeft(Words.word(text, at + 16), 41);
    int place = (int) ((key * 0x9e3779b97f4a7c15L) >>> (Long.SIZE - GUESSES_BITS));
    int guess = siteGuesses[place] - 1;
    if (guess >= 0) {
      long end = at + callSites.length(guess);
      if (to - end >= 48
          && (Words.word(text, end) & PTR_MASK) == PTR
          && callSites.isAt(guess, text, at)) {
        return guess;
      }
    }
    int number = siteBySearch(text, at, to);
    siteGuesses[place] = number + 1;
    return number;
  }

  /// The first `=` after the call site must be the one of ` ptr=`.
  private int siteBySearch(MemorySegment text, long from, long to) {
    for (long at = from; to - at >= 56; at += 8) {
      long word = Words.word(text, at);
      long equals = Words.hits(word, EQUALS);
      long hits = equals | Words.hits(word, NEWLINES);
      if (hits != 0) {
        long end = at + Words.first(hits) - 4;
        boolean right =
            (Long.lowestOneBit(hits) & equals) != 0
                && end > from
                && end - from < TEXT_MAX
                && (Words.word(text, end) & PTR_MASK) == PTR
                && Words.octet(text, end - 1) > ' '
                && Words.octet(text, from) > ' ';
        if (!right) {
          return -1;
        }
        int length = (int) (end - from);
        return callSites.intern(text, from, length, Words.hash(text, from, length));
      }
    }
    return -1;
  }

  /// The number of the fields from `from` to the end of the line; or -1.
  private int fields(MemorySegment text, long from, long to, int site) {
    if (to - from < 16) {
      return fieldsBySearch(text, from, to);
    }
    // Call sites of several caches or sizes differ here: `q=152 by`, `e=vm_area`.
    long key = Words.word(text, from + 8) ^ ((long) site << Integer.SIZE);
    int place = (int) ((key * 0x9e3779b97f4a7c15L) >>> (Long.SIZE - GUESSES_BITS));
    int guess = fieldGuesses[place] - 1;
    if (guess >= 0) {
      long end = from + fieldTexts.length(guess);
      if (to - end >= 8 && Words.octet(text, end) == '\n' && fieldTexts.isAt(guess, text, from)) {
        return guess;
      }
    }
    int number = fieldsBySearch(text, from, to);
    fieldGuesses[place] = number + 1;
    return number;
  }

  private int fieldsBySearch(MemorySegment text, long from, long to) {
    long hash = 0;
    for (long at = from; to - at >= 8; at += 8) {
      long word = Words.word(text, at);
      long newline = Words.hits(word, NEWLINES);
      if (newline != 0) {
        int rest = Words.first(newline);
        int length = (int) (at + rest - from);
        boolean right = length > 0 && length < TEXT_MAX && Words.octet(text, at + rest - 1) > ' ';
        hash = rest == 0 ? hash : Words.hashStep(hash, Words.head(word, rest));
        return right ? fieldTexts.intern(text, from, length, Words.hashEnd(hash, length)) : -1;
      }
      hash = Words.hashStep(hash, word);
    }
    return -1;
  }

  /// A page event: its kind, and that it has its first three fields.
  private long page(MemorySegment text, long start, long to, int cpu, long nanos) {
    EventKind kind = pageKind(text, start);
    if (kind == null) {
      return NOT_FAST;
    }
    int equals = 0;
    for (long at = start; to - at >= 8; at += 8) {
      long word = Words.word(text, at);
      long hits = Words.hits(word, EQUALS);
      long newline = Words.hits(word, NEWLINES);
      if (newline != 0) {
        equals += Long.bitCount(hits & (Long.lowestOneBit(newline) - 1));
        if (equals < 3 || at - start > TEXT_MAX) {
          return NOT_FAST;
        }
        tally.event(kind.ordinal(), cpu, nanos);
        return at + Words.first(newline) + 1;
      }
      equals += Long.bitCount(hits);
    }
    return NOT_FAST;
  }

  private static @Nullable EventKind pageKind(MemorySegment text, long at) {
    for (EventKind kind : PAGE_KINDS) {
      String name = kind.text();
      int i = name.length();
      if (Words.octet(text, at + i) == ':' && Words.octet(text, at + i + 1) == ' ') {
        do {
          i--;
        } while (i >= 8 && Words.octet(text, at + i) == name.charAt(i)); // mm_page_ is known
        if (i < 8) {
          return kind;
        }
      }
    }
    return null;
  }

  private static int threeDigits(long word) {
    int a = (int) (word & 0xff) - '0';
    int b = (int) (word >>> 8 & 0xff) - '0';
    int c = (int) (word >>> 16 & 0xff) - '0';
    return a < 0 || a > 9 || b < 0 || b > 9 || c < 0 || c > 9 ? -1 : 100 * a + 10 * b + c;
  }
}
