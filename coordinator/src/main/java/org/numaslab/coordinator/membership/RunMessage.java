package org.numaslab.coordinator.membership;

import org.numaslab.coordinator.control.ControlFrame;
import org.numaslab.node.loan.Incarnation;

/// What the coordinator and the processes of a cluster say to each other about a run. Any of it may
/// be lost, late or doubled.
public sealed interface RunMessage {
  /// The run: numbers grow, a later one ends an older one.
  long run();

  /// Go on until this phase.
  ///
  /// @param late whether the run has begun without this process: its nodes serve the others, but
  ///   what their CPUs had to do is lost, or the others do it
  /// @param words what the run is, as a command line
  record Want(long run, Phase phase, boolean late, String[] words) implements RunMessage {}

  /// How far a process is.
  ///
  /// @param process what it is called
  /// @param members that it has
  /// @param knows how many members it knows to be there, with its own
  /// @param done operations
  /// @param total operations to do, an estimate where time decides
  /// @param quiet whether nothing is under way
  /// @param trouble why it has failed; empty when it has not
  record Standing(
      long run,
      String process,
      Phase phase,
      Incarnation[] members,
      int knows,
      long done,
      long total,
      boolean quiet,
      String trouble)
      implements RunMessage {}

  /// Between the registry of the run and a member: of another run they have no effect.
  record Control(long run, ControlFrame frame) implements RunMessage {}

  /// The part of the result from a byte on.
  record Fetch(long run, int offset) implements RunMessage {}

  /// Some of it.
  ///
  /// @param total bytes of the part
  record Fetched(long run, String process, int total, int offset, byte[] bytes)
      implements RunMessage {}
}
