package org.numaslab.node.topology;

/// What a person or a file gave us cannot be used; nothing was changed. The message is one line:
/// what, where, got, allowed.
public final class BadInput extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public BadInput(String message) {
    super(message);
  }

  public BadInput(String message, Throwable cause) {
    super(message, cause);
  }
}
