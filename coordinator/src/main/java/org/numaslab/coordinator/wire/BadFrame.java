package org.numaslab.coordinator.wire;

/// Bytes that cannot have been sent, or a frame that cannot be. The message is one line: field,
/// got, allowed.
public final class BadFrame extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public BadFrame(String field, Object got, String allowed) {
    super(line(field, got, allowed));
  }

  public static String line(String field, Object got, String allowed) {
    return field + ": got " + got + ", allowed " + allowed;
  }
}
