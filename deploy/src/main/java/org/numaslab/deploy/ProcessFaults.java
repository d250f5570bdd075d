package org.numaslab.deploy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.audit.Event;
import org.numaslab.coordinator.audit.History;
import org.numaslab.coordinator.driver.cluster.ClusterSystem;
import org.numaslab.coordinator.fault.Fault;
import org.numaslab.coordinator.fault.ScheduledFault;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.topology.NodeId;

/// Does to processes what a schedule says, from outside: kills, stops and restarts them, or has
/// healthy ones removed. What it says of links the processes do themselves.
///
/// Owner: the process that has started them.
final class ProcessFaults implements AutoCloseable {
  private static final Duration RESTART_MAX = Duration.ofSeconds(60);

  /// What is under way is interrupted: then it ends soon.
  private static final Duration END_MAX = Duration.ofSeconds(5);

  private final @Nullable NodeProcesses processes;
  private final ClusterSystem process;
  private final History history;
  private final ScheduledExecutorService clock =
      Executors.newScheduledThreadPool(4, Thread.ofPlatform().daemon().name("faults").factory());
  private final Set<NodeId> stopped = new HashSet<>();

  /// Of each partition, by its place in the schedule, what mends its links.
  private final Map<Integer, List<Runnable>> mends = new ConcurrentHashMap<>();

  private final List<String> troubles = new ArrayList<>();

  /// @param history is told who dies
  ProcessFaults(@Nullable NodeProcesses processes, ClusterSystem process, History history) {
    this.processes = processes;
    this.process = process;
    this.history = history;
  }

  /// The time of the schedule begins now.
  void begin(List<ScheduledFault> faults) {
    for (int i = 0; i < faults.size(); i++) {
      ScheduledFault scheduled = faults.get(i);
      int index = i;
      at(
          scheduled.atNanos(),
          () -> {
            begin(scheduled.fault(), index);
            if (scheduled.forNanos() != ScheduledFault.TO_THE_END) {
              at(scheduled.forNanos(), () -> end(scheduled.fault(), index));
            }
          });
    }
  }

  private NodeProcesses started() {
    return Objects.requireNonNull(processes, "faults of processes that were started elsewhere");
  }

  private void at(long nanos, Runnable action) {
    var _ =
        clock.schedule(
            () -> {
              try {
                action.run();
              } catch (RuntimeException | Error failed) {
                synchronized (troubles) {
                  troubles.add(String.valueOf(failed.getMessage()));
                }
              }
            },
            nanos,
            TimeUnit.NANOSECONDS);
  }

  private void begin(Fault fault, int index) {
    note(Event.Kind.FAULT, null, index);
    switch (fault) {
      case Fault.Kill f -> {
        started().children().get(f.node().value()).kill();
        died(f.node());
        if (f.restartNanos() != Fault.NEVER) {
          at(f.restartNanos(), () -> started().restart(f.node().value(), RESTART_MAX));
        }
      }
      case Fault.Leave f -> {
        ChildProcess child = started().children().get(f.node().value());
        child.terminate();
        child.awaitEnd();
        died(f.node());
        if (f.rejoinNanos() != Fault.NEVER) {
          at(f.rejoinNanos(), () -> started().restart(f.node().value(), RESTART_MAX));
        }
      }
      case Fault.Partition f -> mends.put(index, apart(f));
      case Fault.Down f -> process.down(f.node());
      case Fault.Pause f -> {
        synchronized (stopped) {
          stopped.add(f.node());
          started().children().get(f.node().value()).signal("STOP");
        }
      }
      default -> {}
    }
  }

  private void end(Fault fault, int index) {
    note(Event.Kind.OVER, null, index);
    switch (fault) {
      case Fault.Pause f -> goOn(f.node());
      case Fault.Partition f -> mends.getOrDefault(index, List.of()).forEach(Runnable::run);
      default -> {}
    }
  }

  /// The coordinator is on the larger side: it would connect the two otherwise.
  ///
  /// @return what mends the links that it cuts
  private List<Runnable> apart(Fault.Partition partition) {
    Set<NodeId> mine =
        partition.sides().stream().max(Comparator.comparingInt(Set::size)).orElse(Set.of());
    return partition.sides().stream()
        .filter(side -> !side.equals(mine))
        .flatMap(Set::stream)
        .map(node -> process.cutOff(node, true))
        .toList();
  }

  private void goOn(NodeId node) {
    synchronized (stopped) {
      if (stopped.remove(node)) {
        started().children().get(node.value()).signal("CONT");
      }
    }
  }

  private void died(NodeId node) {
    process.members().stream()
        .filter(member -> member.node().equals(node))
        .forEach(member -> note(Event.Kind.DIED, member, 0));
  }

  private void note(Event.Kind kind, @Nullable Incarnation of, long number) {
    history.add(
        new Event(
            System.nanoTime(),
            kind,
            of == null ? Event.NONE : of.node().value(),
            of == null ? 0 : of.life(),
            Event.NONE,
            Event.NONE,
            0,
            0,
            number));
  }

  /// What could not be done.
  List<String> troubles() {
    synchronized (troubles) {
      return List.copyOf(troubles);
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
    try {
      var _ = clock.awaitTermination(END_MAX.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (stopped) {
      List.copyOf(stopped).forEach(this::goOn);
    }
  }
}
