package org.numaslab.coordinator.swarm;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.numaslab.coordinator.audit.MemberAudit;
import org.numaslab.coordinator.audit.MemberAudit.Slots;
import org.numaslab.coordinator.audit.Violation;
import org.numaslab.coordinator.driver.simulate.SimulatedCluster;
import org.numaslab.coordinator.driver.simulate.SimulatedMember;
import org.numaslab.coordinator.experiment.Dumper;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.KmemCacheNode;

/// Looks at members while things are under way: S2 to S5 and S9 of what each has of its own memory,
/// as [MemberAudit] sees it.
final class OnTheWay {
  /// An operation is six to nine steps, and a look takes as long as about three operations: so this
  /// is one or two percent.
  static final int EVERY_STEPS = 2000;

  /// More are of the same.
  private static final int VIOLATIONS_MAX = 20;

  private final SimulatedCluster cluster;
  private final List<Violation> violations = new ArrayList<>();
  private long looks;

  private OnTheWay(SimulatedCluster cluster) {
    this.cluster = cluster;
  }

  /// Looks at the member of a step after every so many steps from now on.
  static OnTheWay watch(SimulatedCluster cluster, int everySteps) {
    OnTheWay watching = new OnTheWay(cluster);
    cluster.watch(everySteps, watching::look);
    return watching;
  }

  List<Violation> violations() {
    return violations;
  }

  long looks() {
    return looks;
  }

  /// Whether there are slabs of it of which nobody can say what is free in them: a list was made
  /// corrupt, or a cpu whose shell had failed trusts its own no more.
  private boolean hasUnknown(SimulatedMember member) {
    int home = member.me().node().value();
    return cluster.isCorrupt(member)
        || cluster.alive().stream()
            .flatMap(other -> other.cpus().stream())
            .flatMap(cpu -> cpu.quarantine().slabs().stream())
            .anyMatch(slab -> slab.home() == home);
  }

  private void look(SimulatedMember member) {
    looks++;
    if (violations.size() >= VIOLATIONS_MAX || hasUnknown(member)) {
      return;
    }
    List<KmemCache> caches =
        member.state().caches().values().stream().map(KmemCacheNode::cache).toList();
    Map<Integer, Slots> slots = new HashMap<>();
    for (KmemCache cache : caches) {
      slots.put(
          cache.id().value(), new Slots(cache.geometry().redLeftPad(), cache.geometry().size()));
    }
    int node = member.me().node().value();
    List<String> findings =
        MemberAudit.of(
            Dumper.node(
                member.state(),
                member.natures().buddy(member.me().node()),
                member.memory().frames()),
            member.cpus().stream()
                .map(cpu ->
                    Dumper.cpu(
                        cpu, caches.stream().filter(cache -> cpu.knows(cache.id())).toList()))
                .toList(),
            member.borders().out().toArray(),
            slots);
    for (String finding : findings) {
      violations.add(new Violation("way", cluster.now(), node, 0, member.me() + ": " + finding));
    }
  }
}
