package org.numaslab.coordinator.cost;

import java.util.List;
import java.util.Locale;

/// A part of a request's time.
public enum Part {
  CPU("until its turn is over and its member has asked; until it takes the answer"),
  QUEUE("in Artery, until its bytes are begun"),
  SERIALIZATION("to bytes and back"),
  WIRE("under way as bytes"),
  MAILBOX("until the member that gets it has everything to itself"),
  HOME("service"),
  /// Not a part: all of them.
  WHOLE("from asking to taking the answer"),
  /// Not a part either.
  ERROR("what the parts do not add up to");

  private final String meaning;

  Part(String meaning) {
    this.meaning = meaning;
  }

  /// Those that add up to the whole.
  public static List<Part> addends() {
    return List.of(CPU, QUEUE, SERIALIZATION, WIRE, MAILBOX, HOME);
  }

  /// For people.
  public String meaning() {
    return meaning;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
