package org.numaslab.coordinator.driver.simulate;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.audit.Event;
import org.numaslab.coordinator.audit.Event.Kind;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.cache.CpuOutbox;
import org.numaslab.cpu.client.Turn;
import org.numaslab.node.buddy.MemoryState;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.PartialCounts;
import org.numaslab.node.loan.BorderOutbox;
import org.numaslab.node.loan.Borders;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.loan.LoanEvents;
import org.numaslab.node.loan.NodeAnswers;
import org.numaslab.node.loan.Rejection;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.protocol.NodeOutbox;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.protocol.NodeState;
import org.numaslab.node.protocol.RegistryReply;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

/// One life of a process in virtual time: a node, its CPUs, their tasks, and the borders around
/// them.
///
/// | state | what arrives | its tasks |
/// |---|---|---|
/// | RUNNING | is taken | run |
/// | PAUSED | waits, in order | stand still |
/// | DEAD | is lost | are lost |
///
/// Owner: the cluster.
public final class SimulatedMember {
  private enum State {
    RUNNING,
    PAUSED,
    DEAD
  }

  /// What a cpu does at the moment.
  private static final class Core {
    final Cpu cpu;
    final MemberTask task;
    boolean turnIsDue;
    boolean isFinished;

    /// It goes off line, and when it is there it comes back.
    boolean isLeaving;

    boolean comesBack;

    /// Its shell does nothing before this time.
    long stalledUntil;

    /// What waits for that.
    final ArrayDeque<Runnable> backlog = new ArrayDeque<>(0);

    /// It crashes with so many more messages; 0 for never.
    int sendsToCrash;

    Core(Cpu cpu, MemberTask task) {
      this.cpu = cpu;
      this.task = task;
    }
  }

  /// For how long a shell that has failed is away.
  private static final long RESTART_NANOS = 20_000_000;

  /// A member that cannot give back everything in this time leaves all the same.
  private static final long LEAVE_NANOS_MAX = 5_000_000_000L;

  private static final long LEAVE_STEP_NANOS = 5_000_000;

  /// The first bytes of an object's payload are poisoned while it is free.
  private static final int CORRUPT_BYTES_MAX = 8;

  private static final long MILLION = 1_000_000;

  private final Incarnation me;
  private final SimulatedCluster cluster;
  private final VirtualTime time;
  private final CostModel costs;
  private final Memory memory;
  private final LiveNatures natures;
  private final PartialCounts counts;
  private final NodeState node;
  private final Borders borders;
  private final List<Core> cores = new ArrayList<>();
  private final Map<Integer, Core> byCpu = new HashMap<>();
  private final ArrayDeque<Runnable> backlog = new ArrayDeque<>();
  private final Map<Long, Runnable> whenDone = new HashMap<>();
  private final Map<Incarnation, Long> leasedUntil = new TreeMap<>(Incarnation.ORDER);
  private final Map<Long, Core> handingOff = new HashMap<>();
  private long lastToken;
  private State state = State.RUNNING;
  private long nodeBusyUntil;
  private int answersToCrash;
  private boolean hasNoPages;
  private boolean isLeaving;
  private long timerAt = Long.MAX_VALUE;

  // The member's own clock: what it showed at a true time, and how fast it runs since.
  private long trueBase;
  private long localBase;
  private int partsPerMillion;

  SimulatedMember(SimulatedCluster cluster, Incarnation me, Memory memory, long seed) {
    this.me = me;
    this.cluster = cluster;
    this.time = cluster.time();
    this.costs = cluster.costs();
    this.memory = memory;
    this.trueBase = time.now();
    this.localBase = seed >>> 24; // clocks of different processes have nothing in common
    Memory own = memory.seenBy(frame -> cluster.topology().nodeIndexOfFrame(frame) == node());
    this.natures = cluster.natures(me.node(), memory, seed);
    this.counts = new PartialCounts(cluster.topology().nodeCount());
    NodeAnswers answers = new NodeAnswers(new FromNode());
    this.node =
        new NodeState(
            me.node(),
            own,
            new FailingPages(natures.ofNode(me.node()), () -> hasNoPages),
            counts,
            cpu -> cluster.topology().nodeOf(cpu).equals(me.node()),
            answers,
            cluster.log());
    this.borders =
        new Borders(
            me,
            cluster.topology(),
            cluster.times(),
            new FromBorders(),
            new ToHistory(),
            node,
            answers,
            true,
            cache -> this.node.cache(cache).objects(),
            this::hear);
    for (CpuId id : cluster.topology().cpusOf(me.node())) {
      Cpu cpu =
          new Cpu(
              id, me.life(), cluster.topology(), own, counts, natures.ofCpu(id), new FromCpu(id));
      Core core = new Core(cpu, cluster.task(this, id));
      cores.add(core);
      byCpu.put(id.value(), core);
    }
  }

  private int node() {
    return me.node().value();
  }

  public Incarnation me() {
    return me;
  }

  /// The state machine of its node, for tasks and audits.
  public NodeState state() {
    return node;
  }

  public LiveNatures natures() {
    return natures;
  }

  /// Its memory, of which its tasks may touch what is of its own node.
  public Memory memory() {
    return memory;
  }

  public Borders borders() {
    return borders;
  }

  public List<Cpu> cpus() {
    return cores.stream().map(core -> core.cpu).toList();
  }

  boolean isAlive() {
    return state != State.DEAD;
  }

  boolean isPaused() {
    return state == State.PAUSED;
  }

  // ---- its clock

  private long local() {
    long passed = time.now() - trueBase;
    return localBase + passed + passed * partsPerMillion / MILLION;
  }

  private long toTrue(long local) {
    if (local == Long.MAX_VALUE) {
      return local;
    }
    long passed = local - localBase;
    return trueBase + passed * MILLION / (MILLION + partsPerMillion) + 1;
  }

  /// Lets its clock run at another speed from here on.
  void drift(int ppm) {
    localBase = local();
    trueBase = time.now();
    partsPerMillion = ppm;
    leasedUntil.forEach(this::noteLease);
    timerAt = Long.MAX_VALUE;
    pump();
  }

  private void noteLease(Incarnation home, long until) {
    note(Kind.LEASED, Event.NONE, home, 0, toTrue(until));
  }

  // ---- life

  /// Runs something in this member: now, when it is awake, or never.
  void run(Runnable action) {
    switch (state) {
      case RUNNING -> action.run();
      case PAUSED -> backlog.add(action);
      case DEAD -> {}
    }
  }

  void pause() {
    if (state == State.RUNNING) {
      state = State.PAUSED;
    }
  }

  void resume() {
    if (state != State.PAUSED) {
      return;
    }
    state = State.RUNNING;
    while (state == State.RUNNING && !backlog.isEmpty()) {
      backlog.remove().run();
    }
    if (state == State.RUNNING) {
      pump();
    }
  }

  /// Everything in it is lost.
  void die() {
    if (state != State.DEAD) {
      state = State.DEAD;
      backlog.clear();
      memory.close();
    }
  }

  /// Everybody that it knows of is told to it.
  void describe(KmemCache cache) {
    counts.add(cache.id());
    node.receive(new NodeProtocol.Describe(0, cache));
    cores.forEach(core -> core.cpu.describe(cache));
  }

  /// Another node has said how long its partial list is: maybe of a cache that is not known here
  /// yet.
  private void hear(CacheId cache, int of, int slabs) {
    if (cache.value() < node.caches().size()) {
      counts.set(cache, of, slabs);
    }
  }

  void joined(Incarnation member) {
    borders.joined(member);
  }

  void removed(Incarnation member) {
    borders.removed(member, local());
    pump();
  }

  void begin() {
    cores.forEach(this::wake);
    pump();
  }

  // ---- faults

  void stall(CpuId cpu, long until) {
    stall(core(cpu), until);
  }

  private void stall(Core core, long until) {
    core.stalledUntil = Math.max(core.stalledUntil, until);
    time.at(until, () -> run(() -> goOn(core)));
  }

  private void goOn(Core core) {
    if (core.stalledUntil > time.now()) {
      return;
    }
    while (core.stalledUntil <= time.now() && !core.backlog.isEmpty()) {
      core.backlog.remove().run();
    }
    wake(core);
  }

  void endStall(CpuId cpu) {
    core(cpu).stalledUntil = 0;
    goOn(core(cpu));
  }

  void crashAtSend(CpuId cpu, int sends) {
    core(cpu).sendsToCrash = sends;
  }

  void crashAtAnswer(int answers) {
    answersToCrash = answers;
  }

  void hasNoPages(boolean none) {
    hasNoPages = none;
  }

  /// Takes a cpu off line, or brings it back: one after the other.
  void setOnline(CpuId cpu, boolean online) {
    Core core = core(cpu);
    long token = ++lastToken;
    if (!online) {
      core.isLeaving = true;
      whenDone.put(
          token,
          () -> {
            core.isLeaving = false;
            if (core.comesBack) {
              setOnline(cpu, true);
            }
          });
      core.cpu.housekeeping().goOffline(token);
    } else if (core.isLeaving) {
      core.comesBack = true;
    } else {
      core.comesBack = false;
      core.cpu.housekeeping().goOnline(token);
      wake(core);
    }
  }

  /// Takes all memory of the node off line as far as its own CPUs can help; refused while others
  /// use it.
  void setMemory(boolean online) {
    if (online) {
      node.receive(new NodeProtocol.SetMemory(0, MemoryState.ONLINE));
      return;
    }
    node.receive(new NodeProtocol.SetMemory(0, MemoryState.GOING_OFFLINE));
    flushAll(() -> {
      node.caches().keySet().forEach(id -> node.receive(new NodeProtocol.Shrink(0, id)));
      node.receive(new NodeProtocol.SetMemory(0, MemoryState.OFFLINE));
    });
  }

  /// Every cpu gives back all that it holds.
  void flushAll(Runnable then) {
    int[] missing = {cores.size()};
    if (missing[0] == 0) {
      then.run();
    }
    for (Core core : cores) {
      long token = ++lastToken;
      whenDone.put(
          token,
          () -> {
            if (--missing[0] == 0) {
              then.run();
            }
          });
      core.cpu.housekeeping().flushAll(token);
    }
    pump();
  }

  /// Gives back all that it has, as far as that is possible, then says that it is gone.
  void leaves(Runnable then) {
    isLeaving = true;
    wakeAll();
    long until = time.now() + LEAVE_NANOS_MAX;
    boolean[] flushed = new boolean[1];
    leaves(until, flushed, then);
  }

  private void leaves(long until, boolean[] flushed, Runnable then) {
    if (!isAlive()) {
      return;
    }
    if (isQuiet() && !flushed[0]) {
      flushed[0] = true;
      flushAll(() -> {});
    } else if (time.now() >= until || (isQuiet() && flushed[0])) {
      then.run();
      return;
    }
    time.after(LEAVE_STEP_NANOS, () -> run(() -> leaves(until, flushed, then)));
  }

  /// Whether its tasks give back what they have and end.
  public boolean isLeaving() {
    return isLeaving || cluster.isHealed();
  }

  /// Overwrites bytes of a free object in a slab that is checked for that.
  ///
  /// @return whether there was one
  boolean corrupt(int bytes, SplittableRandom random) {
    List<Long> free = new ArrayList<>();
    node.caches()
        .forEach((id, cache) -> {
          if (cache.debug() != null) {
            for (long slab : cache.partialSlabs()) {
              for (int index : node.slab(id, slab).free()) {
                free.add(cache.objects().objectAt(slab, index));
              }
            }
          }
        });
    if (free.isEmpty()) {
      return false;
    }
    long object = free.get(random.nextInt(free.size()));
    for (int i = 0; i < Math.min(bytes, CORRUPT_BYTES_MAX); i++) {
      memory.storeByte(object + i, (byte) ~memory.loadByte(object + i));
    }
    return true;
  }

  private Core core(CpuId cpu) {
    Core core = byCpu.get(cpu.value());
    if (core == null) {
      throw new IllegalArgumentException(cpu + " is not of " + me);
    }
    return core;
  }

  // ---- tasks

  /// Lets every task begin again where it stands.
  void wakeAll() {
    cores.forEach(core -> {
      core.isFinished = false;
      wake(core);
    });
  }

  /// Gives the task of a cpu a turn soon: what it waits for may have happened.
  public void wake(CpuId cpu) {
    wake(core(cpu));
  }

  private void wake(Core core) {
    schedule(core, costs.fast());
  }

  private void schedule(Core core, long after) {
    if (!core.turnIsDue) {
      core.turnIsDue = true;
      time.after(after, () -> run(() -> turn(core)));
    }
  }

  private void turn(Core core) {
    core.turnIsDue = false;
    if (core.stalledUntil > time.now()) {
      return;
    }
    pump(); // nothing is handed out of a loan whose lease is over
    Turn.End end = Turn.run(core.cpu, core.task, 1);
    core.isFinished = end == Turn.End.FINISHED;
    if (end == Turn.End.AGAIN) {
      schedule(core, costs.operation(core.cpu.path()) + core.task.thinkNanos());
    }
    pump();
  }

  /// Whether all tasks are at their end and nothing is under way.
  boolean isQuiet() {
    return cores.stream().allMatch(core -> core.isFinished && core.cpu.isQuiet())
        && borders.isQuiet();
  }

  /// What it is about, for people.
  String waitsFor() {
    StringBuilder what = new StringBuilder(me.toString()).append(':');
    for (Core core : cores) {
      if (!core.isFinished || !core.cpu.isQuiet()) {
        what.append(' ')
            .append(core.cpu.id())
            .append(core.isFinished ? "" : " runs")
            .append(" (")
            .append(core.cpu.waitsFor())
            .append(')');
      }
    }
    return borders.isQuiet() ? what.toString() : what.append(" borders are busy").toString();
  }

  /// The incarnation in whose memory an address lies, as far as this member knows.
  public @Nullable Incarnation homeOf(long address) {
    NodeId home = new NodeId(cluster.topology().nodeIndexOfFrame(address >>> Memory.PAGE_SHIFT));
    return home.equals(me.node()) ? me : borders.member(home);
  }

  /// A task passes objects on to a task of another member.
  ///
  /// @return the hand-off's number, 0 when that cannot be now
  public long handOff(CpuId from, Incarnation home, CpuId to, CacheId cache, long[] objects) {
    long token = ++lastToken;
    if (!borders.handOff(home.node(), to, cache, objects, token, local())) {
      pump();
      return 0;
    }
    handingOff.put(token, core(from));
    for (long object : objects) {
      note(Kind.HANDED, from.value(), home, object, to.value());
    }
    pump();
    return token;
  }

  /// A task of another cpu of this member, to pass something on to it.
  public MemberTask task(CpuId cpu) {
    return core(cpu).task;
  }

  /// Writes down what a task does.
  public void note(Kind kind, int cpu, Incarnation home, long object, long number) {
    cluster
        .history()
        .add(
            new Event(
                time.now(),
                kind,
                node(),
                me.life(),
                cpu,
                home.node().value(),
                home.life(),
                object,
                number));
  }

  // ---- messages inside the member

  private void atNode(Runnable serve) {
    nodeBusyUntil = Math.max(time.now(), nodeBusyUntil) + costs.service();
    time.at(nodeBusyUntil, () -> run(serve));
  }

  /// What another member has sent.
  void receive(Frame frame) {
    run(() -> {
      if (frame.home().equals(me)) {
        atNode(() -> take(frame));
      } else {
        take(frame);
      }
    });
  }

  private void take(Frame frame) {
    borders.receive(frame, local());
    pump();
  }

  /// Does what is due at the borders, and comes back when something will be.
  private void pump() {
    while (state == State.RUNNING && borders.nextDue() <= local()) {
      borders.tick(local());
    }
    if (state == State.DEAD || borders.nextDue() == Long.MAX_VALUE) {
      return;
    }
    long due = Math.max(time.now() + 1, toTrue(borders.nextDue()));
    if (due < timerAt) {
      timerAt = due;
      time.at(
          due,
          () -> {
            if (timerAt == due) {
              timerAt = Long.MAX_VALUE;
              run(this::pump);
            }
          });
    }
  }

  private void answered(Core core, NodeReply reply) {
    if (core.stalledUntil > time.now()) {
      core.backlog.add(() -> answered(core, reply));
      return;
    }
    pump();
    if (core.cpu.receive(reply)) {
      core.task.completed(core.cpu);
    }
    wake(core);
    pump();
  }

  private void take(Core core, NodeId home, long sequence) {
    if (core.stalledUntil > time.now()) {
      core.backlog.add(() -> take(core, home, sequence));
      return;
    }
    NodeReply reply = borders.take(home, sequence, local());
    if (reply != null) {
      answered(core, reply);
    } else {
      pump();
    }
  }

  private final class FromNode implements NodeOutbox {
    @Override
    public void answer(CpuId to, NodeReply reply) {
      if (answersToCrash > 0 && --answersToCrash == 0) {
        nodeBusyUntil = Math.max(nodeBusyUntil, time.now()) + RESTART_NANOS;
      }
      time.after(costs.mailbox(), () -> run(() -> answered(core(to), reply)));
    }

    @Override
    public void answerRegistry(RegistryReply reply) {} // nobody has asked
  }

  private final class FromCpu implements CpuOutbox {
    private final CpuId cpu;

    FromCpu(CpuId cpu) {
      this.cpu = cpu;
    }

    @Override
    public void toNode(NodeId to, NodeProtocol.FromCpu message) {
      Core core = core(cpu);
      if (core.sendsToCrash > 0 && --core.sendsToCrash == 0) {
        stall(core, time.now() + RESTART_NANOS);
      }
      if (core.stalledUntil > time.now()) { // it lies in the outbox of a shell that is away
        core.backlog.add(() -> send(to, message));
      } else {
        send(to, message);
      }
    }

    private void send(NodeId to, NodeProtocol.FromCpu message) {
      if (to.equals(me.node())) {
        time.after(costs.mailbox(), () -> run(() -> atNode(() -> node.receive(message))));
      } else {
        borders.ask(to, message, local());
      }
    }

    @Override
    public void done(long token) {
      Runnable then = whenDone.remove(token);
      if (then != null) {
        time.after(0, () -> run(then));
      }
    }
  }

  private final class FromBorders implements BorderOutbox {
    @Override
    public void send(Frame frame) {
      cluster.send(frame);
    }

    @Override
    public void answer(CpuId cpu, NodeReply reply) {
      time.after(costs.mailbox(), () -> run(() -> answered(core(cpu), reply)));
    }

    @Override
    public void granted(CpuId cpu, NodeId home, long sequence) {
      time.after(costs.mailbox(), () -> run(() -> take(core(cpu), home, sequence)));
    }

    @Override
    public void deliver(CpuId to, CacheId cache, long[] objects, Incarnation home) {
      for (long object : objects) {
        note(Kind.TAKEN, to.value(), home, object, Event.NONE);
      }
      core(to).task.taken(cache, objects, home);
      wake(core(to));
    }

    @Override
    public void handedOff(long token, boolean isTaken) {
      Core core = handingOff.remove(token);
      if (core != null) {
        core.task.handedOff(token, isTaken);
        wake(core);
      }
    }

    @Override
    public void giveBack(NodeId home) {
      cores.forEach(core -> core.cpu.giveBack(home));
    }

    @Override
    public void forget(Incarnation home) {
      leasedUntil.remove(home);
      for (Core core : cores) {
        core.cpu.forget(home.node());
        core.task.forget(home);
        wake(core);
      }
    }

    @Override
    public void end() {
      cluster.ends(SimulatedMember.this);
    }
  }

  private final class ToHistory implements LoanEvents {
    @Override
    public void executed(Incarnation from, Incarnation home, long sequence, Frame.Asked asked) {
      long of = (long) home.life() << Integer.SIZE | home.node().value();
      note(Kind.EXECUTED, Event.NONE, from, of, sequence);
    }

    @Override
    public void rejected(Rejection why) {
      cluster.rejected(why);
    }

    @Override
    public void leased(Incarnation home, long until) {
      leasedUntil.put(home, until);
      noteLease(home, until);
    }

    @Override
    public void removed(Incarnation member) {
      note(Kind.REMOVED, Event.NONE, member, 0, 0);
    }

    @Override
    public void censusOpened(long number, long candidates) {
      note(Kind.CENSUS, Event.NONE, me, 0, number);
      cluster.censuses().opened++;
    }

    @Override
    public void censusVoided(long number) {
      cluster.censuses().voided++;
    }

    @Override
    public void censusClosed(long number, long[] reclaimed) {
      cluster.censuses().closed++;
      for (long object : reclaimed) {
        note(Kind.RECLAIMED, Event.NONE, me, object, number);
      }
    }
  }
}
