package org.numaslab.cpu.client;

import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.protocol.TaskReply;

/// What a cpu executes: a trace, a workload. Keeps its own cursor and gives the cpu one operation
/// at a time.
///
/// Owner: the cpu's shell.
public interface Program {
  /// What came of the next operation.
  enum Step {
    /// It is complete; there may be another.
    DONE,
    /// The cpu waits for a node; [Program#completed] follows.
    WAITS,
    /// It cannot begin before another cpu has done something; that cpu wakes this one. Nothing
    /// happened.
    BLOCKED,
    /// There is none left.
    FINISHED
  }

  /// Gives the cpu the next operation.
  Step step(Cpu cpu);

  /// Gives the cpu up to so many operations, one after the other.
  default Turn.End turn(Cpu cpu, int operations) {
    for (int i = 0; i < operations; i++) {
      if (!cpu.isReady()) {
        return Turn.End.ANSWER;
      }
      switch (step(cpu)) {
        case DONE -> {}
        case WAITS -> {
          return Turn.End.ANSWER;
        }
        case BLOCKED -> {
          return Turn.End.BLOCKED;
        }
        case FINISHED -> {
          return Turn.End.FINISHED;
        }
      }
    }
    return Turn.End.AGAIN;
  }

  /// The registry has answered what a task of this program asked.
  default void answered(TaskReply reply) {
    throw new IllegalStateException("nobody asked for " + reply);
  }

  /// What it waits for while it is blocked, for people.
  default String waitsFor() {
    return "another cpu";
  }

  /// The shell of the cpu has failed while this program gave it an operation. What that comes to is
  /// given back; a free has taken effect.
  ///
  /// @return whether the program can go on with another operation
  default boolean goesOnAfterCut() {
    return false;
  }

  /// The operation that had to wait is complete; [Cpu#result] and [Cpu#path] say how.
  void completed(Cpu cpu);
}
