package org.numaslab.coordinator.driver.simulate;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.control.ControlReceiver;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.protocol.CpuReply;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.PartialCounts;
import org.numaslab.node.loan.BorderOutbox;
import org.numaslab.node.loan.Borders;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.loan.NodeAnswers;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.protocol.NodeOutbox;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.protocol.NodeState;
import org.numaslab.node.protocol.RegistryReply;
import org.numaslab.node.slab.EmulatedOops;
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

  /// A member that cannot give back everything in this time leaves all the same.
  private static final long LEAVE_NANOS_MAX = 5_000_000_000L;

  private static final long LEAVE_STEP_NANOS = 5_000_000;

  private final Incarnation me;
  private final SimulatedCluster cluster;
  private final VirtualTime time;
  private final CostModel costs;
  private final Memory memory;
  private final LiveNatures natures;
  private final PartialCounts counts;
  private final NodeState node;
  private final Borders borders;
  private final MemberClock clock;
  private final Map<CpuId, CpuShell> shells = new LinkedHashMap<>();
  private final ArrayDeque<Runnable> backlog = new ArrayDeque<>();
  private final MemberEvents events;
  private final ControlEnd control;
  private final SimulatedTasks tasks;
  private State state = State.RUNNING;
  private long nodeBusyUntil;
  private int answersToCrash;
  private boolean hasNoPages;
  private boolean hasBegun;
  private long timerAt = Long.MAX_VALUE;

  SimulatedMember(SimulatedCluster cluster, Incarnation me, Memory memory, long seed) {
    this.me = me;
    this.cluster = cluster;
    this.time = cluster.time();
    this.costs = cluster.costs();
    this.memory = memory;
    this.clock =
        new MemberClock(time, seed >>> 24); // those of two processes have nothing in common
    this.events =
        new MemberEvents(
            cluster, me, clock, gone -> shells.values().forEach(s -> s.task().removed(gone)));
    this.tasks = new SimulatedTasks(cluster, this, events);
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
            events,
            node,
            answers,
            true,
            cache -> this.node.cache(cache).objects(),
            this::hear);
    this.control = new ControlEnd(cluster, this, node, counts);
    for (CpuId id : cluster.topology().cpusOf(me.node())) {
      shells.put(
          id,
          new CpuShell(
              this,
              time,
              costs,
              outbox ->
                  new Cpu(
                      id, me.life(), cluster.topology(), own, counts, natures.ofCpu(id), outbox),
              cluster.task(tasks, id)));
    }
  }

  private int node() {
    return me.node().value();
  }

  /// Who it is.
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
    return shells.values().stream().map(CpuShell::cpu).toList();
  }

  boolean isAlive() {
    return state != State.DEAD;
  }

  boolean isPaused() {
    return state == State.PAUSED;
  }

  /// Lets its clock run at another speed from here on.
  void drift(int ppm) {
    clock.drift(ppm);
    events.clockChanged();
    timerAt = Long.MAX_VALUE;
    pump();
  }

  // ---- life

  /// Runs something in this member: now, when it is awake, or never.
  void run(Runnable action) {
    cluster.works(this);
    switch (state) {
      case RUNNING -> orPanic(action);
      case PAUSED -> backlog.add(action);
      case DEAD -> {}
    }
  }

  /// An oops ends it.
  private void orPanic(Runnable action) {
    try {
      action.run();
    } catch (EmulatedOops oops) {
      cluster.panics(this, oops);
    }
  }

  /// The shell of one of its CPUs has failed.
  ///
  /// @param quarantined slabs that the cpu does not trust any more
  void restarted(long quarantined) {
    cluster.failures().restarts++;
    cluster.failures().quarantined += quarantined;
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
      orPanic(backlog.remove());
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

  void leaving(Incarnation member) {
    borders.leaving(member);
  }

  void removed(Incarnation member) {
    borders.removed(member, clock.now());
    pump();
  }

  /// It knows everything: its tasks run, and it hears other members.
  void begin() {
    hasBegun = true;
    shells.values().forEach(CpuShell::wake);
    pump();
  }

  /// Whether it has been told everything.
  boolean hasBegun() {
    return hasBegun;
  }

  /// Its end of the link to the coordinator.
  ControlReceiver control() {
    return control.control();
  }

  // ---- faults

  /// What was to fail and has not yet does not.
  void failNoMore() {
    answersToCrash = 0;
    shells.values().forEach(shell -> shell.crashAtSend(0));
  }

  void crashAtAnswer(int answers) {
    answersToCrash = answers;
  }

  void hasNoPages(boolean none) {
    hasNoPages = none;
  }

  /// Every cpu gives back all that it holds.
  void flushAll(Runnable then) {
    int[] missing = {shells.size()};
    if (missing[0] == 0) {
      then.run();
    }
    for (CpuShell shell : shells.values()) {
      shell.flushAll(() -> {
        if (--missing[0] == 0) {
          then.run();
        }
      });
    }
    pump();
  }

  /// Gives back all that it has, as far as that is possible, then says that it is gone.
  void leaves(Runnable then) {
    tasks.leave();
    borders.leaves();
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

  /// What moves the messages of one of its CPUs.
  CpuShell shell(CpuId cpu) {
    CpuShell shell = shells.get(cpu);
    if (shell == null) {
      throw new IllegalArgumentException(cpu + " is not of " + me);
    }
    return shell;
  }

  // ---- tasks

  /// Lets every task begin again where it stands.
  void wakeAll() {
    if (hasBegun) {
      shells.values().forEach(CpuShell::beginAgain);
    }
  }

  /// Whether all tasks are at their end and nothing is under way.
  boolean isQuiet() {
    return hasBegun && shells.values().stream().allMatch(CpuShell::isQuiet) && borders.isQuiet();
  }

  /// What it is about, for people.
  String waitsFor() {
    StringBuilder what = new StringBuilder(me.toString()).append(':');
    for (CpuShell shell : shells.values()) {
      if (!shell.isQuiet()) {
        what.append(' ').append(shell.waitsFor());
      }
    }
    return borders.isQuiet() ? what.toString() : what.append(" borders are busy").toString();
  }

  /// Who is known to have a node now.
  @Nullable Incarnation incarnationOf(NodeId of) {
    return of.equals(me.node()) ? me : borders.member(of);
  }

  /// A task passes objects on.
  ///
  /// @return false when that cannot be now: nothing has happened
  boolean passOn(NodeId home, Frame.HandOff handOff, long token) {
    return borders.handOff(home, handOff, token, clock.now());
  }

  // ---- messages inside the member

  private void atNode(Runnable serve) {
    nodeBusyUntil = Math.max(time.now(), nodeBusyUntil) + costs.service();
    time.at(nodeBusyUntil, () -> run(serve));
  }

  /// Runs something at the node, when it is its turn.
  void atNodeSoon(Runnable serve) {
    if (cluster.hasBooted()) {
      atNode(serve);
    } else {
      serve.run();
    }
  }

  /// Runs something at a cpu, when it is its turn.
  void atCpuSoon(CpuId cpu, Consumer<CpuShell> serve) {
    time.after(
        cluster.hasBooted() ? costs.mailbox() : 0, () -> run(() -> serve.accept(shell(cpu))));
  }

  /// A cpu has done what the coordinator asked.
  void answered(CpuReply reply) {
    control.answered(reply);
  }

  /// Whether a hand-off is of a cache that its cpu was not told of: this member is removed, and
  /// does not know it.
  private boolean isOfUnknownCache(Frame frame) {
    return frame.body() instanceof Frame.Request request
        && request.asked() instanceof Frame.HandOff handOff
        && !handOff.cache().equals(CacheId.NONE)
        && shells.containsKey(handOff.to())
        && !shell(handOff.to()).cpu().knows(handOff.cache());
  }

  /// What another member has sent. What cannot be taken yet is dropped: it is asked again.
  void receive(Frame frame) {
    run(() -> {
      if (!hasBegun || isOfUnknownCache(frame)) {
        return;
      }
      if (frame.home().equals(me)) {
        atNode(() -> take(frame));
      } else {
        take(frame);
      }
    });
  }

  private void take(Frame frame) {
    borders.receive(frame, clock.now());
    pump();
  }

  /// Does what is due at the borders, and comes back when something will be.
  void pump() {
    while (hasBegun && state == State.RUNNING && borders.nextDue() <= clock.now()) {
      borders.tick(clock.now());
    }
    if (!hasBegun || state == State.DEAD || borders.nextDue() == Long.MAX_VALUE) {
      return;
    }
    long due = Math.max(time.now() + 1, clock.whenItShows(borders.nextDue()));
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

  /// What a home has granted to one of its CPUs, null when that cannot be used now.
  @Nullable NodeReply take(Incarnation home, long sequence) {
    return borders.take(home, sequence, clock.now());
  }

  /// Sends what a cpu asks for.
  ///
  /// @param home the incarnation that it means, null when it knew of none
  void send(NodeId to, @Nullable Incarnation home, NodeProtocol.FromCpu message) {
    if (to.equals(me.node())) {
      time.after(costs.mailbox(), () -> run(() -> atNode(() -> node.receive(message))));
    } else {
      borders.ask(home, message, clock.now());
    }
  }

  private final class FromNode implements NodeOutbox {
    @Override
    public void answer(CpuId to, NodeReply reply) {
      if (answersToCrash > 0 && --answersToCrash == 0) {
        nodeBusyUntil = Math.max(nodeBusyUntil, time.now()) + CpuShell.RESTART_NANOS;
      }
      time.after(costs.mailbox(), () -> run(() -> shell(to).answered(reply)));
    }

    @Override
    public void answerRegistry(RegistryReply reply) {
      control.answered(reply);
    }
  }

  private final class FromBorders implements BorderOutbox {
    @Override
    public void send(Frame frame) {
      cluster.send(frame);
    }

    @Override
    public void answer(CpuId cpu, NodeReply reply) {
      time.after(costs.mailbox(), () -> run(() -> shell(cpu).answered(reply)));
    }

    @Override
    public void granted(CpuId cpu, Incarnation home, long sequence) {
      time.after(costs.mailbox(), () -> run(() -> shell(cpu).granted(home, sequence)));
    }

    @Override
    public void deliver(Frame.HandOff handOff, Incarnation home) {
      tasks.deliver(handOff, home);
    }

    @Override
    public void handedOff(long token, boolean isTaken) {
      tasks.handedOff(token, isTaken);
    }

    @Override
    public void giveBack(NodeId home) {
      shells.values().forEach(shell -> shell.giveBack(home));
    }

    @Override
    public void forget(Incarnation home) {
      events.forget(home);
      for (CpuShell shell : shells.values()) {
        shell.cpu().forget(home.node());
        shell.task().forget(home);
        shell.wake();
      }
    }

    @Override
    public void end() {
      cluster.ends(SimulatedMember.this);
    }
  }
}
