package org.numaslab.node.loan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.loan.Frame.Answer;
import org.numaslab.node.loan.Frame.Asked;
import org.numaslab.node.loan.Frame.ForNode;
import org.numaslab.node.loan.Frame.FromNode;
import org.numaslab.node.loan.Frame.HandOff;
import org.numaslab.node.loan.Frame.Listed;
import org.numaslab.node.loan.Frame.Noted;
import org.numaslab.node.loan.Frame.Renew;
import org.numaslab.node.loan.Frame.RenewAck;
import org.numaslab.node.loan.Frame.Request;
import org.numaslab.node.loan.Frame.Taken;
import org.numaslab.node.loan.Frame.Told;
import org.numaslab.node.loan.Outgoing.Open;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeProtocol.FromCpu;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.protocol.NodeState;
import org.numaslab.node.topology.CpuId;

/// A node as other members see it: which of its objects are outside, who may have them, and how
/// what a lost member had is found again.
///
/// | census | waits for | then |
/// |---|---|---|
/// | NONE | a removal | FENCE |
/// | FENCE | everybody in the lease table to have taken over all removals | all that is out is a candidate: COUNT |
/// | COUNT | a list from everybody in the lease table, its own hand-offs, the end of the leases of all who were removed | what is still a candidate is free: NONE |
///
/// A removal leads to FENCE from everywhere. What is listed, or comes back, is no candidate any
/// more.
///
/// Owner: the node's shell.
public final class Home {
  private enum Census {
    NONE,
    FENCE,
    COUNT
  }

  /// What another member is entitled to.
  private static final class Lease {
    long until;
    long fenced;
    long answered = RenewAck.NONE;
    long listing = RenewAck.NONE;
    final Set<Integer> parts = new HashSet<>();
  }

  private final Incarnation me;
  private final LoanTimes times;
  private final BorderOutbox outbox;
  private final LoanEvents events;
  private final boolean knowsHolders;
  private final Predicate<CpuId> isMine;
  private final Function<CpuId, Incarnation> memberOf;
  private final NodeAnswers answers;
  private final NodeState state;
  private final Crossing crossing;

  private final Marks out = new Marks();
  private final Map<Incarnation, Lease> leases = new TreeMap<>(Incarnation.ORDER);
  private final Map<Incarnation, Incoming> incoming = new HashMap<>();
  private final Map<Incarnation, Outgoing> outgoing = new TreeMap<>(Incarnation.ORDER);

  /// In the order in which they were removed: its length is the view.
  private final List<Incarnation> removed = new ArrayList<>();

  private Census step = Census.NONE;
  private long census = RenewAck.NONE;
  private long closed = RenewAck.NONE;
  private Marks candidates = new Marks();
  private final Set<Open> unfinished = new HashSet<>();
  private boolean hasListedItself;

  /// When the last lease of those who were removed has run out.
  private long removedUntil = Long.MIN_VALUE;

  private long remindAt = Outgoing.NEVER;

  /// @param answers where the node puts its answers
  /// @param knowsHolders whether objects reach tasks of other members by hand-offs only
  /// @param memberOf the incarnation that a cpu of another member has to be of
  Home(
      Incarnation me,
      LoanTimes times,
      BorderOutbox outbox,
      LoanEvents events,
      NodeState state,
      NodeAnswers answers,
      boolean knowsHolders,
      Predicate<CpuId> isMine,
      Function<CpuId, Incarnation> memberOf) {
    this.me = me;
    this.times = times;
    this.outbox = outbox;
    this.events = events;
    this.knowsHolders = knowsHolders;
    this.isMine = isMine;
    this.memberOf = memberOf;
    this.answers = answers;
    this.state = state;
    this.crossing = new Crossing(cache -> state.cache(cache).objects());
  }

  // ---- what arrives

  void receive(Incarnation from, Frame.Body body, long now) {
    switch (body) {
      case Renew renew -> renew(from, renew, now);
      case Request request -> asked(from, request);
      case Answer answer -> answered(from, answer, now);
      case RenewAck ack -> events.rejected(Rejection.OTHER_HOME);
    }
    progress(now);
  }

  private void renew(Incarnation from, Renew renew, long now) {
    Lease lease = leases.computeIfAbsent(from, f -> new Lease());
    lease.until = now + times.believed();
    lease.fenced = Math.max(lease.fenced, renew.fenced());
    acknowledge(from, renew.sentAt(), renew.fenced());
  }

  private void acknowledge(Incarnation to, long sentAt, long fenced) {
    int known = (int) Math.min(fenced, removed.size());
    Incarnation[] news = removed.subList(known, removed.size()).toArray(Incarnation[]::new);
    long open = step == Census.COUNT ? census : RenewAck.NONE;
    RenewAck ack = new RenewAck(sentAt, news, removed.size(), open, closed, state.nrPartials());
    outbox.send(new Frame(me, to, me, ack));
  }

  private void tellAll(long now) {
    leases.forEach((to, lease) -> acknowledge(to, RenewAck.UNASKED, lease.fenced));
    remindAt = now + 2 * times.retryFirst();
  }

  private void asked(Incarnation from, Request request) {
    if (!leases.containsKey(from)) {
      events.rejected(Rejection.NO_LEASE_ENTRY);
      return;
    }
    Incoming known = incoming.computeIfAbsent(from, f -> new Incoming());
    if (known.isAhead(request.oldestOpen())) {
      events.rejected(Rejection.NEVER_ANSWERED);
      return;
    }
    known.sawOldest(request.oldestOpen());
    if (known.isBehind(request.sequence())) {
      events.rejected(Rejection.BEHIND_WINDOW);
      return;
    }
    Told told = known.answer(request.sequence());
    if (told == null) {
      told = execute(from, request);
      known.remember(request.sequence(), told);
    } else {
      events.rejected(Rejection.DONE_BEFORE);
    }
    outbox.send(new Frame(me, from, me, new Answer(request.sequence(), told)));
  }

  private Told execute(Incarnation from, Request request) {
    Asked asked = request.asked();
    events.executed(from, me, request.sequence(), asked);
    return switch (asked) {
      case ForNode forNode -> serve(from, forNode.message());
      case HandOff handOff -> new Taken(takesBack(handOff));
      case Listed listed -> {
        note(from, listed);
        yield new Noted();
      }
    };
  }

  // ---- what is out

  private Told serve(Incarnation from, FromCpu message) {
    if (!memberOf.apply(message.from().cpu()).equals(from)) {
      events.rejected(Rejection.FOREIGN_CPU);
      return new FromNode(Crossing.unavailable(message), FromNode.NO_COUNT);
    }
    if (!knowsCachesOf(message)) {
      // This member is removed, and does not know it: the cache was made since.
      return new FromNode(Crossing.unavailable(message), FromNode.NO_COUNT);
    }
    long[] leaving = crossing.leaving(message);
    if (knowsHolders && !isChecked(message) && !isOut(leaving)) {
      // Whoever sends this is wrong about what it has: nothing of it may be handed out again.
      notOut(leaving);
      return new FromNode(Crossing.unavailable(message), FromNode.NO_COUNT);
    }
    if (!state.knowsLoansOf(message)) {
      events.rejected(Rejection.NO_SUCH_LOAN);
      return new FromNode(Crossing.unavailable(message), FromNode.NO_COUNT);
    }
    CacheId cache = Crossing.cacheOf(message);
    NodeReply reply = answers.during(() -> state.receive(message));
    comesBack(leaving);
    out.addAll(crossing.entering(message, reply));
    int count = cache == null ? FromNode.NO_COUNT : state.cache(cache).nrPartial();
    return new FromNode(reply, count);
  }

  private boolean knowsCachesOf(FromCpu message) {
    if (message instanceof NodeProtocol.Free free) {
      for (NodeProtocol.FreedRun run : free.runs()) {
        if (!state.knows(run.cache())) {
          return false;
        }
      }
      return true;
    }
    CacheId cache = Crossing.cacheOf(message);
    return cache == null || state.knows(cache);
  }

  /// Whether the node checks each object itself, and reports what is wrong with it.
  private boolean isChecked(FromCpu message) {
    if (!(message instanceof NodeProtocol.Free free)) {
      return false;
    }
    for (NodeProtocol.FreedRun run : free.runs()) {
      if (state.cache(run.cache()).debug() == null) {
        return false;
      }
    }
    return true;
  }

  /// Whether each of them is out, and named once.
  private boolean isOut(long[] addresses) {
    return out.hasEachOnce(addresses);
  }

  private void notOut(long[] addresses) {
    events.rejected(Rejection.NOT_OUT);
    Marks seen = new Marks();
    events.notOut(
        Arrays.stream(addresses)
            .filter(address -> !seen.add(address) || !out.contains(address))
            .toArray());
  }

  /// They are no candidates any more: whatever they are from now on, the census did not see it.
  private void comesBack(long[] addresses) {
    out.removeAll(addresses);
    candidates.removeAll(addresses);
  }

  /// Objects come back with a task.
  private boolean takesBack(HandOff handOff) {
    if (!isMine.test(handOff.to()) || !isOut(handOff.objects())) {
      notOut(handOff.objects());
      return false;
    }
    comesBack(handOff.objects());
    outbox.deliver(handOff, me);
    return true;
  }

  /// A task of this member passes objects of this home on to one of another member.
  void handOff(Incarnation to, HandOff handOff, long token, long now) {
    long[] objects = handOff.objects();
    out.addAll(objects);
    outgoing
        .computeIfAbsent(to, o -> new Outgoing(me, o, me, times, outbox::send))
        .send(handOff, objects, token, Outgoing.NEVER, now);
  }

  private void answered(Incarnation from, Answer answer, long now) {
    Outgoing to = outgoing.get(from);
    Open open = to == null ? null : to.answered(answer.sequence(), now);
    if (to == null || open == null || !(answer.told() instanceof Taken taken)) {
      events.rejected(Rejection.ANSWERED_BEFORE);
      return;
    }
    to.done(open, now);
    unfinished.remove(open);
    if (!taken.isTaken()) {
      comesBack(open.names);
    }
    outbox.handedOff(open.token, taken.isTaken());
  }

  // ---- removal and census

  /// Takes over that a member is removed: nothing that it still sends has an effect.
  void removed(Incarnation member, long now) {
    removed.add(member);
    Lease lease = leases.remove(member);
    if (lease != null) {
      removedUntil = Math.max(removedUntil, lease.until);
    }
    incoming.remove(member);
    Outgoing gone = outgoing.remove(member);
    if (gone != null) {
      for (Open open : gone.close()) {
        unfinished.remove(open);
        outbox.handedOff(open.token, true); // it went with it
      }
    }
    state.closeLoans(cpu -> memberOf.apply(cpu).equals(member));
    if (step == Census.COUNT) {
      events.censusVoided(census);
    }
    step = Census.FENCE;
    tellAll(now);
    progress(now);
  }

  private void note(Incarnation from, Listed listed) {
    Lease lease = leases.get(from);
    if (lease == null || step != Census.COUNT || listed.census() != census) {
      events.rejected(Rejection.LISTED_FOR_OTHER_CENSUS);
      return;
    }
    for (Marks.OfPage page : listed.pages()) {
      candidates.removeAll(page);
    }
    if (lease.listing != census) {
      lease.listing = census;
      lease.parts.clear();
    }
    lease.parts.add(listed.part());
    if (lease.parts.size() == listed.parts()) {
      lease.answered = census;
    }
  }

  private void progress(long now) {
    if (step == Census.FENCE && isFenced()) {
      beginCount(now);
    }
    if (step == Census.COUNT) {
      listItself();
      if (hasListedItself && isAnswered() && now >= removedUntil) {
        close(now);
      }
    }
  }

  private boolean isFenced() {
    return leases.values().stream().allMatch(lease -> lease.fenced >= removed.size());
  }

  private boolean isAnswered() {
    return leases.values().stream().allMatch(lease -> lease.answered == census);
  }

  private void beginCount(long now) {
    step = Census.COUNT;
    census++;
    candidates = out.copy();
    unfinished.clear();
    outgoing.values().forEach(to -> unfinished.addAll(to.all()));
    hasListedItself = false;
    events.censusOpened(census, candidates.size());
    tellAll(now);
  }

  private void listItself() {
    if (!hasListedItself && unfinished.isEmpty()) {
      outgoing.values().forEach(to -> to.all().forEach(open -> candidates.removeAll(open.names)));
      hasListedItself = true;
    }
  }

  private void close(long now) {
    long[] free = candidates.toArray();
    for (long address : free) {
      out.remove(address);
    }
    state.reclaim(free);
    candidates = new Marks();
    closed = census;
    step = Census.NONE;
    events.censusClosed(census, free);
    tellAll(now);
    remindAt = Outgoing.NEVER;
  }

  // ---- time

  /// Does what is due.
  ///
  /// @return when to call again
  long tick(long now) {
    outgoing.values().forEach(to -> to.retry(now));
    progress(now);
    if (step != Census.NONE && remindAt <= now) {
      leases.forEach((to, lease) -> {
        if (lease.fenced < removed.size() || (step == Census.COUNT && lease.answered != census)) {
          acknowledge(to, RenewAck.UNASKED, lease.fenced);
        }
      });
      remindAt = now + 2 * times.retryFirst();
    }
    long due = step == Census.NONE ? Outgoing.NEVER : remindAt;
    if (step == Census.COUNT && now < removedUntil) {
      due = Math.min(due, removedUntil);
    }
    for (Outgoing to : outgoing.values()) {
      due = Math.min(due, to.nextDue());
    }
    return due;
  }

  // ---- state, for audits

  /// Objects that are outside this member.
  Marks out() {
    return out;
  }

  boolean isQuiet() {
    return step == Census.NONE && outgoing.values().stream().allMatch(Outgoing::isEmpty);
  }
}
