package org.numaslab.coordinator.driver.simulate;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.topology.NodeId;

/// Removes members of a simulated cluster whom it does not hear for long enough, dead or not, and
/// those who say that they go. What it decides reaches each member at a time of its own.
///
/// Owner: the cluster.
final class RemovalService {
  private static final long MILLIS = 1_000_000;

  /// From when a member says that it goes, until it does.
  private static final long GOES_NANOS = 20 * MILLIS;

  /// Within which everybody hears of a removal.
  private static final long SPREAD_NANOS = 1500 * MILLIS;

  private static final long SPREAD_NANOS_HEALED = 100 * MILLIS;

  private final SimulatedCluster cluster;
  private final SplittableRandom random;
  private final VirtualTime time;
  private final Set<Incarnation> decided = new LinkedHashSet<>();

  RemovalService(SimulatedCluster cluster, SplittableRandom random) {
    this.cluster = cluster;
    this.random = random;
    this.time = cluster.time();
  }

  /// Whom nobody has heard for long enough is removed.
  void detect(SimulatedMember silent) {
    time.after(detection(), () -> remove(silent.me()));
  }

  /// How long nobody hears a member before it is removed.
  long detection() {
    long lease = cluster.times().lease();
    return lease * 3 / 2 + random.nextLong(lease * 2);
  }

  /// A member says that it goes, and does when what was on its way to it has arrived.
  ///
  /// @param then runs when it is removed; not where it dies before
  void goes(SimulatedMember member, Runnable then) {
    for (SimulatedMember other : cluster.alive()) {
      if (other != member) {
        other.run(() -> other.leaving(member.me()));
      }
    }
    time.after(
        GOES_NANOS,
        () -> {
          if (member.isAlive()) {
            cluster.kill(member);
            remove(member.me());
            then.run();
          }
        });
  }

  /// Decides that a member is removed. Everybody hears of it sooner or later.
  void remove(Incarnation gone) {
    if (decided.add(gone)) {
      for (int node = 0; node < cluster.topology().nodeCount(); node++) {
        tell(new NodeId(node), gone);
      }
      time.after(random.nextLong(spread()), () -> cluster.coordinator().removed(gone));
    }
  }

  /// A member that has just come hears of all who were removed.
  void tellAll(NodeId node) {
    List.copyOf(decided).forEach(gone -> tell(node, gone));
  }

  private void tell(NodeId node, Incarnation gone) {
    time.after(
        random.nextLong(spread()),
        () ->
            cluster.tell(
                node,
                to -> {
                  if (!to.me().equals(gone)) {
                    to.removed(gone);
                  }
                }));
  }

  private long spread() {
    return cluster.isHealed() ? SPREAD_NANOS_HEALED : SPREAD_NANOS;
  }

  boolean isRemoved(Incarnation member) {
    return decided.contains(member);
  }

  /// Whether all of them are known somewhere.
  boolean areAll(Predicate<Incarnation> known) {
    return decided.stream().allMatch(known);
  }
}
