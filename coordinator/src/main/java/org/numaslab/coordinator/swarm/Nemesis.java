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
    String soon = tenths(random, 10, 40);
    return switch (this) {
      case KILL ->
          "at %s kill node=%d restart=%s\n".formatted(soon, one, tenths(random, 5, 40))
              + "at %s kill node=%d restart=%s\n"
                  .formatted(tenths(random, 200, 240), other, tenths(random, 80, 120));
      case PAUSE ->
          "at %s for %s pause node=%d\n".formatted(soon, tenths(random, 10, 25), one)
              + "at %s for %s pause node=%d\n"
                  .formatted(tenths(random, 70, 90), tenths(random, 90, 140), other);
      case PARTITION ->
          "at %s for %s partition %s\n".formatted(soon, tenths(random, 10, 25), parted(one, nodes))
              + "at %s for %s partition %s\n"
                  .formatted(
                      tenths(random, 70, 90), tenths(random, 120, 160), parted(other, nodes));
      case ONE_WAY ->
          // Two that do not hear each other are both removed in the end: five can bear that.
          "at %s for %s cut from=%d to=%d\n"
              .formatted(soon, tenths(random, 10, nodes < 5 ? 20 : 80), one, other);
      case BRIDGE ->
          // Longer, and the resolver removes all who are connected by a bridge only: everybody.
          "at %s for %s bridge node=%d\n".formatted(soon, tenths(random, 10, 20), one)
              + "at %s for %s bridge node=%d\n"
                  .formatted(tenths(random, 80, 100), tenths(random, 10, 20), other);
      case LOSS -> "at 0s for end loss 10%\n";
      case DUPLICATE -> "at 0s for end duplicate 10%\n";
      case DELAY ->
          "at 0s for end delay 20% min=1ms max=50ms\nat 0s for end reorder 30% max=20ms\n";
      case DOWN -> "at %s down node=%d unaware=0s\n".formatted(soon, one);
      case LEAVE -> "at %s leave node=%d rejoin=1s\n".formatted(soon, one);
      case NONE, COORDINATOR_KILL -> "";
    };
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

  private static String tenths(SplittableRandom random, int min, int max) {
    int drawn = random.nextInt(min, max + 1);
    return drawn * 100 + "ms";
  }
}
