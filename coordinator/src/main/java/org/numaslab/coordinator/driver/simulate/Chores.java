package org.numaslab.coordinator.driver.simulate;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.numaslab.coordinator.registry.CacheRecord;
import org.numaslab.coordinator.registry.CacheRecord.Stage;
import org.numaslab.coordinator.registry.Registry;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.Stat;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.SharedCache;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

/// What is done to the machine as a whole, at random: caches are made, written to and destroyed,
/// CPUs and memory go off line and come back. Each chore is asked of the coordinator again, each
/// time that this has started again, until it is done.
///
/// | cache | tasks | leaves when |
/// |---|---|---|
/// | open | allocate from it | it is to be destroyed -> closed |
/// | closed | free what they have of it | - |
///
/// A cache opens when every member knows it. Some are destroyed as soon as they are closed, others
/// when most tasks have freed what they had.
///
/// Owner: the cluster.
final class Chores {
  private static final long MILLIS = 1_000_000;

  /// Caches at a time that are not destroyed.
  private static final int CACHES_MAX = 12;

  private static final int OUTSTANDING_MAX = 4;
  private static final long AWAY_NANOS_MAX = 300 * MILLIS;
  private static final long DRAIN_NANOS = 400 * MILLIS;

  private interface Start {
    /// @param done is told what came of it
    void start(Registry registry, Consumer<String> done);
  }

  /// Something that is to be done.
  ///
  /// @param isDone whether a registry that has started again finds that it is done, or will be
  private record Chore(String name, Start start, Predicate<Registry> isDone, Runnable then) {
    @Override
    public String toString() {
      return name;
    }
  }

  private final SimulatedCluster cluster;
  private final VirtualTime time;
  private final SplittableRandom random;
  private final List<CacheGeometry> geometries;
  private final long everyNanos;
  private final Set<Chore> outstanding = new LinkedHashSet<>();
  private final Set<CacheId> closed = new HashSet<>();
  private List<KmemCache> open = List.of();
  private List<KmemCache> all = List.of();
  private final Map<String, Long> outcomes = new TreeMap<>();
  private int made;

  /// @param geometries of the caches that exist from the begin; the later ones take them in turn
  /// @param everyNanos on average; 0 for no chores
  Chores(
      SimulatedCluster cluster,
      List<CacheGeometry> geometries,
      long everyNanos,
      SplittableRandom random) {
    this.cluster = cluster;
    this.time = cluster.time();
    this.geometries = geometries;
    this.everyNanos = everyNanos;
    this.random = random;
  }

  /// The caches that tasks may use.
  List<KmemCache> openCaches() {
    return open;
  }

  /// Every cache that was ever made, as far as the last coordinator knew.
  List<KmemCache> caches() {
    Registry registry = cluster.coordinator().registry();
    if (registry != null && registry.caches().size() >= all.size()) {
      all = registry.caches();
    }
    return all;
  }

  /// How often each outcome came about.
  Map<String, Long> outcomes() {
    return outcomes;
  }

  boolean areOver() {
    return outstanding.isEmpty();
  }

  /// For people.
  String waitsFor() {
    return outstanding.isEmpty() ? "" : "to be done: " + outstanding;
  }

  // ---- asking

  private void ask(Chore chore) {
    outstanding.add(chore);
    cluster.coordinator().ask(registry -> start(chore, registry));
  }

  private void start(Chore chore, Registry registry) {
    if (outstanding.contains(chore)) {
      chore.start.start(registry, outcome -> finish(chore, outcome));
    }
  }

  private void finish(Chore chore, String outcome) {
    if (outstanding.remove(chore)) { // an earlier life of the coordinator may have done it too
      outcomes.merge(outcome, 1L, Long::sum);
      chore.then.run();
    }
  }

  private void ask(String name, Start start) {
    ask(new Chore(name, start, registry -> false, () -> {}));
  }

  /// A coordinator has started again and knows what exists.
  void ready(Registry registry) {
    reopen(registry);
    for (Chore chore : List.copyOf(outstanding)) {
      if (chore.isDone.test(registry)) {
        finish(chore, "finished-by-next-coordinator");
      } else {
        start(chore, registry);
      }
    }
  }

  private void reopen(Registry registry) {
    List<KmemCache> usable = new ArrayList<>();
    for (CacheRecord record : registry.records()) {
      CacheId id = record.cache().id();
      boolean isKnown = open.stream().anyMatch(cache -> cache.id().equals(id));
      boolean isMaking =
          !isKnown && outstanding.stream().anyMatch(chore -> chore.name.equals(making(record)));
      if (record.stage() == Stage.EXISTS && !closed.contains(id) && !isMaking) {
        usable.add(record.cache());
      }
    }
    open = List.copyOf(usable);
  }

  private static String making(CacheRecord record) {
    return "make " + record.cache().name();
  }

  // ---- chores

  /// Makes the caches that exist from the begin.
  void begin() {
    geometries.forEach(this::make);
    later();
  }

  private void later() {
    if (everyNanos > 0) {
      time.after(1 + random.nextLong(2 * everyNanos), this::next);
    }
  }

  private void next() {
    if (cluster.isHealed()) {
      return;
    }
    if (outstanding.size() < OUTSTANDING_MAX && !open.isEmpty()) {
      one();
    }
    later();
  }

  /// Does something now, so that the coordinator is in the middle of it.
  void hurry() {
    if (everyNanos > 0 && !open.isEmpty()) {
      one();
    }
  }

  private void one() {
    CacheId any = open.get(random.nextInt(open.size())).id();
    switch (random.nextInt(12)) {
      case 0, 1 -> {
        if (open.size() < CACHES_MAX) {
          make(geometries.get(made % geometries.size()));
        }
      }
      case 2, 3 -> destroy(any);
      case 4 -> ask("shrink " + any, (r, then) -> r.shrink(any, left -> then.accept("shrink")));
      case 5 -> write(any, "validate", "1");
      case 6 -> write(any, "cpu_partial", String.valueOf(random.nextInt(200)));
      case 7 -> write(any, "min_partial", String.valueOf(random.nextInt(12)));
      case 8 -> {
        Stat stat = Stat.values()[random.nextInt(Stat.COUNT)];
        write(any, stat.fileName(), "0");
        write(any, "remote_node_defrag_ratio", String.valueOf(random.nextInt(101)));
      }
      case 9 ->
          ask("end a grace period", (r, then) -> r.gracePeriod(() -> then.accept("grace-period")));
      case 10 -> unplug(new CpuId(random.nextInt(cluster.topology().cpuCount())));
      default -> unplug(new NodeId(random.nextInt(cluster.topology().nodeCount())));
    }
  }

  private void make(CacheGeometry geometry) {
    String name = "sim-" + made++;
    ask(
        new Chore(
            "make " + name,
            (r, then) ->
                r.create(
                    SharedCache.alone(name, geometry),
                    false,
                    null,
                    () -> then.accept("cache-made")),
            r -> r.caches().stream().anyMatch(cache -> cache.name().equals(name)),
            this::opened));
  }

  private void opened() {
    // A zombie may have made it: then the next registry will know it too.
    Registry registry = cluster.coordinator().registry();
    if (registry != null) {
      reopen(registry);
    }
  }

  private void destroy(CacheId id) {
    if (open.size() < 2) {
      return;
    }
    closed.add(id);
    open = open.stream().filter(cache -> !cache.id().equals(id)).toList();
    Chore chore =
        new Chore(
            "destroy " + id,
            (r, then) ->
                r.destroy(
                    id, kept -> then.accept(r.isDestroyed(id) ? "cache-destroyed" : "cache-stays")),
            r -> r.records().get(id.value()).isGoing(),
            () -> {});
    long drain = random.nextBoolean() ? 0 : DRAIN_NANOS;
    time.after(drain, () -> ask(chore));
  }

  private void write(CacheId id, String attribute, String text) {
    ask(
        "write " + text + " to " + attribute + " of " + id,
        (r, then) ->
            r.write(
                id,
                attribute,
                text,
                refused -> then.accept(refused.isPresent() ? "write-refused" : "write")));
  }

  private void unplug(CpuId cpu) {
    set(cpu, false);
    time.after(random.nextLong(AWAY_NANOS_MAX), () -> set(cpu, true));
  }

  private void unplug(NodeId node) {
    set(node, false);
    time.after(random.nextLong(AWAY_NANOS_MAX), () -> set(node, true));
  }

  /// Takes a cpu off line, or brings it back.
  void set(CpuId cpu, boolean online) {
    if (online || !cluster.isHealed()) {
      ask(
          (online ? "bring back " : "take off line ") + cpu + " #" + made++,
          (r, then) ->
              r.setCpu(cpu, online, returned -> then.accept(outcome("cpu", online, returned))));
    }
  }

  /// Takes the memory of a node off line, or brings it back.
  void set(NodeId node, boolean online) {
    if (online || !cluster.isHealed()) {
      ask(
          (online ? "bring back the memory of " : "take off line the memory of ")
              + node
              + " #"
              + made++,
          (r, then) ->
              r.setMemory(
                  node, online, returned -> then.accept(outcome("memory", online, returned))));
    }
  }

  private static String outcome(String what, boolean online, int returned) {
    return what + (online ? "-online" : "-offline") + (returned == 0 ? "" : "-refused");
  }

  /// Nothing is away any more.
  void heal() {
    for (int cpu = 0; cpu < cluster.topology().cpuCount(); cpu++) {
      set(new CpuId(cpu), true);
    }
    for (int node = 0; node < cluster.topology().nodeCount(); node++) {
      set(new NodeId(node), true);
    }
  }
}
