package org.numaslab.coordinator.driver.cluster;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
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
  /// So many objects are kept: the first ones lead to the cause.
  private static final int NOT_OUT_MAX = 32;

  private final Incarnation me;
  private final long patience;
  private final History history;
  private final Consumer<Incarnation> gone;
  private final LongSupplier clock;

  /// When the step of a thread began, and looked at the leases; in an array, since steps are many.
  private final ThreadLocal<long[]> began =
      ThreadLocal.withInitial(() -> new long[] {Long.MAX_VALUE});

  /// Until when homes wait for what begins within a lease.
  private final Map<Incarnation, Long> waitsUntil = new ConcurrentHashMap<>();

  private final Map<Rejection, Long> rejections = new EnumMap<>(Rejection.class);
  private final Set<Long> notOut = new LinkedHashSet<>();
  private final Map<Incarnation, Long> removedAt = new LinkedHashMap<>();
  private long reclaimed;
  private long reclaimedAt;

  /// @param patience of a home with a lease: a cpu's turn that begins within the lease may end
  ///   after it, however long its thread waits for a processor
  /// @param gone is told of each member that is removed, before anything comes of that
  /// @param clock nanoseconds, monotonic
  MemberEvents(
      Incarnation me,
      long patience,
      History history,
      Consumer<Incarnation> gone,
      LongSupplier clock) {
    this.me = me;
    this.patience = patience;
    this.history = history;
    this.gone = gone;
    this.clock = clock;
  }

  /// Nanoseconds of the monotonic clock.
  long now() {
    return clock.getAsLong();
  }

  /// This thread begins a step: it has looked at the leases at that time.
  void begins(long at) {
    began.get()[0] = at;
  }

  /// What a step does to an object.
  ///
  /// @param home of the object
  void note(Kind kind, int cpu, Incarnation home, long object, long number) {
    write(within(home), kind, cpu, home, object, number);
  }

  /// A process may be stopped in the middle of a step. What it does then, within the lease, it does
  /// before the home stops waiting: later it is removed, and nobody hears of it.
  private long within(Incarnation home) {
    long now = now();
    Long until = waitsUntil.get(home);
    return until != null && began.get()[0] < until && now >= until ? until - 1 : now;
  }

  private void write(long at, Kind kind, int cpu, Incarnation other, long object, long number) {
    history.add(
        new Event(
            at,
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

  /// The first objects that came back though they were not out.
  Set<Long> notOut() {
    return notOut;
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
    write(now(), Kind.EXECUTED, Event.NONE, from, of, sequence);
  }

  @Override
  public void rejected(Rejection why) {
    rejections.merge(why, 1L, Long::sum);
  }

  @Override
  public void notOut(long[] objects) {
    Arrays.stream(objects).limit(NOT_OUT_MAX - notOut.size()).forEach(notOut::add);
  }

  @Override
  public void leased(Incarnation home, long until) {
    waitsUntil.put(home, until + patience);
    write(now(), Kind.LEASED, Event.NONE, home, 0, until + patience);
  }

  @Override
  public void removed(Incarnation member) {
    removedAt.put(member, now());
    waitsUntil.remove(member);
    write(now(), Kind.REMOVED, Event.NONE, member, 0, 0);
    gone.accept(member);
  }

  @Override
  public void censusOpened(long number, long candidates) {
    write(now(), Kind.CENSUS, Event.NONE, me, 0, number);
  }

  @Override
  public void censusClosed(long number, long[] free) {
    reclaimed += free.length;
    reclaimedAt = now();
    for (long object : free) {
      write(now(), Kind.RECLAIMED, Event.NONE, me, object, number);
    }
  }
}
