package org.numaslab.coordinator.driver.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.control.ControlFrame;
import org.numaslab.coordinator.control.Coordinator;
import org.numaslab.coordinator.control.RetryTimes;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.membership.Phase;
import org.numaslab.coordinator.membership.RunLead;
import org.numaslab.coordinator.membership.RunMessage.Standing;
import org.numaslab.coordinator.registry.Registry;
import org.numaslab.coordinator.registry.RunCaches;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.slab.KernelMessages;
import org.numaslab.node.topology.EnvironmentFailure;
import org.numaslab.node.topology.Topology;

/// The registry of a run that this process leads: begins when all members are known, makes the
/// caches, and does what comes after the run.
///
/// | what | when |
/// |---|---|
/// | begins, with all members that have their parts of the machine | all are READY; or each has said how it stands, and some run already: it takes over from a coordinator that is gone |
/// | makes the caches, writes to their files | before WARM |
/// | grace periods, one after another, where caches need them | while the tasks run |
/// | the last grace period, then writes | before COLLECTED |
///
/// A member whose part is made later joins then. A life that is told that a later one is obeyed
/// begins again with one beyond that, if it has just begun; else another coordinator leads the run.
///
/// Owner: the run's actor, which says what time it is.
final class RegistryOfRun implements RunLead.AtRegistry {
  /// What comes before or after the run.
  private enum Work {
    NOT_YET,
    UNDER_WAY,
    DONE
  }

  private static final long SECOND_MILLIS = 1000;

  private final Topology topology;
  private final RunCaches caches;
  private final Members there;
  private final Consumer<ControlFrame> wire;
  private final KernelMessages log;
  private final Set<Incarnation> heard = new TreeSet<>(Incarnation.ORDER);
  private final Set<Incarnation> atRun = new TreeSet<>(Incarnation.ORDER);
  private final List<Consumer<Registry>> early = new ArrayList<>();
  private @Nullable Coordinator coordinator;
  private int life;
  private long now;
  private Work before = Work.NOT_YET;
  private Work after = Work.NOT_YET;
  private boolean isInGracePeriod;

  /// Who is there, as the membership service has it.
  interface Members {
    Set<Incarnation> there();
  }

  /// @param life of this coordinator: of two of a run the later one has the greater
  /// @param wire takes what is to be sent to members
  RegistryOfRun(
      Topology topology,
      RunCaches caches,
      int life,
      Members there,
      Consumer<ControlFrame> wire,
      KernelMessages log) {
    this.topology = topology;
    this.caches = caches;
    this.life = life;
    this.there = there;
    this.wire = wire;
    this.log = log;
  }

  /// The life of a coordinator that begins now, of a run that began then: a run has another one
  /// only after seconds.
  static int life(long runMillis, long nowMillis) {
    long seconds = Math.max(0, nowMillis - runMillis) / SECOND_MILLIS;
    return (int) Math.min(seconds + 1, Registry.LIFE_MAX);
  }

  // ---- what arrives

  /// A process has said how far it is.
  void heard(Standing standing, long run, long at) {
    now = at;
    boolean hasPart =
        standing.run() == run
            && standing.phase() != Phase.NONE
            && standing.phase() != Phase.OVER
            && standing.phase() != Phase.FAILED;
    for (Incarnation member : standing.members()) {
      heard.add(member);
      if (hasPart && there.there().contains(member) && atRun.add(member)) {
        Coordinator known = coordinator;
        if (known != null) {
          known.joined(member, at);
        }
      }
    }
  }

  void removed(Incarnation member, long at) {
    now = at;
    atRun.remove(member);
    Coordinator known = coordinator;
    if (known != null) {
      known.removed(member, at);
    }
  }

  void receive(ControlFrame frame, long at) {
    now = at;
    Coordinator known = coordinator;
    if (known == null) {
      return;
    }
    known.receive(frame, at);
    if (known.supersededBy() > life) {
      if (known.isReady()) {
        throw new EnvironmentFailure("another coordinator leads this run now");
      }
      life = known.supersededBy() + 1;
      begin();
    }
  }

  // ---- time

  /// @param wanted of the run
  void tick(Phase wanted, long at) {
    now = at;
    Coordinator known = coordinator;
    if (known == null) {
      if (wanted.compareTo(Phase.RUNNING) >= 0 && heard.containsAll(there.there())) {
        begin();
      }
      return;
    }
    known.tick(at);
    boolean runs = wanted == Phase.RUNNING || (wanted == Phase.SETTLED && after == Work.NOT_YET);
    if (known.isReady() && runs && !isInGracePeriod && needsGracePeriods(known.registry())) {
      isInGracePeriod = true;
      known.registry().gracePeriod(() -> isInGracePeriod = false);
    }
  }

  private static boolean needsGracePeriods(Registry registry) {
    return registry.caches().stream().anyMatch(KmemCache::isTypesafeByRcu);
  }

  private void begin() {
    Coordinator made =
        new Coordinator(
            topology,
            LiveNatures.ofRegistryApart(caches.seed()),
            log,
            life,
            RetryTimes.standard(),
            wire);
    coordinator = made;
    isInGracePeriod = false;
    made.begin(
        List.copyOf(atRun),
        now,
        () -> {
          List<Consumer<Registry>> waiting = List.copyOf(early);
          early.clear();
          waiting.forEach(each -> each.accept(made.registry()));
        });
  }

  /// Starts something at the registry, now or when it knows what exists.
  void ask(Consumer<Registry> operation) {
    Coordinator known = coordinator;
    if (known == null || !known.isReady()) {
      early.add(operation);
    } else {
      known.ask(operation, now);
    }
  }

  @Override
  public boolean isDoneBefore(Phase next) {
    return switch (next) {
      case WARM -> isBeginDone();
      case COLLECTED -> isEndDone();
      default -> true;
    };
  }

  private boolean isBeginDone() {
    if (before == Work.NOT_YET) {
      before = Work.UNDER_WAY;
      if (coordinator == null) {
        begin();
      }
      ask(registry -> caches.begin(registry, () -> before = Work.DONE));
    }
    return before == Work.DONE;
  }

  private boolean isEndDone() {
    if (after == Work.NOT_YET) {
      after = Work.UNDER_WAY;
      ask(this::end);
    }
    return after == Work.DONE;
  }

  private void end(Registry registry) {
    Runnable writes = () -> caches.end(registry, () -> after = Work.DONE);
    if (needsGracePeriods(registry)) {
      registry.gracePeriod(writes);
    } else {
      writes.run();
    }
  }
}
