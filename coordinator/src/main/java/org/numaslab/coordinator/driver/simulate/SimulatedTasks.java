package org.numaslab.coordinator.driver.simulate;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.audit.Event;
import org.numaslab.coordinator.audit.Event.Kind;
import org.numaslab.coordinator.driver.MemberHost;
import org.numaslab.coordinator.driver.MemberTask;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// The tasks of a [SimulatedMember], what they may ask of it, and what they pass on to other
/// members.
///
/// Owner: the member.
final class SimulatedTasks implements MemberHost {
  private final SimulatedCluster cluster;
  private final SimulatedMember member;
  private final MemberEvents events;
  private final Map<Long, CpuShell> handingOff = new HashMap<>();
  private long lastToken;
  private boolean isLeaving;

  SimulatedTasks(SimulatedCluster cluster, SimulatedMember member, MemberEvents events) {
    this.cluster = cluster;
    this.member = member;
    this.events = events;
  }

  // ---- for the member

  /// From here on they give back what they have and end.
  void leave() {
    isLeaving = true;
  }

  void deliver(Frame.HandOff handOff, Incarnation home) {
    CpuId to = handOff.to();
    for (long object : handOff.objects()) {
      note(Kind.TAKEN, to.value(), home, object, Event.NONE);
    }
    task(to).taken(handOff, home);
    wake(to);
  }

  void handedOff(long token, boolean isTaken) {
    CpuShell shell = handingOff.remove(token);
    if (shell != null) {
      shell.task().handedOff(token, isTaken);
      shell.wake();
    }
  }

  // ---- for the tasks

  @Override
  public Incarnation me() {
    return member.me();
  }

  @Override
  public Topology topology() {
    return cluster.topology();
  }

  @Override
  public Memory memory() {
    return member.memory();
  }

  @Override
  public @Nullable Incarnation incarnationOf(NodeId of) {
    return member.incarnationOf(of);
  }

  @Override
  public List<KmemCache> openCaches() {
    return cluster.openCaches();
  }

  @Override
  public boolean isLeaving() {
    return isLeaving || cluster.isHealed();
  }

  @Override
  public long now() {
    return cluster.now();
  }

  @Override
  public long handOff(CpuId from, Incarnation home, Frame.HandOff handOff) {
    long token = ++lastToken;
    if (!member.passOn(home.node(), handOff, token)) {
      member.pump();
      return 0;
    }
    handingOff.put(token, member.shell(from));
    for (long object : handOff.objects()) {
      note(Kind.HANDED, from.value(), home, object, handOff.to().value());
    }
    member.pump();
    return token;
  }

  @Override
  public MemberTask task(CpuId cpu) {
    return member.shell(cpu).task();
  }

  @Override
  public void wake(CpuId cpu) {
    member.shell(cpu).wake();
  }

  @Override
  public void wakeAfter(CpuId cpu, long nanos) {
    cluster.time().after(nanos, () -> member.run(() -> wake(cpu)));
  }

  @Override
  public void note(Kind kind, int cpu, Incarnation home, long object, long number) {
    events.note(kind, cpu, home, object, number);
  }
}
