package org.numaslab.node.topology;

/// The machine that we run on cannot give what is needed (address space, memory, a file system).
/// The message is one line that says what to do.
public final class EnvironmentFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public EnvironmentFailure(String message) {
    super(message);
  }

  public EnvironmentFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
