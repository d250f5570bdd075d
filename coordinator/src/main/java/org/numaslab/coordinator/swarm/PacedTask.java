package org.numaslab.coordinator.swarm;

import org.numaslab.coordinator.driver.MemberHost;
import org.numaslab.coordinator.driver.MemberTask;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.topology.CpuId;

/// A swarm's task in real time: it does not do more than so many operations in a second, so that
/// there are some left when something goes wrong.
///
/// Owner: its member.
final class PacedTask implements MemberTask {
  private static final long WAIT_NANOS = 2_000_000;
  private static final double NANOS_PER_SECOND = 1e9;

  private final SwarmTask task;
  private final MemberHost member;
  private final CpuId cpu;
  private final Progress progress;
  private final double operationsPerSecond;
  private final long began;

  PacedTask(
      SwarmTask task, MemberHost member, CpuId cpu, Progress progress, double operationsPerSecond) {
    this.task = task;
    this.member = member;
    this.cpu = cpu;
    this.progress = progress;
    this.operationsPerSecond = operationsPerSecond;
    this.began = member.now();
  }

  @Override
  public Step step(Cpu on) {
    double seconds = (member.now() - began) / NANOS_PER_SECOND;
    if (!member.isLeaving() && progress.operations > 1 + seconds * operationsPerSecond) {
      member.wakeAfter(cpu, WAIT_NANOS);
      return Step.BLOCKED;
    }
    return task.step(on);
  }

  @Override
  public void completed(Cpu on) {
    task.completed(on);
  }

  @Override
  public void taken(Frame.HandOff handOff, Incarnation home) {
    task.taken(handOff, home);
  }

  @Override
  public void handedOff(long token, boolean isTaken) {
    task.handedOff(token, isTaken);
  }

  @Override
  public void forget(Incarnation home) {
    task.forget(home);
  }

  @Override
  public long thinkNanos() {
    return task.thinkNanos();
  }

  /// What it paces.
  SwarmTask task() {
    return task;
  }
}
