package org.numaslab.coordinator.fault;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.numaslab.coordinator.fault.Overlaps.Placed;
import org.numaslab.node.topology.Topology;

/// Schedules from a seed: the same random numbers give the same faults.
///
/// Fewer than half of the members are killed, left, removed or paused at a time, so that a majority
/// can always go on; on two nodes none is. A member counts until [#SETTLE_MILLIS] after it is back.
/// Who dies with the coordinator, or goes next in a churn, is not known here, and counts as one
/// more.
///
/// What would contradict a fault that is not over is drawn again, and after some tries left out. So
/// is what the machine cannot have: a bridge takes three nodes, a ring four.
public final class RandomFaults {
  /// A removal takes so long to reach all members.
  static final long SETTLE_MILLIS = 1500;

  private static final int TRIES = 8;
  private static final int INJECTED_PERCENT_MAX = 5;
  private static final int EVENTS_MIN = 6;
  private static final int EVENTS_SPREAD = 9;
  private static final int TOGETHER_MILLIS_MAX = 200;
  private static final long NANOS_PER_MILLI = 1_000_000;

  /// What most of a mix is made of.
  private static final List<FaultKind> COMMON =
      List.of(FaultKind.KILL, FaultKind.PAUSE, FaultKind.PARTITION, FaultKind.CUT, FaultKind.DOWN);

  /// How often each of these is drawn for each time that another kind is.
  private static final int COMMON_WEIGHT = 8;

  /// A moment at which one of these happens.
  private record Slot(long atMillis, List<FaultKind> kinds) {}

  private final SplittableRandom random;
  private final FaultDraw single;
  private final int nodeCount;
  private final long lengthMillis;
  private final Overlaps overlaps = new Overlaps();
  private final List<ScheduledFault> faults = new ArrayList<>();

  /// Until when each member counts as out; those that nobody can name have numbers below 0.
  private final Map<Integer, Long> outUntilMillis = new HashMap<>();

  private int unnamed;

  private RandomFaults(SplittableRandom random, Topology topology, long lengthNanos) {
    if (topology.nodeCount() < 2
        || lengthNanos < NANOS_PER_MILLI
        || lengthNanos > Durations.NANOS_MAX) {
      throw new IllegalArgumentException(
          "random faults: got "
              + topology
              + " for "
              + lengthNanos
              + " ns, allowed: 2 nodes or more"
              + " for 1 ms..1 h");
    }
    this.random = random;
    this.single = new FaultDraw(random, topology);
    this.nodeCount = topology.nodeCount();
    this.lengthMillis = lengthNanos / NANOS_PER_MILLI;
  }

  /// About a dozen faults: a bad network from begin to end, members that die, stop, are cut off or
  /// removed, allocations that fail, and now and then any other kind.
  public static FaultSchedule mix(SplittableRandom random, Topology topology, long lengthNanos) {
    RandomFaults drawn = new RandomFaults(random, topology, lengthNanos);
    drawn.badNetwork();
    List<FaultKind> kinds =
        Stream.concat(
                Stream.of(FaultKind.values()),
                COMMON.stream().flatMap(k -> Stream.generate(() -> k).limit(COMMON_WEIGHT - 1)))
            .toList();
    int events = EVENTS_MIN + random.nextInt(EVENTS_SPREAD);
    FaultSchedule schedule =
        drawn.draw(Stream.generate(() -> drawn.slot(kinds)).limit(events).toList());
    return new FaultSchedule(schedule.faults(), injected(random));
  }

  /// Each of the two in one seed of four: of any size, also where the caller may wait.
  private static Faults injected(SplittableRandom random) {
    boolean failsSlab = random.nextInt(4) == 0;
    boolean failsPages = random.nextInt(4) == 0;
    return new Faults(
        failsSlab ? FaultText.failSlab(FailSlab.NAME, injected(random, "")) : null,
        failsPages
            ? FaultText.failPageAlloc(FailPageAlloc.NAME, injected(random, ",min-order=0"))
            : null);
  }

  private static String injected(SplittableRandom random, String more) {
    int percent = 1 + random.nextInt(INJECTED_PERCENT_MAX);
    return "1," + percent + ",0,-1,ignore-gfp-wait=N,verbose=0" + more;
  }

  /// Several faults of this kind; none where the machine cannot have it.
  public static FaultSchedule only(
      FaultKind kind, SplittableRandom random, Topology topology, long lengthNanos) {
    RandomFaults drawn = new RandomFaults(random, topology, lengthNanos);
    int events = EVENTS_MIN + random.nextInt(EVENTS_SPREAD);
    return drawn.draw(Stream.generate(() -> drawn.slot(List.of(kind))).limit(events).toList());
  }

  /// Several times one of `a` and soon after it one of `b`, so that the second meets the first.
  public static FaultSchedule pair(
      FaultKind a, FaultKind b, SplittableRandom random, Topology topology, long lengthNanos) {
    RandomFaults drawn = new RandomFaults(random, topology, lengthNanos);
    int events = EVENTS_MIN / 2 + random.nextInt(EVENTS_SPREAD / 2);
    List<Slot> slots = new ArrayList<>();
    for (int i = 0; i < events; i++) {
      Slot first = drawn.slot(List.of(a));
      slots.add(first);
      long soon = first.atMillis() + random.nextInt(TOGETHER_MILLIS_MAX);
      slots.add(new Slot(Math.min(soon, drawn.lengthMillis - 1), List.of(b)));
    }
    return drawn.draw(slots);
  }

  private Slot slot(List<FaultKind> kinds) {
    return new Slot(random.nextLong(lengthMillis), kinds);
  }

  /// Each of the three in three seeds of four, so that each is also seen without the others.
  private void badNetwork() {
    int loss = percentOrNone(FaultDraw.LOSS_PERCENT_MAX);
    int duplicate = percentOrNone(FaultDraw.LOSS_PERCENT_MAX);
    int late = percentOrNone(FaultDraw.LATE_PERCENT_MAX);
    if (loss > 0) {
      toTheEnd(new Fault.Loss(Fault.ALL, Fault.ALL, loss));
    }
    if (duplicate > 0) {
      toTheEnd(new Fault.Duplicate(Fault.ALL, Fault.ALL, duplicate));
    }
    if (late > 0) {
      toTheEnd(single.delay(Fault.ALL, Fault.ALL, late));
    }
  }

  private int percentOrNone(int max) {
    return random.nextInt(4) == 0 ? 0 : random.nextInt(max + 1);
  }

  private void toTheEnd(Fault fault) {
    take(new ScheduledFault(0, ScheduledFault.TO_THE_END, fault));
  }

  private FaultSchedule draw(List<Slot> slots) {
    for (Slot slot : slots.stream().sorted(Comparator.comparingLong(Slot::atMillis)).toList()) {
      for (int i = 0; i < TRIES; i++) {
        FaultKind kind = slot.kinds().get(random.nextInt(slot.kinds().size()));
        if (single.canHave(kind) && tryOne(kind, slot.atMillis())) {
          break;
        }
      }
    }
    return new FaultSchedule(faults, Faults.none());
  }

  private boolean tryOne(FaultKind kind, long atMillis) {
    Fault fault = single.fault(kind);
    long forMillis = kind.lasts() ? Math.min(single.lastsMillis(kind), lengthMillis - atMillis) : 0;
    ScheduledFault scheduled =
        new ScheduledFault(atMillis * NANOS_PER_MILLI, forMillis * NANOS_PER_MILLI, fault);
    Optional<Integer> out = out(fault);
    if (out.isPresent() && (tooMany(out.get(), atMillis) || mustBeIn(kind, out.get()))) {
      return false;
    }
    if (!take(scheduled)) {
      return false;
    }
    out.ifPresent(member ->
        outUntilMillis.merge(
            member, Overlaps.overNanos(scheduled) / NANOS_PER_MILLI + SETTLE_MILLIS, Math::max));
    return true;
  }

  private boolean take(ScheduledFault scheduled) {
    boolean fits = overlaps.add(new Placed(scheduled, 0)).isEmpty();
    if (fits) {
      faults.add(scheduled);
    }
    return fits;
  }

  /// Who is out because of this fault, if anybody.
  private Optional<Integer> out(Fault fault) {
    return switch (fault) {
      case Fault.Kill f -> Optional.of(f.node().value());
      case Fault.Leave f -> Optional.of(f.node().value());
      case Fault.Down f -> Optional.of(f.node().value());
      case Fault.Pause f -> Optional.of(f.node().value());
      case Fault.Churn _ -> Optional.of(--unnamed);
      case Fault.CoordinatorKill _ -> Optional.of(--unnamed);
      default -> Optional.empty();
    };
  }

  /// Who leaves or is removed is a healthy member until then.
  private boolean mustBeIn(FaultKind kind, int member) {
    return (kind == FaultKind.LEAVE || kind == FaultKind.DOWN)
        && outUntilMillis.containsKey(member);
  }

  private boolean tooMany(int member, long atMillis) {
    outUntilMillis.values().removeIf(until -> until <= atMillis);
    Set<Integer> out = new HashSet<>(outUntilMillis.keySet());
    out.add(member);
    return out.size() > (nodeCount - 1) / 2;
  }
}
