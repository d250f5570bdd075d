package org.numaslab.node.loan;

/// Why something that arrived has no effect. Each is counted.
public enum Rejection {
  /// It is meant for another incarnation of this member.
  OTHER_DESTINATION,
  /// Its sender was removed.
  REMOVED_SENDER,
  /// It is about a home that was removed, or about another incarnation than the one known.
  OTHER_HOME,
  /// An older incarnation of its sender is not removed yet.
  OLDER_LIFE,
  /// Its sender is not in the home's lease table.
  NO_LEASE_ENTRY,
  /// Its cpu is not its sender's.
  FOREIGN_CPU,
  /// It is done and answered, and the sender knows that.
  BEHIND_WINDOW,
  /// Its sender believes to have answers that were never given.
  NEVER_ANSWERED,
  /// It is done: the same answer goes out again.
  DONE_BEFORE,
  /// It answers nothing that is open.
  ANSWERED_BEFORE,
  /// It answers something else than was asked.
  OTHER_ANSWER,
  /// It names a node that the machine does not have.
  NO_SUCH_NODE,
  /// A hand-off arrives while the receiver has no valid lease.
  HAND_OFF_WITHOUT_LEASE,
  /// A hand-off arrives after the receiver has listed what it has.
  HAND_OFF_DURING_CENSUS,
  /// A hand-off arrives at a member that gives back what it has, and goes.
  HAND_OFF_WHILE_LEAVING,
  /// A grant arrives while the lease has run out: it is parked.
  GRANT_PARKED,
  /// A grant arrives after the deadline of its allocation: it is given back.
  GRANT_TOO_LATE,
  /// A list answers a census that is not open any more.
  LISTED_FOR_OTHER_CENSUS,
  /// An object comes back that is not out.
  NOT_OUT,
  /// A loan is named that is not open, or a slab that is another one by now.
  NO_SUCH_LOAN,
  /// A loan or an object is to go to a member that is gone.
  MEMBER_GONE;

  /// Whether only a member that is wrong about what it has can cause it: it is forged, or the
  /// protocol has failed. What it is about is left as it is.
  public boolean isOfLiars() {
    return switch (this) {
      case NO_LEASE_ENTRY,
          FOREIGN_CPU,
          NEVER_ANSWERED,
          OTHER_ANSWER,
          NO_SUCH_NODE,
          NOT_OUT,
          NO_SUCH_LOAN ->
          true;
      default -> false;
    };
  }
}
