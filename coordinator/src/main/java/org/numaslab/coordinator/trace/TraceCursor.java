package org.numaslab.coordinator.trace;

/// Where one cpu's replay stands in its operations, over all rounds.
///
/// Each round repeats the trace in the same slots. Between rounds the closing frees empty the slots
/// that the trace leaves live; after the last round they stay live. So a replay in causal order
/// waits in two cases: a free for its slot to be full, an allocation for its slot to be empty (the
/// round before). Both wait for a smaller [#sequence] only, so they cannot wait for one another.
///
/// Owner: the replayer of the cpu. Allocates nothing.
public final class TraceCursor {
  private final CpuOperations operations;
  private final int rounds;
  private final long roundLength;
  private int index;
  private int round;
  private int end;

  TraceCursor(CpuOperations operations, int rounds, long roundLength) {
    this.operations = operations;
    this.rounds = rounds;
    this.roundLength = roundLength;
    end = rounds > 1 ? operations.roundSize() : operations.size();
    if (end == 0) {
      round = rounds;
    }
  }

  /// Is there an operation? The other methods speak of it.
  public boolean isAtOperation() {
    return round < rounds;
  }

  /// To the next operation.
  ///
  /// @return whether that was the last one of its round
  public boolean advance() {
    if (++index < end) {
      return false;
    }
    index = 0;
    round++;
    end = round == rounds - 1 ? operations.size() : operations.roundSize();
    if (end == 0) {
      round = rounds;
    }
    return true;
  }

  public boolean isFree() {
    return operations.isFree(index);
  }

  public int slot() {
    return operations.slot(index);
  }

  public int cache() {
    return operations.cache(index);
  }

  public int node() {
    return operations.node(index);
  }

  public int gfp() {
    return operations.gfp(index);
  }

  /// See [CpuOperations#callSite].
  public int callSite() {
    return operations.callSite(index);
  }

  /// See [CpuOperations#pid].
  public int pid() {
    return operations.pid(index);
  }

  /// Place among all operations of all rounds.
  public long sequence() {
    return round * roundLength + operations.sequence(index);
  }

  /// The operation's index in the cpu's part of the trace, of [CpuOperations].
  public int index() {
    return index;
  }

  /// From 0.
  public int round() {
    return round;
  }
}
