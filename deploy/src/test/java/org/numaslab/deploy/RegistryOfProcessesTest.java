package org.numaslab.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.IntConsumer;
import org.apache.pekko.actor.ActorSystemImpl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.numaslab.coordinator.audit.Audit;
import org.numaslab.coordinator.driver.cluster.ClusterSettings;
import org.numaslab.coordinator.driver.cluster.ClusterSystem;
import org.numaslab.coordinator.driver.cluster.LeadOfRun;
import org.numaslab.coordinator.driver.cluster.RunActors;
import org.numaslab.coordinator.experiment.CacheWrite;
import org.numaslab.coordinator.experiment.PlannedWrites;
import org.numaslab.coordinator.membership.Job;
import org.numaslab.coordinator.membership.Phase;
import org.numaslab.coordinator.registry.Registry;
import org.numaslab.coordinator.registry.RunCaches;
import org.numaslab.coordinator.report.PartBytes;
import org.numaslab.coordinator.report.WholeRun;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.GeometryOptions;
import org.numaslab.node.slab.SharedCache;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// Three processes with a node each and their coordinator, all in this JVM: between them is Artery.
/// What goes through the registry reaches all of them while they run.
@Timeout(120)
class RegistryOfProcessesTest {
  private static final int NODES = 3;
  private static final int CACHES = 6;
  private static final String MACHINE = NODES + "x2:64M";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final ClusterSettings.Timing TIMING =
      new ClusterSettings.Timing(
          Duration.ofMillis(100), Duration.ofMillis(2000), Duration.ofMillis(500));

  private final List<ClusterSystem> systems = new ArrayList<>();
  private final Map<ClusterSystem, Job> jobOf = new ConcurrentHashMap<>();
  private final List<ClusterSystem> killed = new ArrayList<>();
  private final ExecutorService slow = Executors.newCachedThreadPool();
  private final long number = System.currentTimeMillis();
  private final Topology topology = LoadInputs.read(words(1).machine).topology();

  @BeforeEach
  void start() {
    for (int node = 0; node < NODES; node++) {
      node(node, 1);
    }
    await("members", () -> systems.stream().allMatch(s -> s.members().size() == NODES));
  }

  private Incarnation node(int node, int life) {
    Incarnation member = new Incarnation(new NodeId(node), life);
    ClusterSystem system = system(List.of(member));
    NodeJobs jobs = new NodeJobs(topology, system);
    RunActors.follow(
        system,
        (run, late, words) -> {
          Job job = jobs.make(run, late, words);
          jobOf.put(system, job);
          return job;
        },
        slow);
    return member;
  }

  @AfterEach
  void stop() {
    systems.forEach(ClusterSystem::close);
    slow.shutdownNow();
    killed.forEach(system -> Objects.requireNonNull(jobOf.get(system)).close()); // nobody else does
  }

  private ClusterSystem system(List<Incarnation> own) {
    ClusterSystem system =
        new ClusterSystem(
            new ClusterSettings(
                "127.0.0.1",
                0,
                systems.isEmpty() ? List.of() : List.of(systems.getFirst().hostPort()),
                own.isEmpty() ? List.of("coordinator") : List.of(),
                ClusterSettings.Resolver.quorumOf(NODES),
                1,
                null,
                TIMING),
            own);
    systems.add(system);
    system.join(topology, Version.current(), PATIENCE);
    return system;
  }

  private static void await(String what, BooleanSupplier condition) {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(until);
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private static String[] line(int seconds) {
    return new String[] {
      "--topology=" + MACHINE,
      "--workload=random:" + seconds,
      "--workload-caches=" + CACHES,
      "--seed=3"
    };
  }

  private static ClusterWords words(int seconds) {
    return ClusterWords.parse(line(seconds));
  }

  /// A coordinator in a process of its own.
  private LeadOfRun lead(int seconds, String... writes) {
    ClusterWords parsed = words(seconds);
    RunCaches caches =
        PlannedWrites.of(
            LoadInputs.read(parsed.machine).caches(parsed.settings(), parsed.workload.caches()),
            List.of(writes).stream().map(text -> CacheWrite.parse("--write", text)).toList(),
            List.of(CacheWrite.parse("--write-after", "*/shrink=1")));
    return RunActors.lead(
        system(List.of()), new RunActors.RunWords(number, line(seconds), topology, caches, 0));
  }

  private static void awaitRunning(LeadOfRun run) {
    await("run", () -> run.view().wanted() == Phase.RUNNING || run.outcome().isDone());
    assertThat(run.outcome()).isNotDone();
  }

  /// Starts something at the registry, and waits until it says that all have confirmed it.
  private static void ask(LeadOfRun run, BiConsumer<Registry, Runnable> operation) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    run.ask(registry -> operation.accept(registry, () -> done.complete(null)));
    done.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
  }

  private static <T> T look(LeadOfRun run, Function<Registry, T> at) {
    CompletableFuture<T> seen = new CompletableFuture<>();
    run.ask(registry -> seen.complete(at.apply(registry)));
    return seen.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
  }

  private void endsClean(LeadOfRun run) {
    LeadOfRun.Outcome outcome =
        run.outcome().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    assertThat(outcome.trouble()).isEmpty();
    assertThat(outcome.lost()).isEmpty();
    WholeRun whole =
        WholeRun.of(topology, outcome.parts().stream().map(PartBytes::read).toList(), List.of());
    assertThat(Audit.of(whole.dump()).findings()).isEmpty();
  }

  private KmemCache create(LeadOfRun run, String name) {
    KmemCache[] made = new KmemCache[1];
    CacheGeometry geometry =
        CacheGeometry.of(
            new CacheRequest(name, 100, 0, 0, false), GeometryOptions.forCpus(topology.cpuCount()));
    ask(
        run,
        (registry, then) ->
            made[0] = registry.create(SharedCache.alone(name, geometry), false, null, then));
    return made[0];
  }

  @Test
  void whatTheRegistryDoesWhileTasksRunReachesAllProcesses() {
    LeadOfRun run = lead(6, "*/cpu_partial=0", "load-0-*/min_partial=9");
    awaitRunning(run);

    KmemCache made = create(run, "made-late");
    assertThat(made.id()).isEqualTo(new CacheId(CACHES));
    ask(run, (r, then) -> r.write(made.id(), "min_partial", "7", refused -> then.run()));
    for (int cache = 0; cache < CACHES; cache++) {
      CacheId each = new CacheId(cache);
      ask(run, (r, then) -> r.shrink(each, left -> then.run()));
      ask(run, (r, then) -> r.write(each, "cpu_partial", "30", refused -> then.run()));
    }
    List<Integer> returned = new ArrayList<>();
    ask(run, (r, then) -> r.setCpu(new CpuId(3), false, then(returned, then)));
    ask(run, (r, then) -> r.setCpu(new CpuId(3), true, then(returned, then)));
    ask(run, (r, then) -> r.setMemory(new NodeId(1), false, then(returned, then)));
    ask(run, (r, then) -> r.gracePeriod(then));
    ask(run, (r, then) -> r.destroy(made.id(), left -> then.run()));

    assertThat(returned).startsWith(0, 0).hasSize(3);
    Boolean destroyed = look(run, r -> r.isDestroyed(made.id()));
    Long minPartial = look(run, r -> r.cache(new CacheId(0)).minPartial());
    assertThat(destroyed).isTrue();
    assertThat(minPartial).isEqualTo(9);
    if (returned.getLast() == 0) {
      ask(run, (r, then) -> r.setMemory(new NodeId(1), true, then(returned, then)));
    }
    assertThat(run.outcome()).isNotDone();
    endsClean(run);
  }

  private static IntConsumer then(List<Integer> returned, Runnable then) {
    return value -> {
      returned.add(value);
      then.run();
    };
  }

  @Test
  void anotherCoordinatorLearnsWhatExistsAndGoesOn() {
    LeadOfRun first = lead(8, "*/min_partial=8");
    awaitRunning(first);
    KmemCache made = create(first, "of-the-first");
    kill(systems.removeLast());

    LeadOfRun second = lead(8, "*/min_partial=8");
    List<KmemCache> known = look(second, Registry::caches);

    assertThat(known).hasSize(CACHES + 1);
    assertThat(known.getLast().name()).isEqualTo(made.name());
    assertThat(known.getFirst().minPartial()).isEqualTo(8);
    assertThat(second.outcome()).isNotDone();
    ask(second, (r, then) -> r.write(made.id(), "min_partial", "6", refused -> then.run()));
    create(second, "of-the-second");
    endsClean(second);
  }

  @Test
  void aProcessThatIsLostIsNotWaitedForAndAnotherLifeOfItIsToldAll() {
    LeadOfRun run = lead(12, "*/min_partial=8");
    awaitRunning(run);
    killed.add(systems.remove(2));
    kill(killed.getLast());
    ask(run, (r, then) -> r.write(new CacheId(0), "min_partial", "9", refused -> then.run()));
    Incarnation back = node(2, 2);
    await("the other life", () -> look(run, r -> r.isPresent(back)));

    assertThat(run.outcome()).isNotDone();
    LeadOfRun.Outcome outcome =
        run.outcome().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    assertThat(outcome.trouble()).isEmpty();
    assertThat(outcome.lost()).containsExactly(new Incarnation(new NodeId(2), 1));
    assertThat(outcome.parts().size()).isEqualTo(NODES);
  }

  /// It stops in the middle of whatever it does, and says nothing.
  private static void kill(ClusterSystem system) {
    ((ActorSystemImpl) system.system().classicSystem()).finalTerminate();
  }
}
