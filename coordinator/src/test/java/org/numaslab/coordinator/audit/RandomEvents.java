package org.numaslab.coordinator.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.numaslab.coordinator.audit.Event.Kind;

/// Events that a history may have, each number drawn from its whole range, its ends more often.
final class RandomEvents {
  private final SplittableRandom random;
  private final HistoryHeader header;
  private long time;

  RandomEvents(SplittableRandom random) {
    this.random = random;
    int nodes = 1 + random.nextInt(random.nextInt(10) == 0 ? HistoryHeader.NODES_MAX : 8);
    List<Integer> nodeOfCpu = new ArrayList<>();
    int cpus = 1 + random.nextInt(random.nextInt(10) == 0 ? HistoryHeader.CPUS_MAX : 16);
    for (int cpu = 0; cpu < cpus; cpu++) {
      nodeOfCpu.add(random.nextInt(nodes));
    }
    header = new HistoryHeader(anyLong(), "0.1.0-x+" + random.nextInt(100), nodes, nodeOfCpu);
  }

  HistoryHeader header() {
    return header;
  }

  List<Event> list(int count) {
    List<Event> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      events.add(next());
    }
    return events;
  }

  Event next() {
    Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
    time += random.nextInt(10) == 0 ? random.nextLong(1L << 40) : random.nextInt(3);
    boolean hasMember = kind != Kind.FAULT && kind != Kind.OVER && kind != Kind.HEALED;
    boolean isOfTask = EventLimits.isOfTask(kind);
    boolean hasPeer =
        isOfTask || kind == Kind.REMOVED || kind == Kind.LEASED || kind == Kind.EXECUTED;
    int node = place(header.nodes(), hasMember);
    int peer = place(header.nodes(), hasPeer);
    return new Event(
        time,
        kind,
        node,
        life(node),
        place(header.cpus(), isOfTask),
        peer,
        life(peer),
        kind == Kind.EXECUTED ? home() : anyLong(),
        switch (kind) {
          case PASSED, HANDED -> random.nextInt(header.cpus());
          case ALLOCATED -> place(header.nodes(), false);
          default -> anyLong();
        });
  }

  private int place(int count, boolean isNeeded) {
    return isNeeded || random.nextBoolean() ? random.nextInt(count) : Event.NONE;
  }

  /// With a life in the upper half.
  private long home() {
    return ((long) random.nextInt(3) << Integer.SIZE) | random.nextInt(header.nodes());
  }

  private int life(int node) {
    return switch (random.nextInt(8)) {
      case 0 -> node == Event.NONE ? Event.NONE : 0;
      case 1 -> Integer.MAX_VALUE;
      default -> random.nextInt(3);
    };
  }

  private long anyLong() {
    return switch (random.nextInt(8)) {
      case 0 -> Event.NONE;
      case 1 -> Long.MIN_VALUE;
      case 2 -> Long.MAX_VALUE;
      case 3 -> random.nextInt(16) - 8;
      case 4 -> 0xffff_8880_0000_0000L + random.nextInt(1 << 30);
      default -> random.nextLong() >>> random.nextInt(Long.SIZE);
    };
  }
}
