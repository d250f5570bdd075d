package org.numaslab.coordinator.fault;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.numaslab.node.topology.NodeId;

/// What becomes of messages on the links between nodes, by the faults that are at work.
///
/// Owner: whoever moves the messages.
public final class LinkFaults {
  /// What becomes of one message.
  ///
  /// @param extraNanos so much later it arrives
  public record Fate(boolean isLost, boolean isHeld, boolean isDoubled, long extraNanos) {}

  private static final Fate LOST = new Fate(true, false, false, 0);
  private static final Fate NOTHING = new Fate(false, false, false, 0);
  private static final int PERCENT = 100;

  private final SplittableRandom random;
  private final List<Fault> active = new ArrayList<>();
  private final Map<FaultKind, Long> hits = new EnumMap<>(FaultKind.class);

  public LinkFaults(SplittableRandom random) {
    this.random = random;
  }

  /// A fault of links begins.
  public void begin(Fault fault) {
    active.add(fault);
  }

  public void end(Fault fault) {
    active.remove(fault);
  }

  /// How many messages faults of each kind have hit.
  public Map<FaultKind, Long> hits() {
    return new EnumMap<>(hits);
  }

  /// Whether what is sent there is held.
  public boolean isClogged(int from, int to) {
    return active.stream()
        .anyMatch(fault -> fault instanceof Fault.Clog f && applies(f.from(), f.to(), from, to));
  }

  /// Decides about the next message.
  public Fate next(int from, int to) {
    if (active.isEmpty()) {
      return NOTHING;
    }
    Set<FaultKind> kinds = EnumSet.noneOf(FaultKind.class);
    long extra = 0;
    boolean isDoubled = false;
    for (Fault fault : active) {
      switch (fault) {
        case Fault.Loss f when applies(f.from(), f.to(), from, to) -> {
          if (draws(f.percent())) {
            hit(FaultKind.LOSS);
            return LOST;
          }
        }
        case Fault.Duplicate f when applies(f.from(), f.to(), from, to) ->
            isDoubled |= draws(f.percent());
        case Fault.Delay f when applies(f.from(), f.to(), from, to) -> {
          if (draws(f.percent())) {
            extra += between(f.minNanos(), f.maxNanos());
            kinds.add(FaultKind.DELAY);
          }
        }
        case Fault.Reorder f when applies(f.from(), f.to(), from, to) -> {
          if (draws(f.percent())) {
            extra += between(0, f.maxNanos());
            kinds.add(FaultKind.REORDER);
          }
        }
        default -> {}
      }
    }
    boolean isHeld = isClogged(from, to);
    if (isDoubled) {
      kinds.add(FaultKind.DUPLICATE);
    }
    if (isHeld) {
      kinds.add(FaultKind.CLOG);
    }
    kinds.forEach(this::hit);
    return new Fate(false, isHeld, isDoubled, extra);
  }

  private static boolean applies(NodeId faultFrom, NodeId faultTo, int from, int to) {
    return matches(faultFrom, from) && matches(faultTo, to);
  }

  private static boolean matches(NodeId fault, int node) {
    return fault.equals(Fault.ALL) || fault.value() == node;
  }

  private boolean draws(int percent) {
    return random.nextInt(PERCENT) < percent;
  }

  private void hit(FaultKind kind) {
    hits.merge(kind, 1L, Long::sum);
  }

  private long between(long min, long max) {
    return min >= max ? min : random.nextLong(min, max + 1);
  }
}
