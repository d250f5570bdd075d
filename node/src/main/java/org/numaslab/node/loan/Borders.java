package org.numaslab.node.loan;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.loan.Frame.HandOff;
import org.numaslab.node.protocol.NodeProtocol.FromCpu;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.protocol.NodeState;
import org.numaslab.node.slab.SlabObjects;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// All borders of one member: the one around its own node, and one with each other home that it has
/// to do with.
///
/// Time is a number of nanoseconds of the member's monotonic clock, passed in. After each call the
/// member wants [#tick] at [#nextDue].
///
/// Owner: the member's shell, one call at a time.
public final class Borders {
  private final Incarnation me;
  private final Topology topology;
  private final LoanTimes times;
  private final BorderOutbox outbox;
  private final LoanEvents events;
  private final NrPartials counts;
  private final Function<CacheId, SlabObjects> objects;
  private final Home home;
  private final Map<NodeId, Incarnation> members = new HashMap<>();

  /// Those that have joined before an older life of them was removed.
  private final Map<NodeId, Incarnation> next = new HashMap<>();

  private final Set<Incarnation> removed = new HashSet<>();

  /// Who has said that it goes.
  private final Set<Incarnation> leaving = new HashSet<>();

  private final Map<Integer, Border> borders = new TreeMap<>();
  private boolean isLeaving;
  private long due = Outgoing.NEVER;
  private long lastNow;

  /// @param node of this member
  /// @param answers where it puts its answers
  /// @param knowsHolders whether objects reach tasks of other members by hand-offs only: not where
  ///   all tasks share a process
  /// @param objects where the objects of a cache lie in its slabs, as this member knows it
  /// @param counts is told how long the partial lists of other nodes are
  public Borders(
      Incarnation me,
      Topology topology,
      LoanTimes times,
      BorderOutbox outbox,
      LoanEvents events,
      NodeState node,
      NodeAnswers answers,
      boolean knowsHolders,
      Function<CacheId, SlabObjects> objects,
      NrPartials counts) {
    this.me = me;
    this.topology = topology;
    this.times = times;
    this.outbox = outbox;
    this.events = events;
    this.objects = objects;
    this.counts = counts;
    this.home =
        new Home(
            me, times, outbox, events, node, answers, knowsHolders, this::isMine, this::memberOf);
  }

  public Incarnation me() {
    return me;
  }

  private boolean isMine(CpuId cpu) {
    return exists(cpu) && topology.nodeOf(cpu).equals(me.node());
  }

  /// @return a life that nobody has, where it is nobody's
  private Incarnation memberOf(CpuId cpu) {
    Incarnation known = exists(cpu) ? members.get(topology.nodeOf(cpu)) : null;
    return known == null ? new Incarnation(me.node(), 0) : known;
  }

  /// Others may name any.
  private boolean exists(CpuId cpu) {
    return cpu.value() < topology.cpuCount();
  }

  private boolean exists(NodeId node) {
    return node.value() < topology.nodeCount();
  }

  // ---- who is there

  /// A member has joined. Where an older life of it is not removed yet, that comes first.
  public void joined(Incarnation member) {
    if (member.node().equals(me.node()) || isOver(member)) {
      return;
    }
    Incarnation known = members.putIfAbsent(member.node(), member);
    if (known != null && known.life() < member.life()) {
      next.merge(member.node(), member, (a, b) -> a.life() > b.life() ? a : b);
    }
  }

  /// Whether an incarnation is removed: also when this member knows a later one only.
  private boolean isOver(Incarnation member) {
    Incarnation known = members.get(member.node());
    return removed.contains(member) || (known != null && known.life() > member.life());
  }

  /// A member is removed, for ever: it may be dead, or nobody heard it for too long.
  ///
  /// @return false when that was known
  public boolean removed(Incarnation member, long now) {
    lastNow = now;
    if (!removed.add(member)) {
      return false;
    }
    if (member.equals(me)) {
      outbox.end();
      return true;
    }
    events.removed(member);
    Border gone = borders.get(member.node().value());
    if (gone != null && gone.home().equals(member)) {
      borders.remove(member.node().value());
      gone.close();
    }
    borders.values().forEach(border -> border.removed(member, now));
    home.removed(member, now);
    members.remove(member.node(), member);
    leaving.remove(member);
    Incarnation later = next.remove(member.node());
    if (later != null) {
      joined(later);
    }
    due = now;
    return true;
  }

  /// Whether this member has taken over that another one is removed.
  public boolean hasRemoved(Incarnation member) {
    return removed.contains(member);
  }

  /// Who is known to be there, without this member itself.
  public @Nullable Incarnation member(NodeId node) {
    return members.get(node);
  }

  /// Another member is about to go: nothing is passed on to it any more, or what is on its way when
  /// it goes would be gone with it.
  public void leaving(Incarnation member) {
    leaving.add(member);
  }

  /// This member gives back what it has, and goes: from here on it takes over nothing from tasks of
  /// others.
  public void leaves() {
    isLeaving = true;
    borders.values().forEach(Border::leaves);
  }

  // ---- what this member wants

  /// A cpu of this member asks another node for something.
  ///
  /// @param home the incarnation whose memory the cpu means, null when it knows of none
  public void ask(@Nullable Incarnation home, FromCpu message, long now) {
    Border border = home == null || isOver(home) ? null : border(home.node());
    if (border == null || !border.home().equals(home)) {
      events.rejected(Rejection.MEMBER_GONE);
      outbox.answer(message.from().cpu(), Crossing.unavailable(message));
      return;
    }
    border.ask(message, now);
    due = now;
  }

  private @Nullable Border border(NodeId node) {
    Border border = borders.get(node.value());
    if (border != null) {
      return border;
    }
    Incarnation member = members.get(node);
    if (member == null) {
      return null;
    }
    Border begun =
        new Border(
            me, member, times, outbox, events, counts, objects, gone -> removed(gone, lastNow));
    if (isLeaving) {
      begun.leaves();
    }
    borders.put(node.value(), begun);
    return begun;
  }

  /// Takes what a home has granted to a cpu: the last step of a request, when the cpu goes on with
  /// it.
  ///
  /// @return null when it cannot be used now; the cpu is told again, or answered otherwise
  public @Nullable NodeReply take(Incarnation of, long sequence, long now) {
    Border border = borders.get(of.node().value());
    due = now;
    return border == null || !border.home().equals(of) ? null : border.granted(sequence, now);
  }

  /// A task passes objects of one home on to a task of another member.
  ///
  /// @param token what [BorderOutbox#handedOff] will name
  /// @return false when that cannot be now: nothing has happened
  public boolean handOff(NodeId of, HandOff handOff, long token, long now) {
    Incarnation receiver = members.get(topology.nodeOf(handOff.to()));
    if (receiver == null || leaving.contains(receiver)) {
      return false;
    }
    due = now;
    if (of.equals(me.node())) {
      home.handOff(receiver, handOff, token, now);
      return true;
    }
    Border border = borders.get(of.value());
    return border != null && border.handOff(receiver, handOff, token, now);
  }

  // ---- what arrives

  /// Takes what another member has sent.
  public void receive(Frame frame, long now) {
    lastNow = now;
    if (!frame.to().equals(me)) {
      events.rejected(Rejection.OTHER_DESTINATION);
    } else if (!exists(frame.from().node()) || !exists(frame.home().node())) {
      events.rejected(Rejection.NO_SUCH_NODE);
    } else if (isOver(frame.from())) {
      events.rejected(Rejection.REMOVED_SENDER);
    } else if (!isCurrent(frame.from())) {
      events.rejected(Rejection.OLDER_LIFE);
    } else if (frame.home().equals(me)) {
      home.receive(frame.from(), frame.body(), now);
    } else {
      receiveOther(frame, now);
    }
    due = now;
  }

  /// Whether no older life of it has to be removed first.
  private boolean isCurrent(Incarnation member) {
    if (member.equals(members.get(member.node()))) {
      return true; // all but the first frame of each
    }
    joined(member);
    return member.equals(members.get(member.node()));
  }

  private void receiveOther(Frame frame, long now) {
    if (frame.home().node().equals(me.node()) || isOver(frame.home())) {
      events.rejected(Rejection.OTHER_HOME);
      return;
    }
    joined(frame.home());
    Border border = border(frame.home().node());
    if (border == null || !border.home().equals(frame.home())) {
      events.rejected(Rejection.OTHER_HOME);
      return;
    }
    border.receive(frame.from(), frame.body(), now);
  }

  // ---- time

  /// When to call [#tick] at the latest.
  public long nextDue() {
    return due;
  }

  /// Does what is due.
  public void tick(long now) {
    lastNow = now;
    due = Outgoing.NEVER; // what is done here may set it again
    long soonest = home.tick(now);
    for (Border border : borders.values()) {
      soonest = Math.min(soonest, border.due() <= now ? border.tick(now) : border.due());
    }
    due = Math.max(Math.min(due, soonest), now + 1);
  }

  // ---- state, for audits

  /// Objects of this node that are outside this member.
  public Marks out() {
    return home.out();
  }

  /// Objects of another home that are inside this member, or on their way out of it.
  public Marks here(Incarnation of) {
    Border border = borders.get(of.node().value());
    return border == null || !border.home().equals(of) ? new Marks() : border.hereOrNamed();
  }

  /// Whether nothing is open: no request, no census.
  public boolean isQuiet() {
    return home.isQuiet() && borders.values().stream().allMatch(Border::isQuiet);
  }
}
