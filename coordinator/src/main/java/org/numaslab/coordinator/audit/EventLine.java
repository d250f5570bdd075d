package org.numaslab.coordinator.audit;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.numaslab.coordinator.audit.Event.Kind;
import org.numaslab.node.topology.BadInput;

/// Reads the line of an event: the reverse of [EventText].
///
/// Owner: one reader. Allocates nothing but the events.
final class EventLine {
  private static final Kind[] KINDS = Kind.values();
  private static final byte[][] KIND_NAMES =
      Arrays.stream(KINDS)
          .map(kind -> kind.name().getBytes(StandardCharsets.US_ASCII))
          .toArray(byte[][]::new);
  private static final String ALLOWED_KINDS =
      Stream.of(KINDS).map(Kind::name).collect(Collectors.joining(", "));
  private static final String ALLOWED_LINE =
      "TIME, KIND, node=, cpu=, home= or peer=, object=, number= with a tab between";
  private static final String ALLOWED_TIME = "milliseconds with six decimals, as 12.345678";
  private static final String ALLOWED_MEMBER = "NODE.LIFE, or - for none";
  private static final String ALLOWED_CPU = "a number, or - for none";
  private static final String ALLOWED_OBJECT = "hexadecimal as 0xffff888000123000, or - for none";
  private static final String ALLOWED_NUMBER =
      Long.MIN_VALUE + ".." + Long.MAX_VALUE + ", or - for none";
  private static final int FRACTION_DIGITS = 6;
  private static final int NIBBLES_MAX = 16;

  private final HistoryLines lines;
  private final EventLimits limits;

  /// Where each field begins; the last is where one would begin behind the line.
  private final int[] begins = new int[Column.COUNT + 1];

  private Kind kind = Kind.JOINED;
  private long lastTime;

  /// The field that is being read: where it goes on and where it ends.
  private Column column = Column.TIME;

  private int at;
  private int end;

  EventLine(HistoryLines lines, EventLimits limits) {
    this.lines = lines;
    this.limits = limits;
  }

  /// The event of the current line.
  Event read() {
    split();
    kind = kind();
    long time = time();
    enter(Column.NODE);
    int node = orNone(ALLOWED_MEMBER);
    int life = life(node);
    int cpu = cpu();
    enter(Column.PEER);
    int peer = orNone(ALLOWED_MEMBER);
    int peerLife = life(peer);
    long object = object();
    long number = number();
    Event event = new Event(time, kind, node, life, cpu, peer, peerLife, object, number);
    EventLimits.Wrong wrong = limits.check(event);
    if (wrong != null) {
      enter(wrong.column());
      throw bad(wrong.allowed());
    }
    return event;
  }

  private void split() {
    byte[] bytes = lines.buffer();
    int field = 0;
    begins[field++] = lines.begin();
    for (int i = lines.begin(); i < lines.end(); i++) {
      if (bytes[i] == '\t') {
        if (field == Column.COUNT) {
          throw badLine();
        }
        begins[field++] = i + 1;
      }
    }
    if (field != Column.COUNT) {
      throw badLine();
    }
    begins[field] = lines.end() + 1;
  }

  private BadInput badLine() {
    lines.refuseBinary();
    return lines.bad("line", lines.text(), ALLOWED_LINE);
  }

  /// Goes to a field, behind its name.
  private void enter(Column next) {
    column = next;
    at = begins[next.ordinal()];
    end = begins[next.ordinal() + 1] - 1;
    byte[] prefix = next.prefix(kind);
    if (!startsWith(prefix)) {
      lines.refuseBinary();
      throw lines.bad(
          "field " + (next.ordinal() + 1),
          lines.text(at, end),
          new String(prefix, StandardCharsets.US_ASCII));
    }
    at += prefix.length;
  }

  private boolean startsWith(byte[] prefix) {
    return end - at >= prefix.length
        && Arrays.equals(lines.buffer(), at, at + prefix.length, prefix, 0, prefix.length);
  }

  private BadInput bad(String allowed) {
    lines.refuseBinary();
    int from = begins[column.ordinal()] + column.prefix(kind).length;
    return lines.bad(column.word(kind), lines.text(from, end), allowed);
  }

  private int peek() {
    return at < end ? lines.buffer()[at] : -1;
  }

  // ---- fields

  private Kind kind() {
    enter(Column.KIND);
    for (int i = 0; i < KINDS.length; i++) {
      if (KIND_NAMES[i].length == end - at && startsWith(KIND_NAMES[i])) {
        return KINDS[i];
      }
    }
    throw bad(ALLOWED_KINDS);
  }

  private long time() {
    enter(Column.TIME);
    long negated = -decimal(false, ALLOWED_TIME);
    if (peek() != '.' || end - at != 1 + FRACTION_DIGITS) {
      throw bad(ALLOWED_TIME);
    }
    for (at++; isDigit(peek()); at++) {
      negated = append(negated, -Long.MAX_VALUE, ALLOWED_TIME);
    }
    if (at != end) {
      throw bad(ALLOWED_TIME);
    }
    if (-negated < lastTime) {
      throw bad(EventText.timeText(lastTime) + " or later: time does not go back");
    }
    lastTime = -negated;
    return lastTime;
  }

  private int life(int node) {
    if (node == Event.NONE && at == end) {
      return Event.NONE;
    }
    if (peek() != '.') {
      throw bad(ALLOWED_MEMBER);
    }
    at++;
    int life = orNone(ALLOWED_MEMBER);
    if (at != end || (node == Event.NONE && life == Event.NONE)) {
      throw bad(ALLOWED_MEMBER);
    }
    return life;
  }

  private int cpu() {
    enter(Column.CPU);
    int cpu = orNone(ALLOWED_CPU);
    if (at != end) {
      throw bad(ALLOWED_CPU);
    }
    return cpu;
  }

  private int orNone(String allowed) {
    if (peek() == '-') {
      at++;
      return Event.NONE;
    }
    long number = decimal(false, allowed);
    if (number > Integer.MAX_VALUE) {
      throw bad(allowed);
    }
    return (int) number;
  }

  private long object() {
    enter(Column.OBJECT);
    if (peek() == '-' && at + 1 == end) {
      return Event.NONE;
    }
    byte[] bytes = lines.buffer();
    int nibbles = end - at - 2;
    if (nibbles < 1 || nibbles > NIBBLES_MAX || bytes[at] != '0' || bytes[at + 1] != 'x') {
      throw bad(ALLOWED_OBJECT);
    }
    at += 2;
    if (bytes[at] == '0' && nibbles > 1) {
      throw bad(ALLOWED_OBJECT);
    }
    long object = 0;
    for (; at < end; at++) {
      int nibble = nibble(bytes[at]);
      if (nibble < 0) {
        throw bad(ALLOWED_OBJECT);
      }
      object = (object << 4) | nibble;
    }
    if (object == Event.NONE) {
      throw bad(ALLOWED_OBJECT);
    }
    return object;
  }

  private static int nibble(byte c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  }

  private long number() {
    enter(Column.NUMBER);
    boolean isNegative = peek() == '-';
    at += isNegative ? 1 : 0;
    if (isNegative && at == end) {
      return Event.NONE;
    }
    long number = decimal(isNegative, ALLOWED_NUMBER);
    if (at != end || (isNegative && number >= Event.NONE)) {
      throw bad(ALLOWED_NUMBER);
    }
    return number;
  }

  /// Digits, at least one, without a zero before others.
  private long decimal(boolean isNegative, String allowed) {
    int first = at;
    long negated = 0;
    for (; isDigit(peek()); at++) {
      negated = append(negated, isNegative ? Long.MIN_VALUE : -Long.MAX_VALUE, allowed);
    }
    if (at == first || (at > first + 1 && lines.buffer()[first] == '0')) {
      throw bad(allowed);
    }
    return isNegative ? negated : -negated;
  }

  /// Takes one more digit; counted downwards, since there is one more number below zero.
  private long append(long negated, long min, String allowed) {
    int digit = lines.buffer()[at] - '0';
    if (negated < min / 10 || negated * 10 < min + digit) {
      throw bad(allowed);
    }
    return negated * 10 - digit;
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }
}
