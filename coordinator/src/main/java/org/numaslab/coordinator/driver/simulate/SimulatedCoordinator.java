package org.numaslab.coordinator.driver.simulate;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.Nature;
import org.numaslab.node.slab.CacheGeometry;

/// Makes caches while it is there. Nobody needs it to allocate or to free: what it has made is
/// known to every member, also to those that start later.
///
/// Owner: the cluster.
final class SimulatedCoordinator {
  private static final long MILLIS = 1_000_000;
  private static final int EVERY_MILLIS = 500;
  private static final int TOLD_WITHIN_MILLIS = 5;
  private static final int LATE_MAX = 8;

  private final SimulatedCluster cluster;
  private final VirtualTime time;
  private final SplittableRandom random;
  private final List<CacheGeometry> geometries;
  private final Nature definitions;
  private final List<KmemCache> caches = new ArrayList<>();
  private int open;
  private boolean isDown;

  /// @param geometries of the caches that exist from the begin; the later ones take them in turn
  SimulatedCoordinator(
      SimulatedCluster cluster,
      List<CacheGeometry> geometries,
      long seed,
      SplittableRandom random) {
    this.cluster = cluster;
    this.time = cluster.time();
    this.random = random;
    this.geometries = geometries;
    this.definitions = LiveNatures.ofRegistry(seed);
    geometries.forEach(this::define);
    this.open = caches.size();
  }

  private KmemCache define(CacheGeometry geometry) {
    CacheId id = new CacheId(caches.size());
    KmemCache cache =
        KmemCache.created(id, "sim-" + id.value(), geometry, definitions, false, null);
    caches.add(cache);
    return cache;
  }

  /// The caches that tasks may use.
  List<KmemCache> openCaches() {
    return caches.subList(0, open);
  }

  /// Every cache that was ever made.
  List<KmemCache> caches() {
    return List.copyOf(caches);
  }

  void begin() {
    time.after(EVERY_MILLIS * MILLIS, this::create);
  }

  private void create() {
    if (isDown || cluster.isHealed()) {
      return;
    }
    int late = caches.size() - geometries.size();
    if (late < LATE_MAX && open == caches.size()) {
      KmemCache cache = define(geometries.get(late % geometries.size()));
      Set<SimulatedMember> missing = new HashSet<>(cluster.alive());
      for (SimulatedMember member : cluster.alive()) {
        time.after(
            random.nextLong(TOLD_WITHIN_MILLIS * MILLIS),
            () ->
                member.run(() -> {
                  member.describe(cache);
                  missing.remove(member);
                }));
      }
      openWhenKnown(missing);
    }
    begin();
  }

  /// Tasks use a cache when all members know it.
  private void openWhenKnown(Set<SimulatedMember> missing) {
    time.after(
        2 * TOLD_WITHIN_MILLIS * MILLIS,
        () -> {
          missing.removeIf(member -> !member.isAlive());
          if (missing.isEmpty()) {
            open = caches.size();
          } else {
            openWhenKnown(missing);
          }
        });
  }

  /// It dies, and is there again later.
  void kill(long restartNanos) {
    if (!isDown) {
      isDown = true;
      time.after(
          restartNanos,
          () -> {
            isDown = false;
            create();
          });
    }
  }
}
