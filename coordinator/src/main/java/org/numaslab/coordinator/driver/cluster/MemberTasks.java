package org.numaslab.coordinator.driver.cluster;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.audit.Event;
import org.numaslab.coordinator.audit.Event.Kind;
import org.numaslab.coordinator.driver.MemberHost;
import org.numaslab.coordinator.driver.MemberTask;
import org.numaslab.cpu.actor.CpuActor;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// The tasks of a [ClusterMember], what they may ask of it, and what they pass on to other members.
///
/// | of a hand-off | |
/// |---|---|
/// | handOff | a task passes objects on, in its cpu's turn |
/// | deliver | those of another member have come |
/// | handedOff | the other member has them, or they are the task's again |
///
/// Owner: its CPUs, in their turns; the member, while it has everything to itself.
final class MemberTasks implements MemberHost {
  private record HandingOff(CpuId from, Frame.HandOff handOff) {}

  private final ClusterMember member;
  private final MachinePart part;
  private final MemberShell shell;
  private final MemberEvents events;
  private final RequestTimes requests;
  private final Map<CpuId, MemberTask> tasks = new ConcurrentHashMap<>();
  private final Map<Long, HandingOff> handingOff = new ConcurrentHashMap<>();
  private final AtomicLong tokens = new AtomicLong();
  private volatile boolean isLeaving;

  MemberTasks(
      ClusterMember member,
      MachinePart part,
      MemberShell shell,
      MemberEvents events,
      RequestTimes requests) {
    this.member = member;
    this.part = part;
    this.shell = shell;
    this.events = events;
    this.requests = requests;
  }

  // ---- for the member

  void expect(CpuId cpu, MemberTask task) {
    tasks.put(cpu, task);
  }

  /// From here on they give back what they have and end.
  void leave() {
    isLeaving = true;
  }

  /// Another member is removed: whoever waits for a task of it looks again.
  void removed(Incarnation other) {
    tasks.forEach((cpu, task) -> {
      task.removed(other);
      wake(cpu);
    });
  }

  /// A home is gone, with the objects that they have of it.
  void forget(Incarnation home) {
    tasks.forEach((cpu, task) -> {
      task.forget(home);
      wake(cpu);
    });
  }

  void deliver(Frame.HandOff handOff, Incarnation home) {
    for (long object : handOff.objects()) {
      note(Kind.TAKEN, handOff.to().value(), home, object, Event.NONE);
    }
    task(handOff.to()).taken(handOff, home);
    wake(handOff.to());
  }

  void handedOff(long token, boolean isTaken) {
    HandingOff over = handingOff.remove(token);
    if (over != null) {
      requests.handedOff(over.handOff);
      task(over.from).handedOff(token, isTaken);
      wake(over.from);
    }
  }

  // ---- for the tasks

  @Override
  public Incarnation me() {
    return member.me();
  }

  @Override
  public Topology topology() {
    return part.topology();
  }

  @Override
  public Memory memory() {
    return part.memory();
  }

  @Override
  public @Nullable Incarnation incarnationOf(NodeId of) {
    return member.incarnationOf(of);
  }

  @Override
  public List<KmemCache> openCaches() {
    return member.openCaches();
  }

  @Override
  public boolean isLeaving() {
    return isLeaving;
  }

  @Override
  public long now() {
    return events.now();
  }

  @Override
  public MemberTask task(CpuId cpu) {
    MemberTask task = tasks.get(cpu);
    if (task == null) {
      throw new IllegalArgumentException(cpu + " of " + me() + " has no task");
    }
    return task;
  }

  @Override
  public void wake(CpuId cpu) {
    member.cpu(cpu).tell(CpuActor.RESUME);
  }

  @Override
  public void wakeAfter(CpuId cpu, long nanos) {
    shell.after(nanos, () -> wake(cpu));
  }

  @Override
  public void note(Kind kind, int cpu, Incarnation home, long object, long number) {
    events.note(kind, cpu, home, object, number);
  }

  @Override
  public long handOff(CpuId from, Incarnation home, Frame.HandOff handOff) {
    long token = tokens.incrementAndGet();
    requests.asks(handOff);
    handingOff.put(token, new HandingOff(from, handOff));
    for (long object : handOff.objects()) {
      note(Kind.HANDED, from.value(), home, object, handOff.to().value());
    }
    member
        .cpu(from)
        .want(() -> {
          if (!member.passOn(home.node(), handOff, token)) {
            handedOff(token, false);
          }
        });
    return token;
  }
}
