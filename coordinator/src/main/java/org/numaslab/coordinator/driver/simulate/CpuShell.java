package org.numaslab.coordinator.driver.simulate;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.numaslab.coordinator.driver.MemberTask;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.cache.CpuOutbox;
import org.numaslab.cpu.client.Turn;
import org.numaslab.cpu.protocol.CpuProtocol;
import org.numaslab.cpu.protocol.CpuReply;
import org.numaslab.cpu.protocol.CpuRequests;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.topology.NodeId;

/// What moves the messages of one cpu of a simulated member, and gives its task turns. It may fail
/// or be preempted: then what arrives and what is to be sent waits, and the cpu's state stays as it
/// is.
///
/// Owner: the member.
final class CpuShell implements CpuOutbox {
  /// For how long a shell that has failed is away.
  static final long RESTART_NANOS = 20_000_000;

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
    Turn.End end = Turn.run(cpu, task, 1);
    isFinished = end == Turn.End.FINISHED;
    if (end == Turn.End.AGAIN) {
      schedule(costs.operation(cpu.path()) + task.thinkNanos());
    }
    member.pump();
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
    if (cpu.receive(reply)) {
      task.completed(cpu);
    }
    wake();
    member.pump();
  }

  // ---- requests

  @Override
  public void toNode(NodeId to, NodeProtocol.FromCpu message) {
    if (sendsToCrash > 0 && --sendsToCrash == 0) {
      stall(time.now() + RESTART_NANOS);
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
      CpuRequests.serve(cpu, message);
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
    cpu.housekeeping().flushAll(then(then));
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
