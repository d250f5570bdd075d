package org.numaslab.coordinator.driver.cluster;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.numaslab.coordinator.audit.Event;
import org.numaslab.coordinator.audit.Event.Kind;
import org.numaslab.coordinator.audit.History;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.loan.LoanEvents;
import org.numaslab.node.loan.Rejection;

/// Writes down what happens in a member and at its borders, by the monotonic clock of the host,
/// which the processes of one host share.
///
/// Owner: the member; [#note] and [#now] are for any thread.
final class MemberEvents implements LoanEvents {
  private final Incarnation me;
  private final long patience;
  private final History history;
  private final Consumer<Incarnation> gone;
  private final Map<Rejection, Long> rejections = new EnumMap<>(Rejection.class);
  private final Map<Incarnation, Long> removedAt = new LinkedHashMap<>();
  private long reclaimed;
  private long reclaimedAt;

  /// @param patience of a home with a lease: a cpu's turn that begins within the lease may end
  ///   after it, however long its thread waits for a processor
  /// @param gone is told of each member that is removed, before anything comes of that
  MemberEvents(Incarnation me, long patience, History history, Consumer<Incarnation> gone) {
    this.me = me;
    this.patience = patience;
    this.history = history;
    this.gone = gone;
  }

  /// Nanoseconds of the monotonic clock.
  long now() {
    return System.nanoTime();
  }

  /// @param other the other member, or the home of the object
  void note(Kind kind, int cpu, Incarnation other, long object, long number) {
    history.add(
        new Event(
            now(),
            kind,
            me.node().value(),
            me.life(),
            cpu,
            other.node().value(),
            other.life(),
            object,
            number));
  }

  Map<Rejection, Long> rejections() {
    return rejections;
  }

  /// When others were removed.
  Map<Incarnation, Long> removedAt() {
    return removedAt;
  }

  /// Objects that lost members had, and that are free again.
  long reclaimed() {
    return reclaimed;
  }

  /// When the last census was closed; 0 for never.
  long reclaimedAt() {
    return reclaimedAt;
  }

  @Override
  public void executed(Incarnation from, Incarnation home, long sequence, Frame.Asked asked) {
    long of = (long) home.life() << Integer.SIZE | home.node().value();
    note(Kind.EXECUTED, Event.NONE, from, of, sequence);
  }

  @Override
  public void rejected(Rejection why) {
    rejections.merge(why, 1L, Long::sum);
  }

  @Override
  public void leased(Incarnation home, long until) {
    note(Kind.LEASED, Event.NONE, home, 0, until + patience);
  }

  @Override
  public void removed(Incarnation member) {
    removedAt.put(member, now());
    note(Kind.REMOVED, Event.NONE, member, 0, 0);
    gone.accept(member);
  }

  @Override
  public void censusOpened(long number, long candidates) {
    note(Kind.CENSUS, Event.NONE, me, 0, number);
  }

  @Override
  public void censusClosed(long number, long[] free) {
    reclaimed += free.length;
    reclaimedAt = now();
    for (long object : free) {
      note(Kind.RECLAIMED, Event.NONE, me, object, number);
    }
  }
}
