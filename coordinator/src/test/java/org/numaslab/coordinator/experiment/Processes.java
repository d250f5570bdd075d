package org.numaslab.coordinator.experiment;

import static org.numaslab.coordinator.driver.cluster.NearSystems.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.numaslab.coordinator.audit.MachineDump;
import org.numaslab.coordinator.audit.MachineDumps;
import org.numaslab.coordinator.driver.cluster.ClusterMachine;
import org.numaslab.coordinator.driver.cluster.ClusterPart;
import org.numaslab.coordinator.driver.cluster.ClusterSettings;
import org.numaslab.coordinator.driver.cluster.ClusterSystem;
import org.numaslab.coordinator.driver.cluster.MemberSettings;
import org.numaslab.coordinator.driver.cluster.NearRegistry;
import org.numaslab.coordinator.driver.cluster.NearSystems;
import org.numaslab.coordinator.driver.cluster.Shim;
import org.numaslab.coordinator.registry.Registry;
import org.numaslab.coordinator.registry.RunCaches;
import org.numaslab.coordinator.topologies.RecordedZone;
import org.numaslab.cpu.client.Turn;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.loan.LoanTimes;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// Processes of a cluster in one JVM, each with its part of an experiment.
final class Processes<E extends Experiment> implements AutoCloseable {
  private static final Duration SOON = Duration.ofSeconds(60);

  /// One of them.
  @SuppressWarnings("AvoidCommonTypeNames") // here it stands for a java.lang.Process
  static final class Process<E extends Experiment> {
    final ClusterSystem system;
    final ClusterMachine machine;
    final ClusterPart part;
    final E experiment;

    Process(ClusterSystem system, ClusterMachine machine, ClusterPart part, E experiment) {
      this.system = system;
      this.machine = machine;
      this.part = part;
      this.experiment = experiment;
    }

    boolean isQuiet() {
      return part.isQuiet();
    }
  }

  private final List<ClusterSystem> systems = new ArrayList<>();
  private final List<ClusterMachine> machines = new ArrayList<>();
  private final List<ClusterPart> parts = new ArrayList<>();
  private final List<Process<E>> all = new ArrayList<>();
  private final NearRegistry registry;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  /// @param nodes of each process
  Processes(
      List<List<Integer>> nodes,
      Topology topology,
      List<RecordedZone> zones,
      ReplaySettings settings,
      LoanTimes times,
      ClusterSettings.Timing timing,
      RunCaches caches,
      Function<ClusterPart, E> experiment) {
    try {
      int port = 0;
      for (List<Integer> own : nodes) {
        systems.add(system(own, port, nodes.size(), timing));
        port = port == 0 ? systems.getFirst().address().getPort().orElseThrow() : port;
      }
      NearSystems.join(systems, topology, "test");
      await(
          "members",
          () -> systems.stream().allMatch(s -> s.members().size() == topology.nodeCount()));
      for (ClusterSystem system : systems) {
        MemberSettings member =
            new MemberSettings(
                topology,
                zones,
                times,
                settings.seed(),
                settings.remoteDraw(),
                settings.faults(),
                settings.touchedBytesMax(),
                Turn.OPERATIONS_MAX);
        machines.add(new ClusterMachine(1, system, member, Shim.NONE, event -> {}));
        parts.add(new ClusterPart(machines.getLast()));
      }
      registry = new NearRegistry(1, topology, settings.seed(), systems);
      registry.ask(caches::begin);
      for (int i = 0; i < systems.size(); i++) {
        all.add(
            new Process<>(
                systems.get(i), machines.get(i), parts.get(i), experiment.apply(parts.get(i))));
      }
    } catch (RuntimeException | Error failed) {
      parts.forEach(ClusterPart::close);
      NearSystems.end(systems);
      throw failed;
    }
  }

  private static ClusterSystem system(
      List<Integer> nodes, int port, int processes, ClusterSettings.Timing timing) {
    return new ClusterSystem(
        new ClusterSettings(
            "127.0.0.1",
            0,
            port == 0 ? List.of() : List.of("127.0.0.1:" + port),
            List.of(),
            resolver(processes),
            1,
            null,
            timing),
        nodes.stream().map(node -> new Incarnation(new NodeId(node), 1)).toList());
  }

  /// Of two processes the one with the lower address goes on without the other.
  private static ClusterSettings.Resolver resolver(int processes) {
    return processes == 2
        ? ClusterSettings.Resolver.MAJORITY
        : ClusterSettings.Resolver.quorumOf(processes);
  }

  /// Does something at the registry, and waits for the end of it.
  void atRegistry(BiConsumer<Registry, Runnable> operation) {
    registry.ask(operation);
  }

  List<Process<E>> all() {
    return all;
  }

  /// A process stops in the middle of whatever it does, and says nothing.
  void kill(Process<E> process) {
    NearSystems.kill(process.system);
  }

  /// Does something in each process at once, and waits for all.
  void each(Consumer<Process<E>> what) {
    List<Future<?>> running =
        all.stream().<Future<?>>map(p -> threads.submit(() -> what.accept(p))).toList();
    for (Future<?> each : running) {
      join(each);
    }
  }

  Future<?> start(Process<E> in, Consumer<Process<E>> what) {
    return threads.submit(() -> what.accept(in));
  }

  static void join(Future<?> running) {
    try {
      running.get(SOON.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    } catch (TimeoutException e) {
      throw new AssertionError("a process is not at its end", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /// All parts at one moment, as one machine.
  static MachineDump dump(List<? extends Process<?>> of) {
    while (true) {
      await("quiet", () -> of.stream().allMatch(Process::isQuiet));
      long before = asked(of);
      MachineDump dump = MachineDumps.merge(of.stream().map(p -> p.experiment.dump()).toList());
      if (asked(of) == before && of.stream().allMatch(Process::isQuiet)) {
        return dump;
      }
    }
  }

  private static long asked(List<? extends Process<?>> of) {
    return of.stream().mapToLong(p -> p.part.messages().total()).sum();
  }

  static ReplayTally tally(List<? extends Process<?>> of) {
    ReplayTally sum = of.getFirst().experiment.tally();
    of.subList(1, of.size()).forEach(p -> sum.add(p.experiment.tally()));
    return sum;
  }

  @Override
  public void close() {
    parts.forEach(ClusterPart::close);
    NearSystems.end(systems);
    registry.close();
    threads.shutdownNow();
  }
}
