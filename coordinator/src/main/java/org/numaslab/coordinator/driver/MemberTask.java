package org.numaslab.coordinator.driver;

import org.numaslab.cpu.client.Program;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Incarnation;

/// What runs on a cpu of a member that may be lost: tasks of other members reach it by hand-offs
/// only.
public interface MemberTask extends Program {
  /// Objects have come from a task of another member.
  void taken(Frame.HandOff handOff, Incarnation home);

  /// A hand-off of this task is over.
  ///
  /// @param isTaken false when the objects are this task's again
  void handedOff(long token, boolean isTaken);

  /// A home is gone, with its objects.
  void forget(Incarnation home);

  /// A member is removed: its tasks do nothing more, and nothing reaches them. Comes before what
  /// becomes of hand-offs and objects.
  default void removed(Incarnation member) {}

  /// How long until its next operation may begin, in nanoseconds.
  long thinkNanos();
}
