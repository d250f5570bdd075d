package org.numaslab.coordinator.driver.simulate;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.numaslab.coordinator.driver.MemberTask;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.cache.CpuOutbox;
import org.numaslab.cpu.cache.Restarts;
import org.numaslab.cpu.client.Turn;
import org.numaslab.cpu.protocol.CpuProtocol;
import org.numaslab.cpu.protocol.CpuReply;
import org.numaslab.cpu.protocol.CpuRequests;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.topology.NodeId;

/// What moves the messages of one cpu of a simulated member, and gives its task turns.
///
/// | fault | the step in progress | what arrives or is to be sent |
/// |---|---|---|
/// | it fails | is cut in the middle, where it sends a message; the cpu recovers | waits until it has started again |
/// | it fails too often | the same | the cpu goes off line; somebody brings it back later |
/// | it is preempted | ends before | waits |
///
/// Owner: the member.
final class CpuShell implements CpuOutbox {
  /// For how long a shell that has failed is away.
  static final long RESTART_NANOS = 20_000_000;

  /// It has failed: the message was not sent.
  private static final class Failed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private final SimulatedMember member;
  private final VirtualTime time;
  private final CostModel costs;
  private final Cpu cpu;
  private final MemberTask task;
  private final ArrayDeque<Runnable> backlog = new ArrayDeque<>(0);
  private final Map<Long, Runnable> whenDone = new HashMap<>();
  private long lastToken;
  private boolean turnIsDue;
  private boolean isFinished;
  private boolean isGoingOffline;
  private boolean comesBack;
  private final Restarts restarts = new Restarts();
  private boolean isInTask;
  private boolean isRetired;
  private long stalledUntil;

  /// It fails with so many more messages; 0 for never.
  private int sendsToCrash;

  CpuShell(
      SimulatedMember member,
      VirtualTime time,
      CostModel costs,
      Function<CpuOutbox, Cpu> cpu,
      MemberTask task) {
    this.member = member;
    this.time = time;
    this.costs = costs;
    this.cpu = cpu.apply(this);
    this.task = task;
  }

  Cpu cpu() {
    return cpu;
  }

  MemberTask task() {
    return task;
  }

  // ---- its task

  /// Gives the task a turn soon: what it waits for may have happened.
  void wake() {
    schedule(costs.fast());
  }

  /// Lets the task begin again where it stands.
  void beginAgain() {
    isFinished = false;
    comeBack();
    wake();
  }

  private void schedule(long after) {
    if (!turnIsDue) {
      turnIsDue = true;
      time.after(after, () -> member.run(this::turn));
    }
  }

  private void turn() {
    turnIsDue = false;
    if (isStalled() || !member.hasBegun()) {
      return;
    }
    member.pump(); // nothing is handed out of a loan whose lease is over
    survive(this::oneOperation);
    member.pump();
  }

  private void oneOperation() {
    isInTask = true;
    Turn.End end = task.turn(cpu, 1);
    isInTask = false;
    isFinished = end == Turn.End.FINISHED;
    if (end == Turn.End.AGAIN) {
      schedule(costs.operation(cpu.path()) + task.thinkNanos());
    }
    cpu.endTurn();
  }

  boolean isQuiet() {
    return isFinished && !turnIsDue && cpu.isQuiet();
  }

  /// For people.
  String waitsFor() {
    return cpu.id() + (isFinished ? "" : " runs") + " (" + cpu.waitsFor() + ")";
  }

  // ---- answers

  void answered(NodeReply reply) {
    whenAwake(() -> {
      member.pump();
      receive(reply);
    });
  }

  /// A home has granted something: it is there when the cpu is.
  void granted(Incarnation home, long sequence) {
    whenAwake(() -> {
      member.pump();
      NodeReply reply = member.take(home, sequence);
      if (reply != null) {
        receive(reply);
      } else {
        member.pump();
      }
    });
  }

  private void receive(NodeReply reply) {
    survive(() -> {
      if (cpu.receive(reply)) {
        completed();
      }
    });
    wake();
    member.pump();
  }

  private void completed() {
    isInTask = true;
    task.completed(cpu);
    isInTask = false;
  }

  // ---- requests

  @Override
  public void toNode(NodeId to, NodeProtocol.FromCpu message) {
    if (sendsToCrash > 0 && --sendsToCrash == 0) {
      throw new Failed();
    }
    // Bound to the home's life that the cpu knows: it may be another one when this shell is back.
    Incarnation home = member.incarnationOf(to);
    whenAwake(() -> member.send(to, home, message));
  }

  @Override
  public void done(long token) {
    Runnable then = whenDone.remove(token);
    if (then != null) {
      time.after(0, () -> member.run(then));
    } else {
      member.answered(new CpuReply(token, cpu.id()));
    }
  }

  /// The coordinator asks for something.
  void asked(CpuProtocol message) {
    whenAwake(() -> {
      survive(() -> CpuRequests.serve(cpu, message));
      if (message instanceof CpuProtocol.GoOnline) {
        wake();
      }
      member.pump();
    });
  }

  private long then(Runnable does) {
    whenDone.put(++lastToken, does);
    return lastToken;
  }

  /// Gives back all that it holds.
  void flushAll(Runnable then) {
    survive(() -> cpu.housekeeping().flushAll(then(then)));
  }

  /// Gives back what it may not hand out any more.
  void giveBack(NodeId home) {
    survive(() -> cpu.giveBack(home));
  }

  /// Retires, or comes back: one after the other. What the registry wants of it goes before.
  private void setOnline(boolean online) {
    if (!online && cpu.isOnline()) {
      isGoingOffline = true;
      survive(() ->
          cpu.housekeeping()
              .goOffline(
                  then(() -> {
                    isGoingOffline = false;
                    if (comesBack) {
                      setOnline(true);
                    }
                  })));
    } else if (online && isGoingOffline) {
      comesBack = true;
    } else if (online && !cpu.isOnline()) {
      comesBack = false;
      cpu.housekeeping().goOnline(then(() -> {}));
      wake();
    }
  }

  // ---- when it is away

  private boolean isStalled() {
    return stalledUntil > time.now();
  }

  private void whenAwake(Runnable action) {
    if (isStalled()) {
      backlog.add(action);
    } else {
      action.run();
    }
  }

  void crashAtSend(int sends) {
    sendsToCrash = sends;
  }

  /// Lets the cpu do a step. Where this shell fails in the middle of it, it starts again with the
  /// same cpu.
  private void survive(Runnable step) {
    try {
      step.run();
    } catch (Failed failed) {
      startAgain();
    }
  }

  private void startAgain() {
    boolean isTaskCut = isInTask;
    isInTask = false;
    long before = cpu.quarantine().everAdded();
    boolean isComplete = cpu.recover();
    member.restarted(cpu.quarantine().everAdded() - before);
    stall(time.now() + RESTART_NANOS);
    if (isTaskCut && !task.goesOnAfterCut()) {
      throw new IllegalStateException(cpu.id() + " runs a task that cannot go on");
    }
    if (isComplete) {
      completed();
    }
    if (!restarts.mayStartAgain(time.now())) {
      isRetired = true;
      setOnline(false);
      time.after(Restarts.WITHIN_NANOS, () -> member.run(this::comeBack));
    }
  }

  private void comeBack() {
    if (isRetired) {
      isRetired = false;
      setOnline(true);
    }
  }

  /// Does nothing before a time.
  void stall(long until) {
    stalledUntil = Math.max(stalledUntil, until);
    time.at(until, () -> member.run(this::goOn));
  }

  void endStall() {
    stalledUntil = 0;
    goOn();
  }

  private void goOn() {
    while (!isStalled() && !backlog.isEmpty()) {
      backlog.remove().run();
    }
    if (!isStalled()) {
      wake();
    }
  }
}
