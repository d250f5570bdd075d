package org.numaslab.coordinator.membership;

import org.jspecify.annotations.Nullable;

/// A process's part of a run. Made and prepared by a thread that may wait; then looked at by
/// others.
public interface Job extends AutoCloseable {
  /// Whether the registry of the run has told it all that it must know before [#warm]. For any
  /// thread.
  default boolean isTold() {
    return true;
  }

  /// Brings the machine where the run begins, when all have made their parts. May wait.
  void warm();

  /// Lets the tasks run. Does not wait for them.
  void begin();

  /// Whether all tasks are at their ends, or have done their share and go on until it is settled;
  /// throws what one of them has failed of. For any thread.
  boolean isFinished();

  /// What its machine has failed of; null for nothing. For any thread.
  @Nullable Throwable failure();

  /// Lets the tasks give back what they have to give back. May be said more than once.
  void settle();

  /// Whether nothing is under way at its nodes and CPUs. For any thread.
  boolean isQuiet();

  /// Its part of the result. Everything stands still.
  byte[] collect();

  /// Operations done so far, a little late. For any thread.
  long done();

  /// Operations to do in all; an estimate where time decides. For any thread.
  long total();

  /// This process is no member any more, as the others have removed it or it has left: what it has
  /// is lost.
  void died();

  /// Gives back its memory, which nobody touches any more. May be said more than once.
  @Override
  void close();
}
