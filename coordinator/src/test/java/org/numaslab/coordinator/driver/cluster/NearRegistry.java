package org.numaslab.coordinator.driver.cluster;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiConsumer;
import org.numaslab.coordinator.control.Coordinator;
import org.numaslab.coordinator.control.RetryTimes;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.registry.Registry;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.topology.Topology;

/// The registry of processes that are all in this JVM, without a network between it and them.
public final class NearRegistry implements AutoCloseable {
  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final Coordinator coordinator;

  /// @param run the number of their machines, which are there
  public NearRegistry(long run, Topology topology, long seed, List<ClusterSystem> systems) {
    this.coordinator =
        new Coordinator(
            topology,
            LiveNatures.ofRegistryApart(seed),
            line -> {
              throw new AssertionError(line);
            },
            1,
            RetryTimes.standard(),
            frame -> systems.forEach(system -> system.ask(run, frame)));
    systems.forEach(system -> {
      system.answersGoTo(
          answer -> thread.execute(() -> coordinator.receive(answer.frame(), System.nanoTime())));
      system.onRemoved(
          member -> thread.execute(() -> coordinator.removed(member, System.nanoTime())));
    });
    List<Incarnation> members = systems.stream().flatMap(system -> system.own().stream()).toList();
    thread.execute(() -> coordinator.begin(members, System.nanoTime(), () -> {}));
  }

  /// Does something at the registry, and waits until that says that it is done.
  public void ask(BiConsumer<Registry, Runnable> operation) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    thread.execute(() -> {
      try {
        coordinator.ask(
            registry -> operation.accept(registry, () -> done.complete(null)), System.nanoTime());
      } catch (RuntimeException | Error failed) {
        done.completeExceptionally(failed);
      }
    });
    done.join();
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
