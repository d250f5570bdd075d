package org.numaslab.coordinator.audit;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.numaslab.coordinator.audit.Event.Kind;

/// Events as lines of text, put together without a String: a million in a second.
///
/// Owner: one writer. Allocates nothing after construction.
final class EventText {
  /// Seven fields, the longest numbers in them and their names, tabs and the line end are 136
  /// bytes.
  static final int LINE_BYTES_MAX = 192;

  private static final byte[][] KINDS =
      Arrays.stream(Kind.values())
          .map(kind -> kind.name().getBytes(StandardCharsets.US_ASCII))
          .toArray(byte[][]::new);
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] LONG_MIN =
      String.valueOf(Long.MIN_VALUE).getBytes(StandardCharsets.US_ASCII);
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final byte[] digits = new byte[20];
  private byte[] to = digits;
  private int at;

  /// @param begin where the line begins; there must be room for [#LINE_BYTES_MAX]
  /// @return where it ends, its line end included
  int write(Event event, byte[] buffer, int begin) {
    to = buffer;
    at = begin;
    Kind kind = event.kind();
    time(event.time());
    text(Column.KIND, kind);
    bytes(KINDS[kind.ordinal()]);
    text(Column.NODE, kind);
    member(event.node(), event.life());
    text(Column.CPU, kind);
    orNone(event.cpu());
    text(Column.PEER, kind);
    member(event.peer(), event.peerLife());
    text(Column.OBJECT, kind);
    hex(event.object());
    text(Column.NUMBER, kind);
    orNone(event.number());
    to[at++] = '\n';
    return at;
  }

  /// The line of an event, for people.
  static String of(Event event) {
    byte[] line = new byte[LINE_BYTES_MAX];
    int end = new EventText().write(event, line, 0);
    return new String(line, 0, end - 1, StandardCharsets.US_ASCII);
  }

  /// A time, for people.
  static String timeText(long nanos) {
    return "%d.%06d".formatted(nanos / NANOS_PER_MILLI, nanos % NANOS_PER_MILLI);
  }

  /// A tab and the name of the field.
  private void text(Column column, Kind kind) {
    to[at++] = '\t';
    bytes(column.prefix(kind));
  }

  private void bytes(byte[] bytes) {
    for (byte b : bytes) {
      to[at++] = b;
    }
  }

  private void time(long nanos) {
    decimal(nanos / NANOS_PER_MILLI);
    to[at++] = '.';
    long rest = nanos % NANOS_PER_MILLI;
    for (long unit = NANOS_PER_MILLI / 10; unit > 0; unit /= 10) {
      to[at++] = (byte) ('0' + rest / unit % 10);
    }
  }

  private void member(int node, int life) {
    orNone(node);
    if (node != Event.NONE || life != Event.NONE) {
      to[at++] = '.';
      orNone(life);
    }
  }

  private void orNone(long number) {
    if (number == Event.NONE) {
      to[at++] = '-';
    } else {
      decimal(number);
    }
  }

  private void hex(long number) {
    if (number == Event.NONE) {
      to[at++] = '-';
      return;
    }
    to[at++] = '0';
    to[at++] = 'x';
    int nibbles = Math.max(1, (Long.SIZE - Long.numberOfLeadingZeros(number) + 3) / 4);
    for (int shift = 4 * (nibbles - 1); shift >= 0; shift -= 4) {
      to[at++] = HEX[(int) (number >>> shift) & 0xf];
    }
  }

  private void decimal(long number) {
    if (number == Long.MIN_VALUE) {
      bytes(LONG_MIN);
      return;
    }
    if (number < 0) {
      to[at++] = '-';
    }
    long rest = Math.abs(number);
    int count = 0;
    do {
      digits[count++] = (byte) ('0' + rest % 10);
      rest /= 10;
    } while (rest > 0);
    while (count > 0) {
      to[at++] = digits[--count];
    }
  }
}
