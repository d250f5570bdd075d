package org.numaslab.cpu.client;

import org.numaslab.cpu.cache.Cpu;

/// A bounded turn of a program on its cpu.
public final class Turn {
  /// Operations per turn: so many that handing over costs little beside them, so few that what
  /// arrives is served within microseconds.
  public static final int OPERATIONS_MAX = 256;

  /// Why a turn ended.
  public enum End {
    /// The bound was reached: give it another turn.
    AGAIN,
    /// The cpu waits for an answer: give it another turn after one came.
    ANSWER,
    /// Another cpu must act first: give it another turn when it is woken.
    BLOCKED,
    /// The program is finished.
    FINISHED
  }

  private Turn() {}

  /// Runs up to `operations` operations, then sends what waits in batches.
  public static End run(Cpu cpu, Program program, int operations) {
    End end = program.turn(cpu, operations);
    cpu.endTurn();
    return end;
  }
}
