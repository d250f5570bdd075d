package org.numaslab.coordinator.audit;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.stream.Stream;
import org.numaslab.coordinator.audit.Event.Kind;

/// A field of an event's line, in the order of the line.
enum Column {
  TIME(""),
  KIND(""),
  NODE("node="),
  CPU("cpu="),
  PEER("peer="),
  OBJECT("object="),
  NUMBER("number=");

  static final int COUNT = values().length;

  private static final byte[][] PREFIXES =
      Stream.of(values()).map(column -> latin(column.prefix)).toArray(byte[][]::new);

  /// The peer of an event about an object is the object's home, and is called so.
  private static final byte[] HOME = latin("home=");

  private final String prefix;

  Column(String prefix) {
    this.prefix = prefix;
  }

  private static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /// What the field begins with. Not copied: nobody writes to it.
  byte[] prefix(Kind kind) {
    return this == PEER && hasHome(kind) ? HOME : PREFIXES[ordinal()];
  }

  private static boolean hasHome(Kind kind) {
    return kind == Kind.LEASED || EventLimits.isOfTask(kind);
  }

  /// How errors call it.
  String word(Kind kind) {
    byte[] prefix = prefix(kind);
    return prefix.length == 0
        ? name().toLowerCase(Locale.ROOT)
        : new String(prefix, 0, prefix.length - 1, StandardCharsets.ISO_8859_1);
  }
}
