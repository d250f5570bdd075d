package org.numaslab.coordinator.driver.simulate;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.numaslab.coordinator.audit.Event;
import org.numaslab.coordinator.audit.Event.Kind;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.loan.LoanEvents;
import org.numaslab.node.loan.Rejection;

/// Writes down what happens in a member and at its borders, in true time.
///
/// Owner: the member.
final class MemberEvents implements LoanEvents {
  private final SimulatedCluster cluster;
  private final Incarnation me;
  private final MemberClock clock;
  private final Consumer<Incarnation> gone;

  /// By the member's own clock.
  private final Map<Incarnation, Long> leasedUntil = new TreeMap<>(Incarnation.ORDER);

  /// @param gone is told of each member that is removed, before anything comes of that
  MemberEvents(
      SimulatedCluster cluster, Incarnation me, MemberClock clock, Consumer<Incarnation> gone) {
    this.cluster = cluster;
    this.me = me;
    this.clock = clock;
    this.gone = gone;
  }

  /// @param other the other member, or the home of the object
  void note(Kind kind, int cpu, Incarnation other, long object, long number) {
    cluster
        .history()
        .add(
            new Event(
                cluster.now(),
                kind,
                me.node().value(),
                me.life(),
                cpu,
                other.node().value(),
                other.life(),
                object,
                number));
  }

  /// The clock runs at another speed: leases end at other times.
  void clockChanged() {
    leasedUntil.forEach(this::noteLease);
  }

  /// A home is gone.
  void forget(Incarnation home) {
    leasedUntil.remove(home);
  }

  private void noteLease(Incarnation home, long until) {
    note(Kind.LEASED, Event.NONE, home, 0, clock.whenItShows(until));
  }

  @Override
  public void executed(Incarnation from, Incarnation home, long sequence, Frame.Asked asked) {
    long of = (long) home.life() << Integer.SIZE | home.node().value();
    note(Kind.EXECUTED, Event.NONE, from, of, sequence);
  }

  @Override
  public void rejected(Rejection why) {
    cluster.rejected(why);
  }

  @Override
  public void leased(Incarnation home, long until) {
    leasedUntil.put(home, until);
    noteLease(home, until);
  }

  @Override
  public void removed(Incarnation member) {
    note(Kind.REMOVED, Event.NONE, member, 0, 0);
    gone.accept(member);
  }

  @Override
  public void censusOpened(long number, long candidates) {
    note(Kind.CENSUS, Event.NONE, me, 0, number);
    cluster.censuses().opened++;
  }

  @Override
  public void censusVoided(long number) {
    cluster.censuses().voided++;
  }

  @Override
  public void censusClosed(long number, long[] reclaimed) {
    cluster.censuses().closed++;
    for (long object : reclaimed) {
      note(Kind.RECLAIMED, Event.NONE, me, object, number);
    }
  }
}
