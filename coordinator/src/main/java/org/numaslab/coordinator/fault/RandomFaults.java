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
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.numaslab.coordinator.fault.Overlaps.Placed;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
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
  private static final int EVENTS_MIN = 6;
  private static final int EVENTS_SPREAD = 9;
  private static final int LOSS_PERCENT_MAX = 30;
  private static final int LATE_PERCENT_MAX = 20;
  private static final int LATE_MILLIS_MIN = 50;
  private static final int LATE_MILLIS_MAX = 1500;
  private static final int TOGETHER_MILLIS_MAX = 200;
  private static final int COUNT_MAX = 100;
  private static final int JUMP_MILLIS_MAX = 60_000;
  private static final int DRIFT_MAX = 10_000;
  private static final int QUEUE_MAX = 64;
  private static final long NANOS_PER_MILLI = 1_000_000;

  /// One bit's byte, a pointer, an object.
  private static final int[] CORRUPT_BYTES = {1, 8, 64};

  /// What most of a mix is made of.
  private static final List<FaultKind> COMMON =
      List.of(FaultKind.KILL, FaultKind.PAUSE, FaultKind.PARTITION, FaultKind.CUT, FaultKind.DOWN);

  /// How often each of these is drawn for each time that another kind is.
  private static final int COMMON_WEIGHT = 8;

  /// A moment at which one of these happens.
  private record Slot(long atMillis, List<FaultKind> kinds) {}

  private final SplittableRandom random;
  private final Topology topology;
  private final long lengthMillis;
  private final List<NodeId> nodes;
  private final List<NodeId> withMemory;
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
    this.topology = topology;
    this.lengthMillis = lengthNanos / NANOS_PER_MILLI;
    this.nodes = IntStream.range(0, topology.nodeCount()).mapToObj(NodeId::new).toList();
    this.withMemory = nodes.stream().filter(topology::hasMemory).toList();
  }

  /// About a dozen faults: a bad network from begin to end, members that die, stop, are cut off or
  /// removed, and now and then any other kind.
  public static FaultSchedule mix(SplittableRandom random, Topology topology, long lengthNanos) {
    RandomFaults drawn = new RandomFaults(random, topology, lengthNanos);
    drawn.badNetwork();
    List<FaultKind> kinds =
        Stream.concat(
                Stream.of(FaultKind.values()),
                COMMON.stream().flatMap(k -> Stream.generate(() -> k).limit(COMMON_WEIGHT - 1)))
            .toList();
    int events = EVENTS_MIN + random.nextInt(EVENTS_SPREAD);
    return drawn.draw(Stream.generate(() -> drawn.slot(kinds)).limit(events).toList());
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
    int loss = percentOrNone(LOSS_PERCENT_MAX);
    int duplicate = percentOrNone(LOSS_PERCENT_MAX);
    int late = percentOrNone(LATE_PERCENT_MAX);
    if (loss > 0) {
      toTheEnd(new Fault.Loss(Fault.ALL, Fault.ALL, loss));
    }
    if (duplicate > 0) {
      toTheEnd(new Fault.Duplicate(Fault.ALL, Fault.ALL, duplicate));
    }
    if (late > 0) {
      toTheEnd(delay(Fault.ALL, Fault.ALL, late));
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
        if (canHave(kind) && tryOne(kind, slot.atMillis())) {
          break;
        }
      }
    }
    return new FaultSchedule(faults, Faults.none());
  }

  private boolean canHave(FaultKind kind) {
    return switch (kind) {
      case BRIDGE -> nodes.size() >= 3;
      case RING -> nodes.size() >= 4;
      case CPU_CRASH, CPU_OFFLINE, PREEMPT -> topology.cpuCount() > 0;
      default -> true;
    };
  }

  private boolean tryOne(FaultKind kind, long atMillis) {
    Fault fault = fault(kind);
    long forMillis = kind.lasts() ? Math.min(lastsMillis(kind), lengthMillis - atMillis) : 0;
    ScheduledFault scheduled =
        new ScheduledFault(atMillis * NANOS_PER_MILLI, forMillis * NANOS_PER_MILLI, fault);
    Optional<Integer> out = out(fault);
    if (out.isPresent() && tooMany(out.get(), atMillis)) {
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

  private boolean tooMany(int member, long atMillis) {
    outUntilMillis.values().removeIf(until -> until <= atMillis);
    Set<Integer> out = new HashSet<>(outUntilMillis.keySet());
    out.add(member);
    return out.size() > (nodes.size() - 1) / 2;
  }

  private Fault fault(FaultKind kind) {
    return switch (kind) {
      case KILL -> new Fault.Kill(node(), nanos(50, 2500));
      case LEAVE -> new Fault.Leave(node(), nanos(50, 2500));
      case DOWN -> new Fault.Down(node(), nanos(50, 1700));
      case PAUSE -> new Fault.Pause(node());
      case PARTITION -> new Fault.Partition(sides());
      case CUT -> link(Fault.Cut::new);
      case BRIDGE -> new Fault.Bridge(node());
      case RING -> new Fault.Ring();
      case LOSS -> link((from, to) -> new Fault.Loss(from, to, percent(LOSS_PERCENT_MAX)));
      case DUPLICATE ->
          link((from, to) -> new Fault.Duplicate(from, to, percent(LOSS_PERCENT_MAX)));
      case DELAY -> link((from, to) -> delay(from, to, percent(LATE_PERCENT_MAX)));
      case REORDER ->
          link((from, to) ->
              new Fault.Reorder(
                  from, to, percent(LATE_PERCENT_MAX), nanos(LATE_MILLIS_MIN, LATE_MILLIS_MAX)));
      case CLOG -> link(Fault.Clog::new);
      case CLOCK_JUMP -> new Fault.ClockJump(node(), nanos(-JUMP_MILLIS_MAX, JUMP_MILLIS_MAX));
      case DRIFT -> new Fault.Drift(node(), random.nextInt(-DRIFT_MAX, DRIFT_MAX + 1));
      case NO_PAGES -> new Fault.NoPages(nodeWithMemory());
      case CHURN -> new Fault.Churn(nanos(500, 2000));
      case COORDINATOR_KILL -> new Fault.CoordinatorKill(nanos(50, 2500));
      case CPU_CRASH -> new Fault.CpuCrash(cpu(), 1 + random.nextInt(COUNT_MAX));
      case NODE_CRASH -> new Fault.NodeCrash(node(), 1 + random.nextInt(COUNT_MAX));
      case QUEUE_BOUND ->
          link((from, to) -> new Fault.QueueBound(from, to, 1 + random.nextInt(QUEUE_MAX)));
      case CORRUPT ->
          new Fault.Corrupt(nodeWithMemory(), CORRUPT_BYTES[random.nextInt(CORRUPT_BYTES.length)]);
      case CPU_OFFLINE -> new Fault.CpuOffline(cpu());
      case MEMORY_OFFLINE -> new Fault.MemoryOffline(nodeWithMemory());
      case PREEMPT -> new Fault.Preempt(cpu());
    };
  }

  private long lastsMillis(FaultKind kind) {
    return switch (kind) {
      case PAUSE, PREEMPT, NO_PAGES -> random.nextLong(50, 1701);
      case CUT, CLOG -> random.nextLong(100, 2001);
      case CHURN, DRIFT -> random.nextLong(2000, 8001);
      default -> random.nextLong(200, 2501);
    };
  }

  private long nanos(long millisMin, long millisMax) {
    return random.nextLong(millisMin, millisMax + 1) * NANOS_PER_MILLI;
  }

  private int percent(int max) {
    return 1 + random.nextInt(max);
  }

  private NodeId node() {
    return nodes.get(random.nextInt(nodes.size()));
  }

  private NodeId nodeWithMemory() {
    return withMemory.get(random.nextInt(withMemory.size()));
  }

  private CpuId cpu() {
    return new CpuId(random.nextInt(topology.cpuCount()));
  }

  private interface OnLink {
    Fault between(NodeId from, NodeId to);
  }

  private Fault link(OnLink fault) {
    List<NodeId> order = shuffled();
    return fault.between(order.get(0), order.get(1));
  }

  private Fault delay(NodeId from, NodeId to, int percent) {
    long min = random.nextLong(LATE_MILLIS_MIN, LATE_MILLIS_MAX + 1);
    long max = random.nextLong(min, LATE_MILLIS_MAX + 1);
    return new Fault.Delay(from, to, percent, min * NANOS_PER_MILLI, max * NANOS_PER_MILLI);
  }

  /// Two sides with all nodes, and now and then one on none.
  private List<Set<NodeId>> sides() {
    List<NodeId> order = shuffled();
    int cut = 1 + random.nextInt(order.size() - 1);
    boolean leftOut = cut > 1 && random.nextInt(4) == 0;
    return List.of(
        Set.copyOf(order.subList(leftOut ? 1 : 0, cut)),
        Set.copyOf(order.subList(cut, order.size())));
  }

  private List<NodeId> shuffled() {
    List<NodeId> order = new ArrayList<>(nodes);
    for (int i = order.size() - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      NodeId moved = order.set(i, order.get(j));
      order.set(j, moved);
    }
    return order;
  }
}
