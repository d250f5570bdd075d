package org.numaslab.coordinator.driver.cluster;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.apache.pekko.actor.ActorSystemImpl;
import org.numaslab.node.topology.Topology;

/// Processes of a cluster that are all in this JVM: their begin and their end, together.
public final class NearSystems {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final int LOOK_MILLIS = 20;

  private NearSystems() {}

  /// Waits until something is so that others bring about.
  ///
  /// @param what for the message when it does not come
  public static void await(String what, BooleanSupplier condition) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > until) {
        throw new AssertionError(what + " did not come");
      }
      try {
        Thread.sleep(LOOK_MILLIS);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  /// All join: the first of them, which is the others' seed, before the others.
  public static void join(List<ClusterSystem> systems, Topology topology, String version) {
    systems.getFirst().join(topology, version, PATIENCE);
    CompletableFuture.allOf(
            systems.subList(1, systems.size()).stream()
                .map(other ->
                    CompletableFuture.runAsync(() -> other.join(topology, version, PATIENCE)))
                .toArray(CompletableFuture<?>[]::new))
        .join();
  }

  /// One stops in the middle of whatever it does, and says nothing.
  public static void kill(ClusterSystem system) {
    ((ActorSystemImpl) system.system().classicSystem()).finalTerminate();
  }

  /// All end at once: nobody is left who had to be told.
  public static void end(List<ClusterSystem> systems) {
    systems.forEach(NearSystems::kill);
    for (ClusterSystem system : systems) {
      try {
        system
            .system()
            .getWhenTerminated()
            .toCompletableFuture()
            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      } catch (ExecutionException | TimeoutException late) {
        throw new AssertionError(system.hostPort() + " does not end", late);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
