package org.numaslab.coordinator.audit;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
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

  /// The peer of an event about an object is the object's home, and is called so.
  private static final byte[] HOME = "home=".getBytes(StandardCharsets.US_ASCII);

  private final byte[] prefix;

  Column(String prefix) {
    this.prefix = prefix.getBytes(StandardCharsets.US_ASCII);
  }

  /// What the field begins with. Not copied: nobody writes to it.
  byte[] prefix(Kind kind) {
    return this == PEER && hasHome(kind) ? HOME : prefix;
  }

  private static boolean hasHome(Kind kind) {
    return switch (kind) {
      case LEASED, ALLOCATED, FREED, PASSED, HANDED, TAKEN, RETURNED, LOST, DAMAGED -> true;
      case JOINED, DIED, REMOVED, EXECUTED, RECLAIMED, CENSUS, FAULT, OVER, HEALED -> false;
    };
  }

  /// How errors call it.
  String word(Kind kind) {
    byte[] prefix = prefix(kind);
    return prefix.length == 0
        ? name().toLowerCase(Locale.ROOT)
        : new String(prefix, 0, prefix.length - 1, StandardCharsets.US_ASCII);
  }
}
