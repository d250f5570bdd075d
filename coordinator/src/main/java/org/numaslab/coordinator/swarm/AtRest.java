package org.numaslab.coordinator.swarm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.numaslab.coordinator.audit.Audit;
import org.numaslab.coordinator.audit.Event;
import org.numaslab.coordinator.audit.MachineDump;
import org.numaslab.coordinator.audit.MachineDump.CacheDump;
import org.numaslab.coordinator.audit.Violation;
import org.numaslab.coordinator.driver.simulate.SimulatedCluster;
import org.numaslab.coordinator.driver.simulate.SimulatedMember;
import org.numaslab.coordinator.experiment.Dumper;
import org.numaslab.cpu.cache.Quarantine;
import org.numaslab.node.cache.DebugSlabs;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.KmemCacheNode;
import org.numaslab.node.loan.Marks;

/// Whether a cluster in which every task has freed everything has nothing left.
///
/// | invariant | statement |
/// |---|---|
/// | S2, L2 | nothing is out, nothing is lent, no object is in use, but in slabs that were written off or quarantined |
/// | S3 | pages are free, or in slabs that nodes keep |
/// | S4, S5, S9 | every slab, list and page adds up, as [Audit] sees it |
/// | S6 | what a member has of a home is out there: both have nothing, but of quarantined slabs |
final class AtRest {
  private AtRest() {}

  static List<Violation> of(SimulatedCluster cluster) {
    List<Violation> violations = new ArrayList<>();
    for (SimulatedMember member : cluster.alive()) {
      int node = member.me().node().value();
      List<Quarantine.Slab> quarantined = quarantined(cluster, node);
      for (long object : but(quarantined, member.borders().out())) {
        add(violations, cluster, "L2", node, object, "is out, and nobody has it");
      }
      for (SimulatedMember other : cluster.alive()) {
        for (long object : but(quarantined, other.borders().here(member.me()))) {
          add(violations, cluster, "S6", node, object, "is in " + other.me());
        }
      }
      member
          .state()
          .borrowers()
          .forEach((frame, cpu) -> {
            if (quarantined.stream().noneMatch(slab -> slab.slab().frame() == frame)) {
              add(violations, cluster, "L2", node, frame << 12, "is a slab lent to " + cpu);
            }
          });
      long inSlabs = 0;
      for (KmemCacheNode cache : member.state().caches().values()) {
        inSlabs += cache.pages();
        long inUse = cache.totalObjects() - (cache.partialObjects() - cache.partialInUse());
        if (inUse < 0 || inUse > writtenOff(cache) + inQuarantine(cache, quarantined)) {
          add(
              violations,
              cluster,
              "S2",
              node,
              0,
              inUse + " objects of " + cache.cache().name() + " are in use");
        }
      }
      long pages = inSlabs + member.state().plainPages();
      if (pages != member.memory().pagesInUse()) {
        add(
            violations,
            cluster,
            "S3",
            node,
            0,
            member.memory().pagesInUse() + " pages are handed out, " + pages + " are known");
      }
    }
    if (violations.isEmpty() && !hasUnknown(cluster)) {
      for (String finding : Audit.of(dump(cluster)).findings()) {
        violations.add(new Violation("rest", cluster.now(), Event.NONE, 0, finding));
      }
    }
    return violations;
  }

  /// Slabs of a node that some cpu has quarantined.
  private static List<Quarantine.Slab> quarantined(SimulatedCluster cluster, int home) {
    return cluster.alive().stream()
        .flatMap(member -> member.cpus().stream())
        .flatMap(cpu -> cpu.quarantine().slabs().stream())
        .filter(slab -> slab.home() == home)
        .toList();
  }

  private static long[] but(List<Quarantine.Slab> quarantined, Marks marks) {
    return Arrays.stream(marks.toArray())
        .filter(object -> quarantined.stream().noneMatch(slab -> slab.holds(object)))
        .toArray();
  }

  private static long inQuarantine(KmemCacheNode cache, List<Quarantine.Slab> quarantined) {
    return quarantined.stream()
        .filter(slab -> slab.cache().equals(cache.cache().id()))
        .mapToLong(Quarantine.Slab::objects)
        .sum();
  }

  /// Whether there are slabs of which nobody can say what is free in them.
  private static boolean hasUnknown(SimulatedCluster cluster) {
    return cluster.alive().stream()
        .anyMatch(member ->
            cluster.isCorrupt(member)
                || member.cpus().stream().anyMatch(cpu -> !cpu.quarantine().slabs().isEmpty()));
  }

  /// All members as one machine whose tasks hold nothing.
  private static MachineDump dump(SimulatedCluster cluster) {
    List<KmemCache> caches = cluster.caches();
    return new MachineDump(
        caches.stream()
            .map(cache ->
                new CacheDump(
                    cache.id().value(),
                    cache.name(),
                    cache.geometry().size(),
                    cache.geometry().redLeftPad(),
                    0,
                    0))
            .toList(),
        cluster.alive().stream()
            .map(member ->
                Dumper.node(
                    member.state(),
                    member.natures().buddy(member.me().node()),
                    member.memory().frames()))
            .toList(),
        cluster.alive().stream()
            .flatMap(member -> member.cpus().stream())
            .map(cpu -> Dumper.cpu(cpu, caches))
            .toList(),
        Map.of());
  }

  /// Objects that may count as in use although nobody has them: those of slabs that failed a check.
  private static long writtenOff(KmemCacheNode cache) {
    DebugSlabs debug = cache.debug();
    return debug == null
        ? 0
        : (long) debug.writtenOff().size() * cache.cache().geometry().ooObjects();
  }

  private static void add(
      List<Violation> violations,
      SimulatedCluster cluster,
      String invariant,
      int node,
      long object,
      String what) {
    String where = object == 0 ? "node " + node + ": " : "0x%x of node %d ".formatted(object, node);
    violations.add(new Violation(invariant, cluster.now(), node, object, where + what));
  }
}
