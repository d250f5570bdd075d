package org.numaslab.coordinator.driver.cluster;

import java.util.ArrayDeque;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.numaslab.cpu.actor.CpuActor;
import org.numaslab.cpu.actor.Gate;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.cache.CpuOutbox;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.topology.NodeId;

/// What moves the messages of one cpu of a [ClusterMember]. What the cpu wants of other members
/// waits until its turn is over.
///
/// Owner: the cpu's actor; the member, while it has everything to itself.
final class MemberCpu implements CpuOutbox, Gate {
  private final ClusterMember member;
  private final Cpu cpu;
  private final ArrayDeque<Runnable> wanted = new ArrayDeque<>();

  /// What homes have granted, and the cpu has not taken yet.
  private final ArrayDeque<Grant> granted = new ArrayDeque<>();

  private @Nullable ActorRef<CpuActor.Message> actor;

  private record Grant(Incarnation home, long sequence) {}

  MemberCpu(ClusterMember member, Function<CpuOutbox, Cpu> cpu) {
    this.member = member;
    this.cpu = cpu.apply(this);
  }

  Cpu cpu() {
    return cpu;
  }

  void movedBy(ActorRef<CpuActor.Message> mover) {
    actor = mover;
  }

  void tell(CpuActor.Message message) {
    ActorRef<CpuActor.Message> to = actor;
    if (to != null) {
      to.tell(message);
    }
  }

  /// For its task, in its turn: something to be done when the turn is over and no cpu runs.
  void want(Runnable action) {
    wanted.add(action);
  }

  /// Does what was wanted. For the member, while it has everything to itself.
  ///
  /// @return whether there was anything
  boolean doWanted() {
    boolean any = !wanted.isEmpty();
    for (Runnable next = wanted.poll(); next != null; next = wanted.poll()) {
      next.run();
    }
    return any;
  }

  /// A home has granted something. The cpu takes all that has come by then. For the member, while
  /// it has everything to itself.
  void granted(Incarnation home, long sequence) {
    granted.add(new Grant(home, sequence));
    if (granted.size() == 1) {
      tell(CpuActor.GRANTED);
    }
  }

  // ---- for the cpu

  @Override
  public void toNode(NodeId to, NodeProtocol.FromCpu message) {
    member.messages().add(member.me().node().value(), to.value(), message);
    if (to.equals(member.me().node())) {
      member.tellNode(message);
    } else {
      // Bound to the home's life that the cpu knows: it may be another one when the turn is over.
      Incarnation home = member.incarnationOf(to);
      member.requests().asks(message);
      want(() -> member.ask(home, message));
    }
  }

  @Override
  public void done(long token) {
    member.cpuIsDone(cpu.id(), token);
  }

  // ---- for its actor

  @Override
  public void enter() {
    member.gate().enter();
  }

  @Override
  public void leave() {
    member.gate().leave(!wanted.isEmpty());
  }

  @Override
  public void grant(Runnable completed) {
    member.alone(() -> {
      try {
        for (Grant next = granted.poll(); next != null; next = granted.poll()) {
          member.take(this, next.home, next.sequence, completed);
        }
      } finally {
        if (!granted.isEmpty()) {
          tell(CpuActor.GRANTED); // this one has failed: the others are taken by themselves
        }
      }
    });
  }
}
