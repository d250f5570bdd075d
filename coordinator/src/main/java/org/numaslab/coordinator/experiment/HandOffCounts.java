package org.numaslab.coordinator.experiment;

/// What one cpu's task passed on to tasks of other members and got from them, and what it lost with
/// members; or the sum over CPUs.
///
/// Invariant, per cache: allocations + came - frees - handed - lost = objects that it has.
///
/// Owner: the cpu's program until the run is over. Shapes: by the program's cache index.
public final class HandOffCounts {
  private final long[] came;
  private final long[] handed;
  private final long[] lost;
  private long messages;
  private long refused;
  private long kept;
  private long lostAllocations;
  private long freesOfLost;

  HandOffCounts(int caches) {
    came = new long[caches];
    handed = new long[caches];
    lost = new long[caches];
  }

  void came(int cache) {
    came[cache]++;
  }

  void handed(int cache, int objects) {
    handed[cache] += objects;
  }

  void lost(int cache, int objects) {
    lost[cache] += objects;
  }

  void message() {
    messages++;
  }

  void refusal() {
    refused++;
  }

  void keeps() {
    kept++;
  }

  void lostAllocation() {
    lostAllocations++;
  }

  void freeOfLost() {
    freesOfLost++;
  }

  void add(HandOffCounts other) {
    for (int cache = 0; cache < came.length; cache++) {
      came[cache] += other.came[cache];
      handed[cache] += other.handed[cache];
      lost[cache] += other.lost[cache];
    }
    messages += other.messages;
    refused += other.refused;
    kept += other.kept;
    lostAllocations += other.lostAllocations;
    freesOfLost += other.freesOfLost;
  }

  private static long sum(long[] counts) {
    long sum = 0;
    for (long count : counts) {
      sum += count;
    }
    return sum;
  }

  /// Objects that came from tasks of other members, less those that went to them or were lost.
  long moved(int cache) {
    return came[cache] - handed[cache] - lost[cache];
  }

  /// Objects that tasks of other members have passed on to this one.
  public long came() {
    return sum(came);
  }

  /// Objects that tasks of other members have taken.
  public long handed() {
    return sum(handed);
  }

  /// Objects that were lost: in the memory of a member that is gone, or on their way to one.
  public long lost() {
    return sum(lost);
  }

  /// Hand-offs that were sent, also again after a refusal.
  public long messages() {
    return messages;
  }

  /// Those of them that were refused: for want of a lease, or during a census.
  public long refused() {
    return refused;
  }

  /// Objects whose task to free them was gone before they were on their way: they stay with the one
  /// that allocated them.
  public long kept() {
    return kept;
  }

  /// Frees of what nobody will allocate: its task was on a member that is gone.
  public long lostAllocations() {
    return lostAllocations;
  }

  /// Frees of objects that were lost.
  public long freesOfLost() {
    return freesOfLost;
  }
}
