package org.numaslab.coordinator.driver.simulate;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.audit.Event;
import org.numaslab.coordinator.audit.Event.Kind;
import org.numaslab.coordinator.audit.History;
import org.numaslab.coordinator.control.ControlFrame;
import org.numaslab.coordinator.driver.KernelLog;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.LiveNatures.RemoteDraw;
import org.numaslab.coordinator.driver.MachineLimits;
import org.numaslab.coordinator.driver.MemberHost;
import org.numaslab.coordinator.driver.MemberTask;
import org.numaslab.coordinator.fault.FaultKind;
import org.numaslab.coordinator.fault.FaultSchedule;
import org.numaslab.node.buddy.ZoneLimits;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.loan.LoanTimes;
import org.numaslab.node.loan.Rejection;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.EmulatedOops;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;
import org.numaslab.node.topology.ZoneType;

/// A cluster of members in one thread and virtual time: one member for each node, everything that
/// goes wrong from a schedule, every choice from a seed.
///
/// | about | what is simulated |
/// |---|---|
/// | messages | [Wires] |
/// | who is there | a [RemovalService]; who is dead starts again |
/// | caches | a coordinator that is asked to do [Chores]; tasks use a cache when every member knows it |
public final class SimulatedCluster implements AutoCloseable {
  /// What a cluster is made of.
  ///
  /// @param caches that exist from the begin; those that are made later take these in turn
  /// @param choreNanos from one chore to the next, on average; 0 for none
  /// @param encodes whether each message between members goes through its bytes
  /// @param touchedBytesMax real memory for each member
  public record Settings(
      Topology topology,
      List<CacheGeometry> caches,
      long choreNanos,
      LoanTimes times,
      CostModel costs,
      FaultSchedule faults,
      long seed,
      boolean encodes,
      long touchedBytesMax) {}

  /// Makes the task of a cpu, each time that its member starts.
  public interface Tasks {
    MemberTask task(SimulatedCluster cluster, MemberHost member, CpuId cpu);
  }

  /// What became of censuses.
  public static final class Censuses {
    public long opened;
    public long voided;
    public long closed;
  }

  /// What went wrong inside members, and what came of it.
  public static final class Failures {
    /// Of shells of CPUs.
    public long restarts;

    /// Slabs that a cpu did not trust any more then.
    public long quarantined;

    /// Members that an emulated oops has ended.
    public long oopses;
  }

  private static final long MILLIS = 1_000_000;

  private final Settings settings;
  private final Topology topology;
  private final Tasks tasks;
  private final History history;
  private final VirtualTime time = new VirtualTime();
  private final SplittableRandom random;
  private final SplittableRandom seeds;
  private final Wires wires;
  private final KernelLog log = new KernelLog();
  private final List<Map<ZoneType, ZoneLimits>> limits;
  private final SimulatedCoordinator coordinator;
  private final Chores chores;
  private final @Nullable SimulatedMember[] members;
  private final int[] lives;
  private final RemovalService removals;
  private final Map<Rejection, Long> rejections = new EnumMap<>(Rejection.class);
  private final Censuses censuses = new Censuses();
  private final Failures failures = new Failures();
  private final FaultsAtWork faults;
  private Consumer<SimulatedMember> watch = member -> {};
  private long watchEvery = Long.MAX_VALUE;
  private @Nullable SimulatedMember worked;
  private long steps;
  private boolean hasBooted;
  private boolean isHealed;

  public SimulatedCluster(Settings settings, Tasks tasks, History history) {
    this.settings = settings;
    this.topology = settings.topology();
    this.tasks = tasks;
    this.history = history;
    this.seeds = new SplittableRandom(settings.seed());
    this.random = seeds.split();
    this.removals = new RemovalService(this, random);
    this.wires =
        new Wires(
            settings.encodes(), topology, settings.costs(), seeds.split(), time, this::deliver);
    this.limits = MachineLimits.of(topology, List.of());
    this.members = new SimulatedMember[topology.nodeCount()];
    this.lives = new int[topology.nodeCount()];
    this.coordinator = new SimulatedCoordinator(this, seeds.nextLong(), seeds.split());
    this.chores = new Chores(this, settings.caches(), settings.choreNanos(), seeds.split());
    boot();
    this.faults = new FaultsAtWork(this, settings.faults(), seeds.split());
  }

  /// Takes no time: every member has been told of the caches of the begin before any task runs.
  private void boot() {
    coordinator.begin(chores::ready);
    chores.begin();
    for (int node = 0; node < members.length; node++) {
      start(new NodeId(node));
    }
    forEach(member -> forEach(other -> member.joined(other.me())));
    forEach(member -> coordinator.joined(member.me()));
    while (!coordinator.isIdle() && time.step(0)) {}
    hasBooted = true;
    forEach(SimulatedMember::begin);
  }

  boolean hasBooted() {
    return hasBooted;
  }

  // ---- for members and faults

  VirtualTime time() {
    return time;
  }

  RemovalService removals() {
    return removals;
  }

  Wires wires() {
    return wires;
  }

  CostModel costs() {
    return settings.costs();
  }

  LoanTimes times() {
    return settings.times();
  }

  KernelLog log() {
    return log;
  }

  History history() {
    return history;
  }

  /// What became of censuses.
  public Censuses censuses() {
    return censuses;
  }

  /// What went wrong inside members.
  public Failures failures() {
    return failures;
  }

  /// Whether a free list in a member was made corrupt, and nobody has met it so far.
  public boolean isCorrupt(SimulatedMember member) {
    return faults.isCorrupt(member.me());
  }

  MemberTask task(MemberHost member, CpuId cpu) {
    return tasks.task(this, member, cpu);
  }

  LiveNatures natures(NodeId node, Memory memory, long seed) {
    return LiveNatures.of(
        Set.of(node),
        topology,
        memory,
        seed,
        RemoteDraw.SEEDED,
        limits,
        settings.faults().injected(),
        time::now,
        log);
  }

  void send(Frame frame) {
    wires.send(frame);
  }

  void rejected(Rejection why) {
    rejections.merge(why, 1L, Long::sum);
  }

  private void deliver(Frame frame) {
    SimulatedMember to = members[frame.to().node().value()];
    if (to != null) { // whoever is there: it may be another life of the one that is meant
      to.receive(frame);
    }
  }

  // ---- members

  /// The member of a node, null while it is dead.
  public @Nullable SimulatedMember member(NodeId node) {
    SimulatedMember member = members[node.value()];
    return member != null && member.isAlive() ? member : null;
  }

  private void forEach(Consumer<SimulatedMember> does) {
    for (SimulatedMember member : members) {
      if (member != null && member.isAlive()) {
        does.accept(member);
      }
    }
  }

  /// Members that are there.
  public List<SimulatedMember> alive() {
    List<SimulatedMember> alive = new ArrayList<>();
    forEach(alive::add);
    return alive;
  }

  private void start(NodeId node) {
    Incarnation me = new Incarnation(node, ++lives[node.value()]);
    Memory memory = Memory.reserve(topology.spanFrames(), settings.touchedBytesMax());
    SimulatedMember member = new SimulatedMember(this, me, memory, seeds.nextLong());
    members[node.value()] = member;
    note(Kind.JOINED, me, 0);
  }

  /// The coordinator has told a member everything.
  void begun(SimulatedMember member) {
    if (hasBooted) {
      member.begin();
    }
  }

  /// Those who are there, or are not removed so far.
  List<Incarnation> members() {
    List<Incarnation> known = new ArrayList<>();
    for (SimulatedMember member : members) {
      if (member != null && !removals.isRemoved(member.me())) {
        known.add(member.me());
      }
    }
    return known;
  }

  /// Something from the coordinator.
  void deliver(ControlFrame frame) {
    SimulatedMember to = members[frame.member().node().value()];
    if (to != null) {
      to.run(() -> to.control().receive(frame));
    }
  }

  /// Starts a member again. What it was before is removed first; the others hear of it at times of
  /// their own, and it begins with what one of them knows, which may be old.
  void restart(NodeId node) {
    SimulatedMember before = members[node.value()];
    if (before != null && before.isAlive()) {
      return;
    }
    if (before != null) {
      removals.remove(before.me());
    }
    start(node);
    SimulatedMember member = members[node.value()];
    if (member == null) {
      return;
    }
    List<SimulatedMember> others = alive().stream().filter(other -> other != member).toList();
    if (!others.isEmpty()) {
      SimulatedMember contact = others.get(random.nextInt(others.size()));
      member.joined(contact.me());
      for (SimulatedMember other : others) {
        Incarnation known = contact.borders().member(other.me().node());
        if (known != null) {
          member.joined(known);
        }
      }
    }
    for (SimulatedMember other : others) {
      long soon = random.nextLong(500 * MILLIS);
      time.after(soon, () -> tell(other.me().node(), to -> to.joined(member.me())));
      time.after(soon, () -> tell(node, to -> to.joined(other.me())));
    }
    time.after(random.nextLong(50 * MILLIS), () -> coordinator.joined(member.me()));
    removals.tellAll(node);
  }

  /// Tells a member something, if it is there.
  void tell(NodeId node, Consumer<SimulatedMember> what) {
    SimulatedMember member = member(node);
    if (member != null) {
      member.run(() -> what.accept(member));
    }
  }

  /// The process dies: everything in it is lost.
  void kill(SimulatedMember member) {
    if (member.isAlive()) {
      note(Kind.DIED, member.me(), 0);
      member.die();
    }
  }

  /// The kernel of a member has stopped: its process ends, and is started again.
  void panics(SimulatedMember member, EmulatedOops oops) {
    failures.oopses++;
    log.print(String.valueOf(oops.getMessage()));
    kill(member);
    removals.detect(member);
    restartLater(member.me().node(), MILLIS + random.nextLong(1000 * MILLIS));
  }

  /// A member has learned that it is removed: it ends, and starts again as another one.
  void ends(SimulatedMember member) {
    time.after(
        0,
        () -> {
          kill(member);
          removals.remove(member.me());
        });
    restartLater(member.me().node(), MILLIS + random.nextLong(1000 * MILLIS));
  }

  void restartLater(NodeId node, long nanos) {
    time.after(
        nanos,
        () -> {
          if (faults.isKeptApart(node)) {
            restartLater(node, 100 * MILLIS);
          } else {
            restart(node);
          }
        });
  }

  // ---- caches

  SimulatedCoordinator coordinator() {
    return coordinator;
  }

  Chores administration() {
    return chores;
  }

  /// The caches that tasks may use.
  public List<KmemCache> openCaches() {
    return chores.openCaches();
  }

  /// Every cache that was ever made.
  public List<KmemCache> caches() {
    return chores.caches();
  }

  /// How often each thing was done to the machine as a whole, and the coordinator started.
  public Map<String, Long> chores() {
    Map<String, Long> all = new TreeMap<>(chores.outcomes());
    all.put("coordinator-start", coordinator.starts());
    if (coordinator.superseded() > 0) {
      all.put("coordinator-superseded", coordinator.superseded());
    }
    return all;
  }

  // ---- the run

  public Topology topology() {
    return topology;
  }

  public long now() {
    return time.now();
  }

  /// Whether nothing goes wrong any more: tasks come to their ends.
  public boolean isHealed() {
    return isHealed;
  }

  private void note(Kind kind, @Nullable Incarnation member, long number) {
    int node = member == null ? Event.NONE : member.node().value();
    int life = member == null ? 0 : member.life();
    history.add(new Event(time.now(), kind, node, life, Event.NONE, Event.NONE, 0, 0, number));
  }

  void noteFault(Kind kind, int index) {
    note(kind, null, index);
  }

  /// Looks at a member after every so many steps: at the one that was worked on last.
  public void watch(int everySteps, Consumer<SimulatedMember> look) {
    watch = look;
    watchEvery = everySteps;
  }

  /// Something is done in a member.
  void works(SimulatedMember member) {
    worked = member;
  }

  private boolean step(long untilNanos) {
    boolean isStep = time.step(untilNanos);
    if (isStep && ++steps % watchEvery == 0 && worked != null && worked.isAlive()) {
      watch.accept(worked);
    }
    return isStep;
  }

  /// How many steps there were.
  public long steps() {
    return steps;
  }

  /// Runs with faults until a time.
  public void run(long untilNanos) {
    while (step(untilNanos)) {}
  }

  /// Ends all faults: the network is whole, who is paused goes on, who is dead starts again. Then
  /// runs until everybody is quiet, has given everything back and is quiet again.
  ///
  /// @param withinNanos how long that may take
  /// @return what still waits then; empty when all is well
  public String heal(long withinNanos) {
    isHealed = true;
    faults.end();
    note(Kind.HEALED, null, 0);
    long until = time.now() + withinNanos;
    for (int node = 0; node < members.length; node++) {
      NodeId id = new NodeId(node);
      if (member(id) == null) {
        time.after(random.nextLong(100 * MILLIS), () -> restart(id));
      }
    }
    forEach(SimulatedMember::wakeAll);
    chores.heal();
    if (!runUntilQuiet(until)) {
      return waitsFor();
    }
    List<SimulatedMember> flushing = alive();
    for (SimulatedMember member : alive()) {
      member.flushAll(() -> flushing.remove(member));
    }
    // Who meets a corrupt list dies of it.
    while (flushing.stream().anyMatch(SimulatedMember::isAlive)) {
      if (!step(until)) {
        return waitsFor();
      }
    }
    return runUntilQuiet(until) ? "" : waitsFor();
  }

  private boolean runUntilQuiet(long until) {
    while (time.now() < until) {
      long slice = time.now() + 10 * MILLIS;
      while (step(slice)) {}
      if (alive().size() == members.length
          && alive().stream().allMatch(this::isAtRest)
          && chores.areOver()
          && coordinator.isIdle()) {
        return true;
      }
    }
    return false;
  }

  /// Whether a member has nothing to do and knows what became of the others.
  private boolean isAtRest(SimulatedMember member) {
    return member.isQuiet()
        && !removals.isRemoved(member.me())
        && removals.areAll(member.borders()::hasRemoved);
  }

  private String waitsFor() {
    StringBuilder what = new StringBuilder();
    IntStream.range(0, members.length)
        .mapToObj(NodeId::new)
        .filter(node -> member(node) == null)
        .forEach(node -> what.append(node).append(" is not there; "));
    forEach(member -> {
      if (!member.isQuiet()) {
        what.append(member.waitsFor()).append("; ");
      }
    });
    what.append(coordinator.waitsFor()).append(chores.waitsFor());
    return what.isEmpty() ? "nothing is over" : what.toString();
  }

  /// How often each reason for having no effect was met.
  public Map<Rejection, Long> rejections() {
    return rejections;
  }

  /// How often a fault of each kind has happened.
  public Map<FaultKind, Long> faultHits() {
    return faults.hits();
  }

  /// How many calls each injection point has made fail.
  public Map<String, Long> injected() {
    Map<String, Long> failures = new TreeMap<>();
    settings
        .faults()
        .injected()
        .attrs()
        .forEach(attr -> failures.put(attr.name(), attr.failures()));
    return failures;
  }

  /// What became of messages.
  public Wires.Counts messages() {
    return wires.counts();
  }

  @Override
  public void close() {
    forEach(SimulatedMember::die);
  }
}
