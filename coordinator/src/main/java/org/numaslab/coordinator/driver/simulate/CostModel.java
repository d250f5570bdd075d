package org.numaslab.coordinator.driver.simulate;

import org.numaslab.cpu.cache.AllocPath;
import org.numaslab.node.topology.Topology;

/// What things take in virtual time, in nanoseconds. All of it is assumed or was measured on
/// another machine: what is computed from it is *modelled*.
///
/// @param fast an allocation or free that sends nothing
/// @param slow what a cpu adds where it leaves the fast path
/// @param mailbox from a cpu to its own node or back
/// @param service of a node, for each request
/// @param wire from one member to another at distance 10, one way
/// @param perDistance more for each step of distance beyond that
/// @param jitterPercent by which a message may be slower, drawn for each
public record CostModel(
    long fast,
    long slow,
    long mailbox,
    long service,
    long wire,
    long perDistance,
    int jitterPercent) {

  /// A machine of JVMs on one host: a pair of alloc and free takes about 10 ns, a message between
  /// actors under a microsecond, one through TCP about 30.
  public static CostModel oneHost() {
    return new CostModel(5, 30, 700, 400, 30_000, 0, 20);
  }

  /// A slow network, in which faults meet what is under way: a fifth of a millisecond and more.
  public static CostModel slowNetwork() {
    return new CostModel(1_000, 2_000, 5_000, 5_000, 200_000, 20_000, 100);
  }

  long operation(AllocPath path) {
    return path == AllocPath.FAST ? fast : fast + slow;
  }

  long wire(int distance) {
    return wire + perDistance * Math.max(0, distance - Topology.DISTANCE_LOCAL);
  }
}
