package org.numaslab.coordinator.swarm;

/// What the tasks of a run have done.
public final class Progress {
  public long operations;

  /// When the last one began, in virtual time.
  public long lastNanos;

  public long allocations;
  public long frees;
  public long failed;

  /// Allocations of another node's memory.
  public long remote;

  public long handOffs;
  public long refused;
  public long lost;
}
