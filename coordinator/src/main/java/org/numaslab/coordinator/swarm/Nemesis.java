package org.numaslab.coordinator.swarm;

import java.util.Locale;
import java.util.SplittableRandom;
import org.numaslab.node.topology.BadInput;

/// What is done to the processes of a cluster in one of its trials, as a schedule of faults. Times
/// are drawn; each trial has some that heal before anybody is removed, and some after that.
public enum Nemesis {
  /// What the others are held against.
  NONE,
  KILL,
  PAUSE,
  PARTITION,
  ONE_WAY,
  BRIDGE,
  LOSS,
  DUPLICATE,
  DELAY,
  DOWN,
  LEAVE,
  COORDINATOR_KILL;

  private static final int COMES_BACK_TENTHS = 80;

  /// As people write it.
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public static Nemesis of(String option, String word) {
    for (Nemesis each : values()) {
      if (each.word().equals(word)) {
        return each;
      }
    }
    StringBuilder allowed = new StringBuilder();
    for (Nemesis each : values()) {
      allowed.append(allowed.isEmpty() ? "" : ", ").append(each.word());
    }
    throw new BadInput(option + ": got '" + word + "', allowed: " + allowed);
  }

  /// The schedule of a trial.
  ///
  /// @param nodes of the machine
  public String schedule(SplittableRandom random, int nodes) {
    int one = random.nextInt(nodes);
    int other = (one + 1 + random.nextInt(nodes - 1)) % nodes;
    int soon = random.nextInt(10, 41);
    return switch (this) {
      case KILL -> {
        String first =
            at(soon) + "kill node=%d restart=%s\n".formatted(one, tenths(random.nextInt(5, 41)));
        int late = random.nextInt(200, 241);
        int dead = random.nextInt(80, 121);
        yield first
            + at(late)
            + "kill node=%d restart=%s\n".formatted(other, tenths(dead))
            + thenComesBack(late + dead);
      }
      case PAUSE -> {
        String first = at(soon, random.nextInt(10, 26)) + "pause node=%d\n".formatted(one);
        int late = random.nextInt(70, 91);
        int length = random.nextInt(90, 141);
        yield first
            + at(late, length)
            + "pause node=%d\n".formatted(other)
            + thenComesBack(late + length);
      }
      case PARTITION -> {
        String first =
            at(soon, random.nextInt(10, 26)) + "partition %s\n".formatted(parted(one, nodes));
        int late = random.nextInt(70, 91);
        int length = random.nextInt(120, 161);
        yield first
            + at(late, length)
            + "partition %s\n".formatted(parted(other, nodes))
            + thenComesBack(late + length);
      }
      case ONE_WAY ->
          // Two that do not hear each other are both removed in the end: five can bear that.
          at(soon, random.nextInt(10, nodes < 5 ? 21 : 81))
              + "cut from=%d to=%d\n".formatted(one, other);
      case BRIDGE ->
          // Longer, and the resolver removes all who are connected by a bridge only: everybody.
          at(soon, random.nextInt(10, 21))
              + "bridge node=%d\n".formatted(one)
              + at(random.nextInt(80, 101), random.nextInt(10, 21))
              + "bridge node=%d\n".formatted(other);
      case LOSS -> "at 0s for end loss 10%\n";
      case DUPLICATE -> "at 0s for end duplicate 10%\n";
      case DELAY ->
          "at 0s for end delay 20% min=1ms max=50ms\nat 0s for end reorder 30% max=20ms\n";
      case DOWN -> at(soon) + "down node=%d unaware=0s\n".formatted(one) + thenComesBack(soon);
      case LEAVE -> at(soon) + "leave node=%d rejoin=1s\n".formatted(one);
      case NONE, COORDINATOR_KILL -> "";
    };
  }

  /// Next to nothing, and the run goes on so long: whoever was removed is a member again.
  private static String thenComesBack(int tenths) {
    return at(tenths, COMES_BACK_TENTHS) + "delay 1% min=1ms max=2ms\n";
  }

  private static String at(int tenths) {
    return "at " + tenths(tenths) + " ";
  }

  private static String at(int tenths, int length) {
    return at(tenths) + "for " + tenths(length) + " ";
  }

  /// One node apart from the others.
  private static String parted(int one, int nodes) {
    StringBuilder others = new StringBuilder();
    for (int node = 0; node < nodes; node++) {
      if (node != one) {
        others.append(others.isEmpty() ? "" : ",").append(node);
      }
    }
    return one + "|" + others;
  }

  private static String tenths(int tenths) {
    return tenths * 100 + "ms";
  }
}
