package org.numaslab.coordinator.report;

/// A member that was removed while the machine ran. Times are nanoseconds since the run began.
///
/// @param life which of those that the node had
/// @param killedAfter when its process was killed; [BorderPart#NEVER] where nobody knows
/// @param unfinished operations that its CPUs still had to do; -1 where nobody knows
public record LostMember(int node, int life, long killedAfter, long unfinished) {
  /// The life of a member that was removed before anybody who is here looked.
  static final int LIFE_UNKNOWN = 0;

  /// A member of whom no more is known than that it is gone.
  public static LostMember of(int node, int life) {
    return new LostMember(node, life, BorderPart.NEVER, -1);
  }

  /// The same, with the time at which its process was killed.
  public LostMember killed(long after) {
    return new LostMember(node, life, after, unfinished);
  }
}
