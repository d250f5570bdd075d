package org.numaslab.coordinator.trace;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The slow path of the scanner: any line, in any of the forms that tools print.
///
/// ```text
/// ftrace      comm-pid     [003] d..1.  5120.000101: kmem_cache_alloc: call_site=.. ptr=..
/// with tgid   comm-pid (  tgid) [003] d..1  5120.000101: ..
/// trace-cmd   comm-pid     [003]  5120.000101: kmem_cache_alloc:     (func+0x4a) call_site=.. ptr=0x..
/// perf script comm  pid [003]  5120.000101:       kmem:kmem_cache_alloc: call_site=.. ptr=0x..
/// ```
///
/// A comm may hold spaces, dashes and brackets: the line is anchored on the first ` [digits] `
/// after which a time and an event can be read. Reused from line to line; allocates nothing.
final class TolerantLine {
  enum Outcome {
    /// One of [EventKind]; the fields of this object describe it.
    EVENT,
    /// An event of another subsystem, or of another tracer.
    OTHER_EVENT,
    /// A comment, a blank line, a frame of a call graph, a tool's preamble.
    NOTHING,
    /// The tracer lost events.
    LOST,
    /// The header's entries-in-buffer/entries-written.
    HEADER_ENTRIES,
    /// Begins as an event of ours, and something is missing or absurd.
    CUT,
    UNREADABLE
  }

  private static final EventKind[] KINDS = EventKind.values();
  private static final byte[][] KIND_TEXTS =
      Arrays.stream(KINDS).map(kind -> latin(kind.text())).toArray(byte[][]::new);
  private static final byte[] CALL_SITE = latin("call_site");
  private static final byte[] PTR = latin("ptr");
  private static final byte[] ENTRIES = latin("entries-in-buffer/entries-written:");
  private static final byte[] LOST = latin("[LOST ");
  private static final byte[] DROPPED = latin(" EVENTS DROPPED]");
  private static final byte[] FUNCTION_CALL = latin(" <-");
  private static final byte[][] PREAMBLES = {
    latin("cpus="), latin("version = "), latin("trace-cmd"), latin(" => ")
  };
  private static final byte[] EMPTY_CPU = latin(" is empty");
  private static final long SECONDS_MAX = 9_000_000_000L;

  private final Fields fields = new Fields();
  private boolean wide; // have 16-digit pointers been seen?
  private long number; // of the last digits()

  EventKind kind = EventKind.KFREE;
  int cpu;

  /// Of the task, -1 where the line does not say.
  int pid;

  long nanos;
  long pointer;
  int callSiteStart;
  int callSiteEnd;

  /// Events lost, or overwritten by the header.
  long lost;

  /// `key=value` of all other fields, joined by one space.
  final byte[] rest = new byte[TraceScanner.LINE_MAX];

  int restLength;

  /// From now on a pointer of 8 digits is half of one.
  void sawWidePointer() {
    wide = true;
  }

  Outcome parse(byte[] line, int length) {
    int end = length;
    while (end > 0 && isBlank(line[end - 1])) {
      end--;
    }
    if (end == 0) {
      return Outcome.NOTHING;
    }
    if (line[0] == '#') {
      return comment(line, end);
    }
    boolean columns =
        end > 30 && line[0] == ' ' && line[16] == '-' && line[25] == '[' && line[29] == ']';
    for (int at = columns ? 25 : 0; at < end; at++) {
      if (line[at] == '[' && (at == 0 || isBlank(line[at - 1]) || line[at - 1] == ')')) {
        Outcome outcome = anchored(line, at, end);
        if (outcome != Outcome.UNREADABLE) {
          return outcome;
        }
      }
    }
    return withoutEvent(line, end);
  }

  private Outcome comment(byte[] line, int end) {
    int at = find(ENTRIES, line, 0, end);
    if (at < 0) {
      return Outcome.NOTHING;
    }
    int afterBuffer = digits(line, skipBlanks(line, at + ENTRIES.length, end), end);
    long inBuffer = number;
    if (afterBuffer < 0 || afterBuffer == end || line[afterBuffer] != '/') {
      return Outcome.NOTHING;
    }
    if (digits(line, afterBuffer + 1, end) < 0) {
      return Outcome.NOTHING;
    }
    lost = Math.max(0, number - inBuffer);
    return Outcome.HEADER_ENTRIES;
  }

  /// The line from its `[cpu]` on; UNREADABLE: that was not the anchor.
  private Outcome anchored(byte[] line, int bracket, int end) {
    int at = digits(line, bracket + 1, end);
    if (at < 0 || at == end || line[at] != ']') {
      return Outcome.UNREADABLE;
    }
    long cpuNumber = number;
    at = skipBlanks(line, at + 1, end);
    int time = timeEnd(line, at, end);
    if (time < 0) { // latency flags come first
      at = skipBlanks(line, tokenEnd(line, at, end), end);
      time = timeEnd(line, at, end);
      if (time < 0) {
        return Outcome.UNREADABLE;
      }
    }
    if (cpuNumber > Tally.CPU_MAX) {
      return Outcome.CUT;
    }
    cpu = (int) cpuNumber;
    pid = pid(line, bracket);
    return event(line, skipBlanks(line, time, end), end);
  }

  /// The number of the task before the `[` at `bracket`, behind `comm-` or, as perf prints it,
  /// blanks; -1: there is none.
  static int pid(byte[] line, int bracket) {
    int end = lastBlank(line, bracket);
    if (end > 0 && line[end - 1] == ')') { // trace-cmd and ftrace with record-tgid: (tgid)
      while (end > 0 && line[end - 1] != '(') {
        end--;
      }
      end = lastBlank(line, Math.max(0, end - 1));
    }
    int start = end;
    while (start > 0 && end - start < 9 && line[start - 1] >= '0' && line[start - 1] <= '9') {
      start--;
    }
    if (start == end || start == 0 || (line[start - 1] != '-' && !isBlank(line[start - 1]))) {
      return -1;
    }
    int value = 0;
    for (int i = start; i < end; i++) {
      value = 10 * value + line[i] - '0';
    }
    return value;
  }

  private static int lastBlank(byte[] line, int from) {
    int at = from;
    while (at > 0 && isBlank(line[at - 1])) {
      at--;
    }
    return at;
  }

  private Outcome event(byte[] line, int from, int end) {
    int at = from;
    int token = tokenEnd(line, at, end);
    if (at < end && digits(line, at, end) == token) { // perf's period
      at = skipBlanks(line, token, end);
      token = tokenEnd(line, at, end);
    }
    if (at == end) {
      return Outcome.CUT;
    }
    if (line[token - 1] != ':') {
      if (token == end && isPrefixOfKind(line, at, end)) {
        return Outcome.CUT;
      }
      return line[at] == '<' || find(FUNCTION_CALL, line, token, end) >= 0
          ? Outcome.OTHER_EVENT
          : Outcome.UNREADABLE;
    }
    int name = at;
    for (int i = at; i < token - 1; i++) {
      name = line[i] == ':' ? i + 1 : name;
    }
    for (int i = 0; i < KINDS.length; i++) {
      byte[] text = KIND_TEXTS[i];
      if (Arrays.equals(line, name, token - 1, text, 0, text.length)) {
        kind = KINDS[i];
        return kind.role() == EventKind.Role.PAGE ? page(line, token, end) : slab(line, token, end);
      }
    }
    return Outcome.OTHER_EVENT;
  }

  /// A page event is whole if it has its first three fields: page, pfn, order.
  private static Outcome page(byte[] line, int from, int end) {
    int equals = 0;
    for (int i = from; i < end; i++) {
      equals += line[i] == '=' ? 1 : 0;
    }
    return equals >= 3 ? Outcome.EVENT : Outcome.CUT;
  }

  private Outcome slab(byte[] line, int from, int end) {
    boolean hasSite = false;
    boolean hasPointer = false;
    restLength = 0;
    fields.over(line, skipBlanks(line, from, end), end);
    while (fields.advance()) {
      if (!hasSite && fields.keyIs(CALL_SITE)) {
        hasSite = true;
        callSiteStart = fields.valueStart;
        callSiteEnd = fields.valueEnd;
      } else if (!hasPointer && fields.keyIs(PTR)) {
        hasPointer = pointer(line, fields.valueStart, fields.valueEnd);
        if (!hasPointer) {
          return Outcome.CUT;
        }
      } else {
        if (restLength > 0) {
          rest[restLength++] = ' ';
        }
        int length = fields.valueEnd - fields.keyStart;
        System.arraycopy(line, fields.keyStart, rest, restLength, length);
        restLength += length;
      }
    }
    return hasSite && hasPointer ? Outcome.EVENT : Outcome.CUT;
  }

  /// All pointers of a trace are 16 digits wide (8 on 32-bit kernels); null may be `(null)` or
  /// `(nil)`, ZERO_SIZE_PTR 0x10.
  private boolean pointer(byte[] line, int from, int end) {
    if (from < end && line[from] == '(') {
      pointer = 0;
      return equal("(null)", line, from, end) || equal("(nil)", line, from, end);
    }
    boolean prefixed = end - from > 2 && line[from] == '0' && line[from + 1] == 'x';
    int start = prefixed ? from + 2 : from;
    int width = end - start;
    long value = 0;
    for (int i = start; i < end; i++) {
      int digit = Character.digit(line[i], 16);
      if (digit < 0 || width > 16) {
        return false;
      }
      value = value << 4 | digit;
    }
    pointer = value;
    if (width == 16) {
      wide = true;
      return true;
    }
    return (width == 8 && !wide) || (prefixed && (value == 0 || value == 16));
  }

  private Outcome withoutEvent(byte[] line, int end) {
    int mark = find(LOST, line, 0, end);
    if (mark >= 0) {
      lost = digits(line, mark + LOST.length, end) < 0 ? 0 : number;
      return Outcome.LOST;
    }
    mark = find(DROPPED, line, 0, end);
    if (mark >= 0) {
      int start = mark;
      while (start > 0 && line[start - 1] >= '0' && line[start - 1] <= '9') {
        start--;
      }
      lost = digits(line, start, mark) < 0 ? 0 : number;
      return Outcome.LOST;
    }
    for (byte[] preamble : PREAMBLES) {
      if (startsWith(preamble, line, 0, end)) {
        return Outcome.NOTHING;
      }
    }
    if (startsWith(latin("CPU "), line, 0, end) && find(EMPTY_CPU, line, 0, end) >= 0) {
      return Outcome.NOTHING;
    }
    return isFrame(line, end) ? Outcome.NOTHING : Outcome.UNREADABLE;
  }

  /// ` ffffffff812b6a4f kmem_cache_alloc+0x11f ([kernel.kallsyms])`: at least 4 hex digits after
  /// blanks, then a blank.
  private static boolean isFrame(byte[] line, int end) {
    int start = skipBlanks(line, 0, end);
    int at = start;
    while (at < end && Character.digit(line[at], 16) >= 0) {
      at++;
    }
    return start > 0 && at - start >= 4 && at < end && isBlank(line[at]);
  }

  /// After `seconds.fraction:` or `ticks:`, which sets nanos; -1: no time.
  private int timeEnd(byte[] line, int from, int end) {
    int at = digits(line, from, end);
    if (at < 0 || at == end) {
      return -1;
    }
    long whole = number;
    if (line[at] == ':') { // a trace clock without seconds
      nanos = whole;
      return at + 1;
    }
    int fraction = at + 1;
    if (line[at] != '.' || whole > SECONDS_MAX) {
      return -1;
    }
    at = digits(line, fraction, end);
    int width = at - fraction;
    if (at < 0 || at == end || line[at] != ':' || width > 9) {
      return -1;
    }
    long part = number;
    for (; width < 9; width++) {
      part *= 10;
    }
    nanos = whole * 1_000_000_000 + part;
    return at + 1;
  }

  /// After the digits at `from`, whose value is then in `number`; -1: none, or more than 18.
  private int digits(byte[] line, int from, int end) {
    int at = from;
    long value = 0;
    while (at < end && line[at] >= '0' && line[at] <= '9' && at - from <= 18) {
      value = 10 * value + line[at++] - '0';
    }
    number = value;
    return at == from || at - from > 18 ? -1 : at;
  }

  private static boolean isPrefixOfKind(byte[] line, int from, int end) {
    for (byte[] text : KIND_TEXTS) {
      if (end - from <= text.length && Arrays.equals(line, from, end, text, 0, end - from)) {
        return true;
      }
    }
    return false;
  }

  private static int find(byte[] what, byte[] line, int from, int end) {
    for (int at = from; at + what.length <= end; at++) {
      if (startsWith(what, line, at, end)) {
        return at;
      }
    }
    return -1;
  }

  private static boolean startsWith(byte[] what, byte[] line, int from, int end) {
    return from + what.length <= end
        && Arrays.equals(line, from, from + what.length, what, 0, what.length);
  }

  private static boolean equal(String what, byte[] line, int from, int end) {
    return what.length() == end - from && startsWith(latin(what), line, from, end);
  }

  private static int skipBlanks(byte[] line, int from, int end) {
    int at = from;
    while (at < end && isBlank(line[at])) {
      at++;
    }
    return at;
  }

  private static int tokenEnd(byte[] line, int from, int end) {
    int at = from;
    while (at < end && !isBlank(line[at])) {
      at++;
    }
    return at;
  }

  private static boolean isBlank(byte c) {
    return c == ' ' || c == '\t' || c == '\r';
  }

  private static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
