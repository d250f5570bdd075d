package org.numaslab.coordinator.cost;

/// What one round has given; in it each thing is measured beside what it is held against.
///
/// @param tellNanos round trip of a message between two actors of a process
/// @param askNanos the same between two processes, of a message as a member sends, median
/// @param serializeNanos bytes of such a message and back
/// @param longsPerSecond one way between two processes, 64 in each message
/// @param borrowNanos a cpu's request for objects of another process's node, median
/// @param freesPerSecond objects freed one by one into another process's node, until all is
///   confirmed
/// @param pairNanos alloc and free of an object of the own node, median
/// @param pairBesideNanos the same while another cpu of the node asks the other process's node
public record Round(
    double tellNanos,
    double askNanos,
    double serializeNanos,
    double longsPerSecond,
    double borrowNanos,
    double freesPerSecond,
    double pairNanos,
    double pairBesideNanos) {
  double borrowRatio() {
    return borrowNanos / askNanos;
  }

  double freesRatio() {
    return freesPerSecond / longsPerSecond;
  }

  double pairRatio() {
    return pairBesideNanos / pairNanos;
  }
}
