package org.numaslab.deploy;

/// What the process tells the shell. Scripts rely on these numbers; they do not change.
public final class ExitCode {
  /// Done, and everything held.
  public static final int OK = 0;

  /// Done, and a difference or a violated audit was found.
  public static final int DIFFERENT = 1;

  /// What the person gave cannot be used; nothing was changed.
  public static final int BAD_INPUT = 2;

  /// The machine that we run on cannot do it, or we have a bug.
  public static final int FAILURE = 3;

  private ExitCode() {}
}
