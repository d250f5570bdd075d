package org.numaslab.node.loan;

/// Learns what happens at the borders of a member: for histories and counts. Decides nothing.
public interface LoanEvents {
  /// Nobody listens.
  LoanEvents NONE = new LoanEvents() {};

  /// A request about a home took effect.
  default void executed(Incarnation from, Incarnation home, long sequence, Frame.Asked asked) {}

  /// Something that arrived has no effect, or not the usual one.
  default void rejected(Rejection why) {}

  /// Objects have come back that are not out, or came back twice at once: [Rejection#NOT_OUT].
  default void notOut(long[] objects) {}

  /// The member may use what it has of a home until then, by its own clock.
  default void leased(Incarnation home, long until) {}

  /// The member has taken over that another one is removed.
  default void removed(Incarnation member) {}

  /// Begins to count what is out.
  default void censusOpened(long number, long candidates) {}

  /// A removal has made it worthless.
  default void censusVoided(long number) {}

  /// Everybody has answered, and what nobody has is free again.
  default void censusClosed(long number, long[] reclaimed) {}
}
