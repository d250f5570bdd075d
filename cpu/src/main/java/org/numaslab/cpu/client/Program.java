package org.numaslab.cpu.client;

import org.numaslab.cpu.cache.Cpu;

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

  /// The operation that had to wait is complete; [Cpu#result] and [Cpu#path] say how.
  void completed(Cpu cpu);
}
