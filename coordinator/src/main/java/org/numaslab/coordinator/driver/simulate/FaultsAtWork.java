package org.numaslab.coordinator.driver.simulate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.audit.Event.Kind;
import org.numaslab.coordinator.fault.Fault;
import org.numaslab.coordinator.fault.FaultKind;
import org.numaslab.coordinator.fault.FaultSchedule;
import org.numaslab.coordinator.fault.ScheduledFault;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

/// Lets a schedule happen to a cluster.
///
/// A fault that finds its target gone does nothing, and is not counted.
final class FaultsAtWork {
  private static final long MILLIS = 1_000_000;

  /// The first bytes of an object's payload are poisoned while it is free.
  private static final int CORRUPT_BYTES_MAX = 8;

  private final SimulatedCluster cluster;
  private final SplittableRandom random;
  private final List<ScheduledFault> schedule;
  private final Map<Integer, Runnable> ends = new HashMap<>();
  private final Map<FaultKind, Long> hits = new EnumMap<>(FaultKind.class);

  /// Sides of partitions that last so long that their members are removed.
  private final List<Set<NodeId>> apart = new ArrayList<>();

  private final Set<Incarnation> corrupt = new HashSet<>();
  private boolean isOver;

  FaultsAtWork(SimulatedCluster cluster, FaultSchedule faults, SplittableRandom random) {
    this.cluster = cluster;
    this.random = random;
    this.schedule = faults.faults();
    for (int i = 0; i < schedule.size(); i++) {
      int index = i;
      cluster.time().at(schedule.get(i).atNanos(), () -> begin(index));
    }
  }

  /// How often a fault of each kind really happened.
  Map<FaultKind, Long> hits() {
    return hits;
  }

  private void begin(int index) {
    if (isOver) {
      return;
    }
    ScheduledFault scheduled = schedule.get(index);
    Runnable end = begin(scheduled.fault());
    if (end == null) {
      return;
    }
    hits.merge(FaultKind.of(scheduled.fault()), 1L, Long::sum);
    cluster.noteFault(Kind.FAULT, index);
    ends.put(
        index,
        () -> {
          end.run();
          cluster.noteFault(Kind.OVER, index);
        });
    if (scheduled.forNanos() != ScheduledFault.TO_THE_END) {
      cluster.time().after(scheduled.forNanos(), () -> end(index));
    }
  }

  private void end(int index) {
    Runnable end = ends.remove(index);
    if (end != null) {
      end.run();
    }
  }

  /// Ends everything, and begins nothing more.
  void end() {
    isOver = true;
    cluster.alive().forEach(SimulatedMember::failNoMore);
    List.copyOf(ends.keySet()).stream().sorted().forEach(this::end);
  }

  /// Whether a node is on a side of a partition that was given up, and that is not over.
  boolean isKeptApart(NodeId node) {
    return apart.stream().anyMatch(side -> side.contains(node));
  }

  /// @return what ends it, null when it cannot happen
  private @Nullable Runnable begin(Fault fault) {
    return switch (fault) {
      case Fault.Kill f ->
          member(
              f.node(),
              m -> {
                cluster.kill(m);
                cluster.removals().detect(m);
                if (f.restartNanos() != Fault.NEVER) {
                  cluster.restartLater(f.node(), f.restartNanos());
                }
              });
      case Fault.Leave f -> member(f.node(), m -> leave(m, f.rejoinNanos()));
      case Fault.Down f ->
          member(
              f.node(),
              m -> {
                cluster.removals().remove(m.me());
                cluster.time().after(f.unawareNanos(), () -> endIfAlive(m));
              });
      case Fault.Pause f -> pause(f.node());
      case Fault.Partition f -> partition(f.sides());
      case Fault.Cut f -> cut(List.of(new Fault.Cut(f.from(), f.to())));
      case Fault.Bridge f -> cut(bridge(f.bridge()));
      case Fault.Ring f -> cut(ring());
      case Fault.Loss f -> onWires(f);
      case Fault.Duplicate f -> onWires(f);
      case Fault.Delay f -> onWires(f);
      case Fault.Reorder f -> onWires(f);
      case Fault.QueueBound f -> onWires(f);
      case Fault.Clog f -> {
        cluster.wires().clog(f.from(), f.to(), true);
        yield () -> cluster.wires().clog(f.from(), f.to(), false);
      }
      case Fault.ClockJump f -> () -> {}; // nobody reads a wall clock
      case Fault.Drift f -> member(f.node(), m -> m.drift(f.partsPerMillion()), m -> m.drift(0));
      case Fault.NoPages f -> member(f.node(), m -> m.hasNoPages(true), m -> m.hasNoPages(false));
      case Fault.Churn f -> churn(f.everyNanos());
      case Fault.CoordinatorKill f -> {
        cluster.coordinator().kill(f.restartNanos());
        cluster.administration().hurry();
        yield () -> {};
      }
      case Fault.CpuCrash f ->
          member(nodeOf(f.cpu()), m -> m.shell(f.cpu()).crashAtSend(f.atSend()));
      case Fault.NodeCrash f -> member(f.node(), m -> m.crashAtAnswer(f.atAnswer()));
      case Fault.Corrupt f -> member(f.node(), m -> corrupt(m, f.bytes()));
      case Fault.CpuOffline f ->
          member(
              nodeOf(f.cpu()),
              m -> cluster.administration().set(f.cpu(), false),
              m -> cluster.administration().set(f.cpu(), true));
      case Fault.MemoryOffline f ->
          member(
              f.node(),
              m -> cluster.administration().set(f.node(), false),
              m -> cluster.administration().set(f.node(), true));
      case Fault.Preempt f ->
          member(
              nodeOf(f.cpu()),
              m -> m.shell(f.cpu()).stall(Long.MAX_VALUE / 2),
              m -> m.shell(f.cpu()).endStall());
    };
  }

  private NodeId nodeOf(CpuId cpu) {
    return cluster.topology().nodeOf(cpu);
  }

  private @Nullable Runnable member(NodeId node, Consumer<SimulatedMember> begin) {
    return member(node, begin, m -> {});
  }

  private @Nullable Runnable member(
      NodeId node, Consumer<SimulatedMember> begin, Consumer<SimulatedMember> end) {
    SimulatedMember member = cluster.member(node);
    if (member == null) {
      return null;
    }
    member.run(() -> begin.accept(member));
    return () -> member.run(() -> end.accept(member));
  }

  private Runnable onWires(Fault fault) {
    cluster.wires().begin(fault);
    return () -> cluster.wires().end(fault);
  }

  // ---- members

  private @Nullable Runnable pause(NodeId node) {
    SimulatedMember member = cluster.member(node);
    if (member == null || member.isPaused()) {
      return null;
    }
    member.pause();
    cluster
        .time()
        .after(
            cluster.removals().detection(),
            () -> {
              if (member.isPaused() && !isOver) {
                cluster.removals().remove(member.me());
              }
            });
    return () -> {
      member.resume();
      if (cluster.removals().isRemoved(member.me())) { // it goes on until somebody tells it
        cluster.time().after(random.nextLong(1500 * MILLIS), () -> endIfAlive(member));
      }
    };
  }

  private void endIfAlive(SimulatedMember member) {
    if (member.isAlive()) {
      cluster.ends(member);
    }
  }

  private void leave(SimulatedMember member, long rejoinNanos) {
    member.leaves(() ->
        cluster
            .removals()
            .goes(
                member,
                () -> {
                  if (rejoinNanos != Fault.NEVER) {
                    cluster.restartLater(member.me().node(), rejoinNanos);
                  }
                }));
  }

  private Runnable churn(long everyNanos) {
    boolean[] goesOn = {true};
    churn(everyNanos, 0, goesOn);
    return () -> goesOn[0] = false;
  }

  private void churn(long everyNanos, int turn, boolean[] goesOn) {
    cluster
        .time()
        .after(
            everyNanos,
            () -> {
              if (goesOn[0]) {
                int nodes = cluster.topology().nodeCount();
                SimulatedMember next = cluster.member(new NodeId(turn % nodes));
                if (next != null && (cluster.alive().size() - 1) * 2 > nodes) {
                  next.run(() -> leave(next, everyNanos / 2));
                }
                churn(everyNanos, turn + 1, goesOn);
              }
            });
  }

  /// Overwrites bytes of a free object in a slab that is checked for that. Where there is none, the
  /// last bytes of the pointer to the next free object: it leads out of the machine then.
  private void corrupt(SimulatedMember member, int bytes) {
    int count = Math.min(bytes, CORRUPT_BYTES_MAX);
    List<Long> payloads = new ArrayList<>();
    List<Long> pointers = new ArrayList<>();
    member
        .state()
        .caches()
        .forEach((id, cache) -> {
          for (long slab : cache.partialSlabs()) {
            for (int index : member.state().slab(id, slab).free()) {
              long object = cache.objects().objectAt(slab, index);
              if (cache.debug() != null) {
                payloads.add(object);
              } else {
                pointers.add(object + cache.cache().geometry().offset() + Long.BYTES - count);
              }
            }
          }
        });
    List<Long> places = payloads.isEmpty() ? pointers : payloads;
    if (!places.isEmpty()) {
      long at = places.get(random.nextInt(places.size()));
      for (int i = 0; i < count; i++) {
        member.memory().storeByte(at + i, (byte) ~member.memory().loadByte(at + i));
      }
      if (payloads.isEmpty()) {
        corrupt.add(member.me());
      }
    }
  }

  /// Whether a list in this life of a member was made corrupt.
  boolean isCorrupt(Incarnation member) {
    return corrupt.contains(member);
  }

  // ---- links

  private Runnable cut(List<Fault.Cut> links) {
    links.forEach(link -> cluster.wires().cut(link.from().value(), link.to().value(), true));
    return () ->
        links.forEach(link -> cluster.wires().cut(link.from().value(), link.to().value(), false));
  }

  private List<NodeId> nodes() {
    return IntStream.range(0, cluster.topology().nodeCount()).mapToObj(NodeId::new).toList();
  }

  private static List<Fault.Cut> between(Set<NodeId> a, Set<NodeId> b) {
    List<Fault.Cut> links = new ArrayList<>();
    sorted(a)
        .forEach(from ->
            sorted(b)
                .forEach(to -> {
                  links.add(new Fault.Cut(from, to));
                  links.add(new Fault.Cut(to, from));
                }));
    return links;
  }

  private static List<NodeId> sorted(Set<NodeId> nodes) {
    return nodes.stream().sorted(Comparator.comparingInt(NodeId::value)).toList();
  }

  private List<Fault.Cut> bridge(NodeId bridge) {
    List<NodeId> others = new ArrayList<>(nodes());
    others.remove(bridge);
    int half = others.size() / 2;
    return between(
        new HashSet<>(others.subList(0, half)), new HashSet<>(others.subList(half, others.size())));
  }

  /// Each hears those next to it, so many that with itself they are a majority.
  private List<Fault.Cut> ring() {
    int count = nodes().size();
    int reach = (count / 2 + 1) / 2;
    List<Fault.Cut> links = new ArrayList<>();
    for (int a = 0; a < count; a++) {
      for (int b = 0; b < count; b++) {
        int distance = Math.min(Math.floorMod(a - b, count), Math.floorMod(b - a, count));
        if (distance > reach) {
          links.add(new Fault.Cut(new NodeId(a), new NodeId(b)));
        }
      }
    }
    return links;
  }

  private Runnable partition(List<Set<NodeId>> sides) {
    List<Fault.Cut> links = new ArrayList<>();
    for (int a = 0; a < sides.size(); a++) {
      for (int b = a + 1; b < sides.size(); b++) {
        links.addAll(between(sides.get(a), sides.get(b)));
      }
    }
    Runnable heals = cut(links);
    boolean[] goesOn = {true};
    List<Set<NodeId>> losing = new ArrayList<>();
    cluster
        .time()
        .after(
            cluster.removals().detection(),
            () -> {
              if (goesOn[0]) {
                losing.addAll(losersOf(sides));
                apart.addAll(losing);
                losing.forEach(side -> sorted(side).forEach(this::giveUp));
              }
            });
    return () -> {
      goesOn[0] = false;
      heals.run();
      apart.removeAll(losing);
    };
  }

  /// The majority stays; where there is none, the side with the lowest node.
  private List<Set<NodeId>> losersOf(List<Set<NodeId>> sides) {
    Set<NodeId> winner =
        sides.stream()
            .max(Comparator.comparingLong(this::present).thenComparingInt(side -> -lowest(side)))
            .orElse(Set.of());
    return sides.stream().filter(side -> !side.equals(winner)).toList();
  }

  private long present(Set<NodeId> side) {
    return side.stream().filter(node -> cluster.member(node) != null).count();
  }

  private static int lowest(Set<NodeId> side) {
    return side.stream().mapToInt(NodeId::value).min().orElse(0);
  }

  /// The others remove it, and it ends itself, each when they notice.
  private void giveUp(NodeId node) {
    SimulatedMember member = cluster.member(node);
    if (member != null) {
      cluster.removals().remove(member.me());
      cluster
          .time()
          .after(random.nextLong(1500 * MILLIS), () -> member.run(() -> endIfAlive(member)));
    }
  }
}
