package org.numaslab.coordinator.audit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.audit.Event.Kind;

/// Whether objects have at most one holder and none is lost, from what happened alone.
///
/// | invariant | statement |
/// |---|---|
/// | S1 exclusivity | an object has one holder at a time: it is handed out when nobody has it, and freed, passed on and taken by who has it |
/// | S1 lease | a member hands out and takes over another home's objects only while its lease is valid |
/// | S7 at most once | a request takes effect once |
/// | S8 dead is dead | nothing that a removed member asks for takes effect; only what it had, or what was on its way from it or to it, is reclaimed, and that after its lease; the home or the sender has removed it |
/// | S10 policy | an allocation that must be of one node is |
/// | S12 content | an object holds at its end what was written at its begin |
/// | L2 no leak | at the end nobody holds anything |
///
/// The memory of a member that died is gone: what is said of its objects afterwards is ignored, but
/// that those who find them lost are counted.
public final class HistoryAudit implements History {
  /// More are not kept: the first ones lead to the cause.
  public static final int VIOLATIONS_MAX = 100;

  private record Member(int node, int life) {
    @Override
    public String toString() {
      return "node " + node + "." + life;
    }
  }

  private record Pair(Member member, Member home) {}

  private record Asked(Member by, Member from, long home, long sequence) {}

  /// Who has an object.
  private static final class Holder {
    Member member;
    int cpu;
    boolean isOnTheWay;
    int toCpu;
    long handedAt;

    Holder(Member member, int cpu) {
      this.member = member;
      this.cpu = cpu;
    }

    @Override
    public String toString() {
      return isOnTheWay
          ? "on its way from cpu " + cpu + " of " + member + " to cpu " + toCpu
          : "held by cpu " + cpu + " of " + member;
    }
  }

  private final int[] nodeOfCpu;
  private final Map<Member, Map<Long, Holder>> held = new HashMap<>();

  /// Those whose object was reclaimed: they may still speak of it.
  private final Map<Member, Map<Long, Set<Member>>> former = new HashMap<>();

  private final Set<Member> dead = new HashSet<>();
  private final Map<Pair, Long> leases = new HashMap<>();
  private final Map<Pair, Long> removals = new HashMap<>();
  private final Set<Asked> executed = new HashSet<>();
  private final List<Violation> violations = new ArrayList<>();
  private long allocations;
  private long frees;
  private long handOffs;
  private long reclaimed;
  private long lost;

  /// @param nodeOfCpu the node of each cpu
  public HistoryAudit(int[] nodeOfCpu) {
    this.nodeOfCpu = nodeOfCpu.clone();
  }

  public List<Violation> violations() {
    return Collections.unmodifiableList(violations);
  }

  public long allocations() {
    return allocations;
  }

  public long frees() {
    return frees;
  }

  public long handOffs() {
    return handOffs;
  }

  public long reclaimed() {
    return reclaimed;
  }

  public long lost() {
    return lost;
  }

  private void violated(String invariant, Event event, String what) {
    violated(invariant, event, event.peer(), what);
  }

  private void violated(String invariant, Event event, int home, String what) {
    if (violations.size() < VIOLATIONS_MAX) {
      violations.add(new Violation(invariant, event.time(), home, event.object(), what));
    }
  }

  private static Member member(Event event) {
    return new Member(event.node(), event.life());
  }

  private static Member peer(Event event) {
    return new Member(event.peer(), event.peerLife());
  }

  private static String object(Event event) {
    return "object 0x" + Long.toHexString(event.object()) + " of " + peer(event);
  }

  private Map<Long, Holder> of(Member home) {
    return held.computeIfAbsent(home, h -> new HashMap<>());
  }

  @Override
  public void add(Event event) {
    switch (event.kind()) {
      case DIED -> died(event);
      case REMOVED -> removals.putIfAbsent(new Pair(peer(event), member(event)), event.time());
      case LEASED -> leases.put(new Pair(member(event), peer(event)), event.number());
      case EXECUTED -> executed(event);
      case RECLAIMED -> reclaimed(event);
      case ALLOCATED, FREED, PASSED, HANDED, TAKEN, RETURNED, LOST, DAMAGED -> {
        if (!dead.contains(peer(event))) {
          ofObject(event);
        } else if (event.kind() == Kind.LOST) {
          lost++;
        }
      }
      case JOINED, CENSUS, FAULT, OVER, HEALED -> {}
    }
  }

  private void ofObject(Event event) {
    switch (event.kind()) {
      case ALLOCATED -> allocated(event);
      case TAKEN -> taken(event);
      case RETURNED -> returned(event);
      case DAMAGED ->
          violated(
              "S12",
              event,
              object(event) + " holds 0x" + Long.toHexString(event.number()) + " at its end");
      default -> leaves(event);
    }
  }

  private void died(Event event) {
    Member member = member(event);
    dead.add(member);
    held.remove(member);
    former.remove(member);
  }

  private void executed(Event event) {
    Member by = member(event);
    Member from = peer(event);
    if (!executed.add(new Asked(by, from, event.object(), event.number()))) {
      violated(
          "S7",
          event,
          "request %d of %s about node %d takes effect again at %s"
              .formatted(event.number(), from, (int) event.object(), by));
    }
    if (removals.containsKey(new Pair(from, by))) {
      violated(
          "S8",
          event,
          "request %d of %s takes effect at %s, which has removed it"
              .formatted(event.number(), from, by));
    }
  }

  private boolean isLeased(Event event) {
    Member member = member(event);
    Member home = peer(event);
    return member.equals(home)
        || leases.getOrDefault(new Pair(member, home), Long.MIN_VALUE) > event.time();
  }

  /// Whoever gets it again may not do what a former holder may.
  private void getsAgain(Event event) {
    Set<Member> may = former.getOrDefault(peer(event), Map.of()).get(event.object());
    if (may != null) {
      may.remove(member(event));
    }
  }

  private void allocated(Event event) {
    allocations++;
    getsAgain(event);
    Holder holder = of(peer(event)).put(event.object(), new Holder(member(event), event.cpu()));
    if (holder != null) {
      violated(
          "S1",
          event,
          object(event)
              + " is handed out to cpu "
              + event.cpu()
              + " of "
              + member(event)
              + " while it is "
              + holder);
    }
    if (!isLeased(event)) {
      violated("S1", event, object(event) + " is handed out without a lease by " + member(event));
    }
    if (event.number() != Event.NONE && event.number() != event.peer()) {
      violated("S10", event, object(event) + " is not of node " + event.number());
    }
  }

  /// The holder of an object does something that ends that.
  private void leaves(Event event) {
    Map<Long, Holder> objects = of(peer(event));
    Holder holder = objects.get(event.object());
    if (holder == null
        || holder.isOnTheWay
        || !holder.member.equals(member(event))
        || holder.cpu != event.cpu()) {
      if (!isFormer(event)) {
        violated(
            "S1",
            event,
            "cpu %d of %s has %s, which is %s: %s"
                .formatted(
                    event.cpu(),
                    member(event),
                    object(event),
                    holder == null ? "nobody's" : holder,
                    event.kind()));
      }
      return;
    }
    switch (event.kind()) {
      case FREED -> {
        frees++;
        objects.remove(event.object());
      }
      case LOST -> {
        lost++;
        objects.remove(event.object());
      }
      case PASSED -> holder.cpu = (int) event.number();
      default -> {
        handOffs++;
        holder.isOnTheWay = true;
        holder.handedAt = event.time();
        holder.toCpu = (int) event.number();
      }
    }
  }

  private boolean isFormer(Event event) {
    return former
        .getOrDefault(peer(event), Map.of())
        .getOrDefault(event.object(), Set.of())
        .contains(member(event));
  }

  private void taken(Event event) {
    Map<Long, Holder> objects = of(peer(event));
    Holder holder = objects.get(event.object());
    if (holder == null || !holder.isOnTheWay || holder.toCpu != event.cpu()) {
      violated(
          "S1",
          event,
          "cpu %d of %s takes %s, which is %s"
              .formatted(
                  event.cpu(), member(event), object(event), holder == null ? "nobody's" : holder));
      return;
    }
    if (!isLeased(event)) {
      violated("S1", event, object(event) + " is taken without a lease by " + member(event));
    }
    objects.put(event.object(), new Holder(member(event), event.cpu()));
    getsAgain(event);
  }

  private void returned(Event event) {
    Holder holder = of(peer(event)).get(event.object());
    if (holder == null || !holder.isOnTheWay || !holder.member.equals(member(event))) {
      if (!isFormer(event)) {
        violated(
            "S1",
            event,
            "%s comes back to %s, but is %s"
                .formatted(object(event), member(event), holder == null ? "nobody's" : holder));
      }
      return;
    }
    holder.isOnTheWay = false;
    holder.cpu = event.cpu();
  }

  private void reclaimed(Event event) {
    reclaimed++;
    Member home = member(event);
    Holder holder = of(home).remove(event.object());
    if (holder == null) {
      return;
    }
    String what = "object 0x%x of %s, %s, is reclaimed".formatted(event.object(), home, holder);
    boolean wasRemoved = removals.containsKey(new Pair(holder.member, home));
    if (wasRemoved) {
      former
          .computeIfAbsent(home, h -> new HashMap<>())
          .computeIfAbsent(event.object(), o -> new HashSet<>())
          .add(holder.member);
    }
    if (holder.isOnTheWay) {
      boolean wasToRemoved =
          removals.keySet().stream()
              .anyMatch(pair ->
                  pair.home.equals(home)
                      && pair.member.node == nodeOfCpu[holder.toCpu]
                      && removals.getOrDefault(new Pair(pair.member, holder.member), Long.MIN_VALUE)
                          >= holder.handedAt);
      if (!wasToRemoved && !wasRemoved) {
        violated("S8", event, home.node, what);
      }
    } else if (!wasRemoved) {
      violated("S8", event, home.node, what + ", but it is not removed");
    } else if (!dead.contains(holder.member)
        && leases.getOrDefault(new Pair(holder.member, home), Long.MIN_VALUE) > event.time()) {
      violated("S8", event, home.node, what + ", but its lease is valid");
    }
  }

  /// Nothing more will happen.
  ///
  /// @param time of the end
  public void end(long time) {
    held.forEach((home, objects) ->
        objects.forEach((object, holder) -> {
          if (violations.size() < VIOLATIONS_MAX) {
            violations.add(
                new Violation(
                    "L2",
                    time,
                    home.node,
                    object,
                    "object 0x%x of %s is still %s".formatted(object, home, holder)));
          }
        }));
  }

  /// Who has an object, for people.
  public @Nullable String holderOf(int node, int life, long object) {
    Holder holder = of(new Member(node, life)).get(object);
    return holder == null ? null : holder.toString();
  }
}
