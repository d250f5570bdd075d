package org.numaslab.coordinator.fault;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// Draws single faults of a kind, each with lengths and shares that a protocol may just bear.
final class FaultDraw {
  static final int LOSS_PERCENT_MAX = 30;
  static final int LATE_PERCENT_MAX = 20;
  private static final int LATE_MILLIS_MIN = 50;
  private static final int LATE_MILLIS_MAX = 1500;
  private static final int COUNT_MAX = 100;
  private static final int JUMP_MILLIS_MAX = 60_000;
  private static final int DRIFT_MAX = 10_000;
  private static final int QUEUE_MAX = 64;
  private static final long NANOS_PER_MILLI = 1_000_000;

  /// One bit's byte, a pointer, an object.
  private static final int[] CORRUPT_BYTES = {1, 8, 64};

  private final SplittableRandom random;
  private final Topology topology;
  private final List<NodeId> nodes;
  private final List<NodeId> withMemory;

  /// @param topology of two nodes or more
  FaultDraw(SplittableRandom random, Topology topology) {
    this.random = random;
    this.topology = topology;
    this.nodes = IntStream.range(0, topology.nodeCount()).mapToObj(NodeId::new).toList();
    this.withMemory = nodes.stream().filter(topology::hasMemory).toList();
  }

  /// Whether the machine is large enough for it.
  boolean canHave(FaultKind kind) {
    return switch (kind) {
      case BRIDGE -> nodes.size() >= 3;
      case RING -> nodes.size() >= 4;
      case CPU_CRASH, CPU_OFFLINE, PREEMPT -> topology.cpuCount() > 0;
      default -> true;
    };
  }

  Fault fault(FaultKind kind) {
    return switch (kind) {
      case KILL -> new Fault.Kill(node(), nanos(50, 2500));
      case LEAVE -> new Fault.Leave(node(), nanos(50, 2500));
      case DOWN -> new Fault.Down(node(), nanos(50, 1700));
      case PAUSE -> new Fault.Pause(node());
      case PARTITION -> new Fault.Partition(sides());
      case CUT -> link(Fault.Cut::new);
      case BRIDGE -> new Fault.Bridge(node());
      case RING -> new Fault.Ring();
      case LOSS -> link((from, to) -> new Fault.Loss(from, to, percent(LOSS_PERCENT_MAX)));
      case DUPLICATE ->
          link((from, to) -> new Fault.Duplicate(from, to, percent(LOSS_PERCENT_MAX)));
      case DELAY -> link((from, to) -> delay(from, to, percent(LATE_PERCENT_MAX)));
      case REORDER ->
          link((from, to) ->
              new Fault.Reorder(
                  from, to, percent(LATE_PERCENT_MAX), nanos(LATE_MILLIS_MIN, LATE_MILLIS_MAX)));
      case CLOG -> link(Fault.Clog::new);
      case CLOCK_JUMP -> new Fault.ClockJump(node(), nanos(-JUMP_MILLIS_MAX, JUMP_MILLIS_MAX));
      case DRIFT -> new Fault.Drift(node(), random.nextInt(-DRIFT_MAX, DRIFT_MAX + 1));
      case NO_PAGES -> new Fault.NoPages(nodeWithMemory());
      case CHURN -> new Fault.Churn(nanos(500, 2000));
      case COORDINATOR_KILL -> new Fault.CoordinatorKill(nanos(50, 2500));
      case CPU_CRASH -> new Fault.CpuCrash(cpu(), 1 + random.nextInt(COUNT_MAX));
      case NODE_CRASH -> new Fault.NodeCrash(node(), 1 + random.nextInt(COUNT_MAX));
      case QUEUE_BOUND ->
          link((from, to) -> new Fault.QueueBound(from, to, 1 + random.nextInt(QUEUE_MAX)));
      case CORRUPT ->
          new Fault.Corrupt(nodeWithMemory(), CORRUPT_BYTES[random.nextInt(CORRUPT_BYTES.length)]);
      case CPU_OFFLINE -> new Fault.CpuOffline(cpu());
      case MEMORY_OFFLINE -> new Fault.MemoryOffline(nodeWithMemory());
      case PREEMPT -> new Fault.Preempt(cpu());
    };
  }

  /// How long one of this kind lasts.
  long lastsMillis(FaultKind kind) {
    return switch (kind) {
      case PAUSE, PREEMPT, NO_PAGES -> random.nextLong(50, 1701);
      case CUT, CLOG -> random.nextLong(100, 2001);
      case CHURN, DRIFT -> random.nextLong(2000, 8001);
      default -> random.nextLong(200, 2501);
    };
  }

  private long nanos(long millisMin, long millisMax) {
    return random.nextLong(millisMin, millisMax + 1) * NANOS_PER_MILLI;
  }

  private int percent(int max) {
    return 1 + random.nextInt(max);
  }

  private NodeId node() {
    return nodes.get(random.nextInt(nodes.size()));
  }

  private NodeId nodeWithMemory() {
    return withMemory.get(random.nextInt(withMemory.size()));
  }

  private CpuId cpu() {
    return new CpuId(random.nextInt(topology.cpuCount()));
  }

  private interface OnLink {
    Fault between(NodeId from, NodeId to);
  }

  private Fault link(OnLink fault) {
    List<NodeId> order = shuffled();
    return fault.between(order.get(0), order.get(1));
  }

  Fault delay(NodeId from, NodeId to, int percent) {
    long min = random.nextLong(LATE_MILLIS_MIN, LATE_MILLIS_MAX + 1);
    long max = random.nextLong(min, LATE_MILLIS_MAX + 1);
    return new Fault.Delay(from, to, percent, min * NANOS_PER_MILLI, max * NANOS_PER_MILLI);
  }

  /// Two sides with all nodes, and now and then one on none.
  private List<Set<NodeId>> sides() {
    List<NodeId> order = shuffled();
    int cut = 1 + random.nextInt(order.size() - 1);
    boolean leftOut = cut > 1 && random.nextInt(4) == 0;
    return List.of(
        Set.copyOf(order.subList(leftOut ? 1 : 0, cut)),
        Set.copyOf(order.subList(cut, order.size())));
  }

  private List<NodeId> shuffled() {
    List<NodeId> order = new ArrayList<>(nodes);
    for (int i = order.size() - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      NodeId moved = order.set(i, order.get(j));
      order.set(j, moved);
    }
    return order;
  }
}
