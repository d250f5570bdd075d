package org.numaslab.node.loan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.loan.Frame.Answer;
import org.numaslab.node.loan.Frame.ForNode;
import org.numaslab.node.loan.Frame.FromNode;
import org.numaslab.node.loan.Frame.HandOff;
import org.numaslab.node.loan.Frame.Listed;
import org.numaslab.node.loan.Frame.Renew;
import org.numaslab.node.loan.Frame.RenewAck;
import org.numaslab.node.loan.Frame.Request;
import org.numaslab.node.loan.Frame.Taken;
import org.numaslab.node.loan.Frame.Told;
import org.numaslab.node.loan.Outgoing.Open;
import org.numaslab.node.protocol.NodeProtocol.FromCpu;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.slab.SlabObjects;

/// One member's side of its border with another home: what it has of that home, and what it asks
/// for.
///
/// | lease | the member | until |
/// |---|---|---|
/// | none, or run out | gives back its loans, parks grants, refuses hand-offs; frees as ever | a renewal is acknowledged |
/// | valid | uses what it has | the time when it asked, and the lease from then on |
///
/// | census | the member | until |
/// |---|---|---|
/// | none | takes hand-offs | the home's acknowledgment has a new number |
/// | asked | takes hand-offs, lets the requests finish that are open now | they are done: it lists what it has |
/// | listed | refuses hand-offs | that number or a later one is closed |
///
/// Owner: the member's shell.
final class Border {
  private static final long[] NOTHING = {};

  private final Incarnation me;
  private final Incarnation home;
  private final LoanTimes times;
  private final BorderOutbox outbox;
  private final LoanEvents events;
  private final NrPartials counts;
  private final Crossing crossing;

  /// Takes over that somebody is removed, in the whole member.
  private final Consumer<Incarnation> remove;

  private final Marks here = new Marks();
  private final Outgoing toHome;
  private final Map<Incarnation, Outgoing> toOthers = new TreeMap<>(Incarnation.ORDER);
  private final Map<Incarnation, Incoming> fromOthers = new HashMap<>();
  private final List<Open> parked = new ArrayList<>();

  /// What went with members that the home has not removed yet, as far as is known.
  private final Map<Incarnation, Marks> wentWith = new TreeMap<>(Incarnation.ORDER);

  /// The lease holds up to here, by this member's clock.
  private long leasedUntil = Long.MIN_VALUE;

  private boolean isLeaseLost = true;
  private long renewAt = Long.MIN_VALUE;
  private long usedAt;
  private long fenced;

  /// The home waits for a renewal that says what is fenced.
  private boolean isAwaited;

  private long census = RenewAck.NONE;
  private long closed = RenewAck.NONE;
  private boolean isLeaving;
  private boolean isListed;
  private long due = Long.MIN_VALUE;
  private final Set<Open> unfinished = new HashSet<>();

  Border(
      Incarnation me,
      Incarnation home,
      LoanTimes times,
      BorderOutbox outbox,
      LoanEvents events,
      NrPartials counts,
      Function<CacheId, SlabObjects> objects,
      Consumer<Incarnation> remove) {
    this.me = me;
    this.home = home;
    this.times = times;
    this.outbox = outbox;
    this.events = events;
    this.counts = counts;
    this.crossing = new Crossing(objects);
    this.remove = remove;
    this.toHome = new Outgoing(me, home, home, times, outbox::send);
    toHome.hold();
  }

  Incarnation home() {
    return home;
  }

  boolean isLeased(long now) {
    return now < leasedUntil;
  }

  // ---- what this member wants

  /// A cpu asks the home for something.
  void ask(FromCpu message, long now) {
    long deadline = Crossing.isGivenUp(message) ? now + times.deadline() : Outgoing.NEVER;
    send(message, deadline, now);
  }

  private Open send(FromCpu message, long deadline, long now) {
    use(now);
    long[] names = here.removeAll(crossing.leaving(message));
    return toHome.send(new ForNode(message), names, message.request(), deadline, now);
  }

  /// A task passes objects of the home on to one of another member.
  ///
  /// @return false when it may not now: nothing has happened
  boolean handOff(Incarnation to, HandOff handOff, long token, long now) {
    long[] objects = handOff.objects();
    use(now);
    if (!isLeased(now) || !hasAll(objects)) {
      return false;
    }
    here.removeAll(objects);
    outgoing(to).send(handOff, objects, token, Outgoing.NEVER, now);
    return true;
  }

  private boolean hasAll(long[] objects) {
    for (long object : objects) {
      if (!here.contains(object)) {
        return false;
      }
    }
    return true;
  }

  private Outgoing outgoing(Incarnation to) {
    return to.equals(home)
        ? toHome
        : toOthers.computeIfAbsent(to, o -> new Outgoing(me, o, home, times, outbox::send));
  }

  private void use(long now) {
    due = now;
    usedAt = now;
    if (!isLeased(now) && renewAt > now + times.retryFirst()) {
      renewAt = now;
    }
  }

  // ---- what arrives

  void receive(Incarnation from, Frame.Body body, long now) {
    due = now;
    switch (body) {
      case RenewAck ack -> renewed(ack, now);
      case Answer answer -> answered(outgoing(from), answer, now);
      case Request request -> asked(from, request, now);
      case Renew renew -> events.rejected(Rejection.OTHER_HOME);
    }
  }

  private void answered(Outgoing asked, Answer answer, long now) {
    Open open = asked.answered(answer.sequence(), now);
    if (open == null || open.parked != null) {
      events.rejected(Rejection.ANSWERED_BEFORE);
      return;
    }
    if (!isAnswered(open.asked, answer.told())) {
      events.rejected(Rejection.OTHER_ANSWER);
      return;
    }
    take(asked, open, answer.told(), now);
    checkCensus(now);
  }

  /// Whether what comes back is of the kind that was asked for.
  private static boolean isAnswered(Frame.Asked asked, Told told) {
    return switch (asked) {
      case ForNode forNode ->
          told instanceof FromNode answer && Crossing.isAnswer(forNode.message(), answer.reply());
      case HandOff handOff -> told instanceof Taken;
      case Listed listed -> told instanceof Frame.Noted;
    };
  }

  private void take(Outgoing asked, Open open, Told told, long now) {
    switch (told) {
      case FromNode answer -> takeFromNode(open, (ForNode) open.asked, answer, now);
      case Taken taken -> {
        asked.done(open, now);
        if (!taken.isTaken()) {
          here.addAll(open.names);
        }
        outbox.handedOff(open.token, taken.isTaken());
      }
      case Frame.Noted noted -> asked.done(open, now);
    }
    if (asked.get(open.sequence) == null) {
      unfinished.remove(open);
    }
  }

  private void takeFromNode(Open open, ForNode asked, FromNode answer, long now) {
    FromCpu message = asked.message();
    NodeReply reply = answer.reply();
    CacheId cache = Crossing.cacheOf(message);
    if (cache != null && answer.nrPartial() != FromNode.NO_COUNT) {
      counts.set(cache, home.node().value(), answer.nrPartial());
    }
    if (Crossing.isGrant(message, reply)) {
      toHome.park(open, answer);
      if (open.isAbandoned) {
        comesTooLate(open, message, reply, now);
      } else {
        outbox.granted(message.from().cpu(), home, open.sequence);
      }
    } else {
      toHome.done(open, now);
      if (open.isAbandoned) {
        giveBack(message, reply, now);
      } else {
        outbox.answer(message.from().cpu(), reply);
      }
    }
  }

  /// What a home has granted, for the cpu that asked: if the lease is valid now. If not, it will be
  /// told of it again.
  @Nullable NodeReply granted(long sequence, long now) {
    Open open = toHome.get(sequence);
    if (open == null
        || open.isAbandoned
        || !(open.parked instanceof FromNode answer)
        || !(open.asked instanceof ForNode asked)) {
      return null;
    }
    if (!isLeased(now)) {
      events.rejected(Rejection.GRANT_PARKED);
      parked.add(open);
      use(now);
      return null;
    }
    enter(open, asked.message(), answer.reply(), now);
    checkCensus(now);
    return answer.reply();
  }

  private void enter(Open open, FromCpu message, NodeReply reply, long now) {
    toHome.done(open, now);
    unfinished.remove(open);
    here.addAll(crossing.entering(message, reply));
  }

  /// Nobody waits for it any more. It goes back, which needs no lease.
  private void comesTooLate(Open open, FromCpu message, NodeReply reply, long now) {
    events.rejected(Rejection.GRANT_TOO_LATE);
    enter(open, message, reply, now);
    giveBack(message, reply, now);
  }

  private void giveBack(FromCpu message, NodeReply reply, long now) {
    for (FromCpu back : Crossing.givingBack(message, reply)) {
      send(back, Outgoing.NEVER, now).isAbandoned = true;
    }
  }

  /// Another member passes objects of the home on to a task of this one.
  private void asked(Incarnation from, Request request, long now) {
    Incoming incoming = fromOthers.computeIfAbsent(from, f -> new Incoming());
    if (incoming.isAhead(request.oldestOpen())) {
      events.rejected(Rejection.NEVER_ANSWERED);
      return;
    }
    incoming.sawOldest(request.oldestOpen());
    if (incoming.isBehind(request.sequence())) {
      events.rejected(Rejection.BEHIND_WINDOW);
      return;
    }
    Told told = incoming.answer(request.sequence());
    if (told == null) {
      told =
          new Taken(
              request.asked() instanceof HandOff handOff && takes(from, request, handOff, now));
      incoming.remember(request.sequence(), told);
    } else {
      events.rejected(Rejection.DONE_BEFORE);
    }
    outbox.send(new Frame(me, from, home, new Answer(request.sequence(), told)));
  }

  /// From here on nothing is taken over from tasks of others.
  void leaves() {
    isLeaving = true;
  }

  private boolean takes(Incarnation from, Request request, HandOff handOff, long now) {
    use(now);
    if (!isLeased(now)) {
      events.rejected(Rejection.HAND_OFF_WITHOUT_LEASE);
      return false;
    }
    if (isListed) {
      events.rejected(Rejection.HAND_OFF_DURING_CENSUS);
      return false;
    }
    if (isLeaving) {
      events.rejected(Rejection.HAND_OFF_WHILE_LEAVING);
      return false;
    }
    events.executed(from, home, request.sequence(), handOff);
    here.addAll(handOff.objects());
    outbox.deliver(handOff, home);
    return true;
  }

  // ---- lease and census

  private void renewed(RenewAck ack, long now) {
    if (ack.sentAt() != RenewAck.UNASKED && ack.sentAt() + times.lease() > leasedUntil) {
      leasedUntil = ack.sentAt() + times.lease();
      events.leased(home, leasedUntil);
    }
    for (Incarnation gone : ack.removed()) {
      remove.accept(gone);
      wentWith.remove(gone);
    }
    for (int cache = 0; cache < ack.nrPartial().length; cache++) {
      counts.set(new CacheId(cache), home.node().value(), ack.nrPartial()[cache]);
    }
    isAwaited |= ack.sentAt() == RenewAck.UNASKED || ack.view() > fenced;
    fenced = Math.max(fenced, ack.view());
    if (ack.closed() > closed) {
      closed = ack.closed();
    }
    if (ack.census() > census) {
      census = ack.census();
      isListed = false;
      unfinished.clear();
      unfinished.addAll(toHome.all());
      toOthers.values().forEach(others -> unfinished.addAll(others.all()));
    }
    if (closed >= census) {
      isListed = false;
    }
    if (isLeased(now)) {
      isLeaseLost = false;
      toHome.start(now);
      for (Open open : parked) {
        if (!open.isAbandoned && open.asked instanceof ForNode asked) {
          outbox.granted(asked.message().from().cpu(), home, open.sequence);
        }
      }
      parked.clear();
    }
    checkCensus(now);
  }

  private boolean isAsked() {
    return census > closed;
  }

  private void checkCensus(long now) {
    if (!isAsked() || isListed || !unfinished.isEmpty()) {
      return;
    }
    Marks mine = hereOrNamed();
    wentWith.values().forEach(went -> mine.addAll(went.toArray()));
    Marks.OfPage[] pages = mine.byPage();
    int parts = Math.max(1, (pages.length + times.listedPages() - 1) / times.listedPages());
    for (int part = 0; part < parts; part++) {
      int first = part * times.listedPages();
      int end = Math.min(pages.length, first + times.listedPages());
      Listed list = new Listed(census, part, parts, Arrays.copyOfRange(pages, first, end));
      toHome.send(list, NOTHING, 0, Outgoing.NEVER, now);
    }
    isListed = true;
  }

  // ---- removal

  /// Somebody else is removed: what was on its way to it went with it. Until the home has removed
  /// it too it may still take that over, so it is listed.
  void removed(Incarnation member, long now) {
    due = now;
    fromOthers.remove(member);
    Outgoing gone = toOthers.remove(member);
    if (gone != null) {
      Marks went = wentWith.computeIfAbsent(member, m -> new Marks());
      for (Open open : gone.close()) {
        went.addAll(open.names);
        unfinished.remove(open);
        outbox.handedOff(open.token, true);
      }
    }
    checkCensus(now);
  }

  /// The home itself is removed, with all its objects.
  void close() {
    here.clear();
    outbox.forget(home);
    for (Open open : toHome.close()) {
      switch (open.asked) {
        case ForNode asked -> {
          if (!open.isAbandoned) {
            outbox.answer(asked.message().from().cpu(), Crossing.unavailable(asked.message()));
          }
        }
        case HandOff handOff -> outbox.handedOff(open.token, true);
        case Listed list -> {}
      }
    }
    for (Outgoing others : toOthers.values()) {
      others.close().forEach(open -> outbox.handedOff(open.token, true));
    }
  }

  // ---- time

  /// When [#tick] has something to do.
  long due() {
    return due;
  }

  /// Does what is due.
  ///
  /// @return when to call again, as [#due]
  long tick(long now) {
    if (!isLeaseLost && !isLeased(now)) {
      isLeaseLost = true;
      outbox.giveBack(home.node());
    }
    if (isAwaited || (renewAt <= now && isNeeded(now))) {
      isAwaited = false;
      outbox.send(new Frame(me, home, home, new Renew(now, fenced)));
      renewAt = now + (isLeased(now) ? times.renewal() : times.retryFirst());
    }
    if (toHome.retry(now)) {
      giveUp(now);
    }
    toOthers.values().forEach(others -> others.retry(now));
    due = nextDue(now);
    return due;
  }

  /// Allocations that have waited long enough ask somebody else.
  private void giveUp(long now) {
    List<Open> overdue = new ArrayList<>(0);
    for (Open open : toHome.all()) {
      if (open.deadline <= now) {
        overdue.add(open);
      }
    }
    for (Open open : overdue) {
      if (open.asked instanceof ForNode asked) {
        open.deadline = Outgoing.NEVER;
        open.isAbandoned = true;
        outbox.answer(asked.message().from().cpu(), Crossing.unavailable(asked.message()));
        if (open.parked instanceof FromNode answer) {
          comesTooLate(open, asked.message(), answer.reply(), now);
        }
      }
    }
  }

  /// Whether there is a reason to have a lease: something is here or on its way, or will be.
  private boolean isNeeded(long now) {
    return !here.isEmpty()
        || !wentWith.isEmpty()
        || !toHome.isEmpty()
        || isAsked()
        || now - usedAt < 2 * times.lease()
        || toOthers.values().stream().anyMatch(others -> !others.isEmpty());
  }

  private long nextDue(long now) {
    long due = toHome.nextDue();
    for (Outgoing others : toOthers.values()) {
      due = Math.min(due, others.nextDue());
    }
    if (!isLeaseLost) {
      due = Math.min(due, leasedUntil);
    }
    return isAwaited ? now : isNeeded(now) ? Math.min(due, renewAt) : due;
  }

  // ---- state, for audits

  /// Objects of the home that are inside this member, or on their way out of it.
  Marks hereOrNamed() {
    Marks mine = here.copy();
    toHome.all().forEach(open -> mine.addAll(open.names));
    toOthers.values().forEach(others -> others.all().forEach(open -> mine.addAll(open.names)));
    return mine;
  }

  /// Whether nothing is open.
  boolean isQuiet() {
    return toHome.isEmpty() && toOthers.values().stream().allMatch(Outgoing::isEmpty);
  }
}
