package org.numaslab.coordinator.fault;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.numaslab.node.topology.NodeId;

/// Finds faults that cannot both be meant, in the order of time.
///
/// | fault | clashes with |
/// |---|---|
/// | any | one of its kind on the same target that is not over |
/// | on all links, or all from or to a node | one of its kind on any of these links that is not over |
/// | leave, down, pause | a kill of that node that is not over: nobody is there |
///
/// A kill is over with its restart, what happens at one moment a nanosecond later. What a member
/// that leaves or is removed does meanwhile nobody can say, so it may be killed or paused.
///
/// Takes a few steps for a fault, however many there are.
final class Overlaps {
  /// What no fault names: in a place of it are the faults on any node.
  private static final int ANY = -2;

  /// @param other the fault that is not over, and its line
  record Clash(Placed other, long overNanos) {}

  /// @param line of the schedule
  record Placed(ScheduledFault fault, int line) {}

  private record Place(FaultKind kind, int a, int b) {}

  /// What a fault is done to: a node or a cpu, or a link, or the machine (0, 0).
  private record Target(int a, int b) {}

  private final Map<Place, Clash> lastOver = new HashMap<>();

  /// Takes the fault in, unless it clashes.
  ///
  /// @param next not before those that were taken in
  Optional<Clash> add(Placed next) {
    FaultKind kind = FaultKind.of(next.fault().fault());
    Target target = target(next.fault().fault());
    Optional<Clash> clash = find(kind, target, next.fault().atNanos());
    if (clash.isEmpty() && mustBeThere(kind)) {
      clash = find(FaultKind.KILL, target, next.fault().atNanos());
    }
    if (clash.isPresent()) {
      return clash;
    }
    Clash over = new Clash(next, overNanos(next.fault()));
    for (int a : new int[] {target.a(), ANY}) {
      for (int b : new int[] {target.b(), ANY}) {
        lastOver.merge(
            new Place(kind, a, b), over, (x, y) -> x.overNanos() > y.overNanos() ? x : y);
      }
    }
    return Optional.empty();
  }

  private static boolean mustBeThere(FaultKind kind) {
    return kind == FaultKind.LEAVE || kind == FaultKind.DOWN || kind == FaultKind.PAUSE;
  }

  private Optional<Clash> find(FaultKind kind, Target target, long atNanos) {
    for (int a : asked(target.a())) {
      for (int b : asked(target.b())) {
        Clash last = lastOver.get(new Place(kind, a, b));
        if (last != null && last.overNanos() > atNanos) {
          return Optional.of(last);
        }
      }
    }
    return Optional.empty();
  }

  private static List<Integer> asked(int named) {
    return named == NodeId.NONE ? List.of(ANY) : List.of(named, NodeId.NONE);
  }

  /// From when on the same can be done again; [ScheduledFault#TO_THE_END].
  static long overNanos(ScheduledFault scheduled) {
    long length =
        switch (scheduled.fault()) {
          case Fault.Kill f -> f.restartNanos();
          case Fault.Leave f -> f.rejoinNanos();
          case Fault.Down f -> f.unawareNanos();
          case Fault.CoordinatorKill f -> f.restartNanos();
          default -> scheduled.forNanos();
        };
    return length == Fault.NEVER || length == ScheduledFault.TO_THE_END
        ? ScheduledFault.TO_THE_END
        : scheduled.atNanos() + Math.max(1, length);
  }

  private static Target target(Fault fault) {
    return switch (fault) {
      case Fault.Kill f -> node(f.node());
      case Fault.Leave f -> node(f.node());
      case Fault.Down f -> node(f.node());
      case Fault.Pause f -> node(f.node());
      case Fault.Partition _ -> new Target(0, 0);
      case Fault.Cut f -> link(f.from(), f.to());
      case Fault.Bridge _ -> new Target(0, 0);
      case Fault.Ring _ -> new Target(0, 0);
      case Fault.Loss f -> link(f.from(), f.to());
      case Fault.Duplicate f -> link(f.from(), f.to());
      case Fault.Delay f -> link(f.from(), f.to());
      case Fault.Reorder f -> link(f.from(), f.to());
      case Fault.Clog f -> link(f.from(), f.to());
      case Fault.ClockJump f -> node(f.node());
      case Fault.Drift f -> node(f.node());
      case Fault.NoPages f -> node(f.node());
      case Fault.Churn _ -> new Target(0, 0);
      case Fault.CoordinatorKill _ -> new Target(0, 0);
      case Fault.CpuCrash f -> new Target(f.cpu().value(), 0);
      case Fault.NodeCrash f -> node(f.node());
      case Fault.QueueBound f -> link(f.from(), f.to());
      case Fault.Corrupt f -> node(f.node());
      case Fault.CpuOffline f -> new Target(f.cpu().value(), 0);
      case Fault.MemoryOffline f -> node(f.node());
      case Fault.Preempt f -> new Target(f.cpu().value(), 0);
    };
  }

  private static Target node(NodeId node) {
    return new Target(node.value(), 0);
  }

  private static Target link(NodeId from, NodeId to) {
    return new Target(from.value(), to.value());
  }
}
