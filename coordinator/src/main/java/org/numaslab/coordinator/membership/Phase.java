package org.numaslab.coordinator.membership;

/// How far a process is with a run, and how far it is wanted to be.
///
/// | phase | the process | the coordinator wants the next one when |
/// |---|---|---|
/// | NONE | knows nothing of the run | all nodes are there |
/// | READY | has its part of the machine, and all inputs; learns from the registry what exists | all are ready, and the registry has made what is to be there |
/// | WARM | its CPUs have what they had before the run | all are warm |
/// | RUNNING | its tasks run | all that are still there were heard, are finished, and have done enough together |
/// | FINISHED | its tasks are at their ends (those of a swarm have done their share, and go on); its nodes serve the others | the same |
/// | SETTLED | has given back what its tasks had to give back, and nothing is under way | the registry has done what comes after the run, and twice in a row nothing is under way anywhere |
/// | COLLECTED | stands still; its part of the result can be fetched | all parts are there |
/// | OVER | has forgotten the machine | - |
/// | FAILED | has stopped, and says why | - |
public enum Phase {
  NONE,
  READY,
  WARM,
  RUNNING,
  FINISHED,
  SETTLED,
  COLLECTED,
  OVER,
  FAILED;

  /// Whether it is this phase or a later one.
  public boolean isAtLeast(Phase other) {
    return compareTo(other) >= 0;
  }
}
