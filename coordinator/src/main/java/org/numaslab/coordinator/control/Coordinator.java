package org.numaslab.coordinator.control;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.numaslab.coordinator.control.ControlFrame.Answer;
import org.numaslab.coordinator.control.ControlFrame.Asked;
import org.numaslab.coordinator.control.ControlFrame.ForCpu;
import org.numaslab.coordinator.control.ControlFrame.ForMember;
import org.numaslab.coordinator.control.ControlFrame.ForNode;
import org.numaslab.coordinator.control.ControlFrame.FromCpu;
import org.numaslab.coordinator.control.ControlFrame.FromMember;
import org.numaslab.coordinator.control.ControlFrame.FromNode;
import org.numaslab.coordinator.control.ControlFrame.Superseded;
import org.numaslab.coordinator.registry.MemberProtocol;
import org.numaslab.coordinator.registry.Registry;
import org.numaslab.coordinator.registry.RegistryOutbox;
import org.numaslab.cpu.protocol.CpuProtocol;
import org.numaslab.node.cache.Nature;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.slab.KernelMessages;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// One life of the process that has the registry, and its links to the members.
///
/// A coordinator that starts again is another life, with a greater number and nothing known. It is
/// given who is there, learns from them what exists, and then takes requests; those that came
/// earlier wait for that. Whom the membership service has admitted before must be among them: a
/// grace period does not wait for readers of members that it has not heard of.
///
/// Owner: the coordinator's shell, which says what time it is with each call.
public final class Coordinator {
  private final Registry registry;
  private final int life;
  private final RetryTimes times;
  private final Consumer<ControlFrame> wire;

  /// By node.
  private final TreeMap<Integer, ControlSender> links = new TreeMap<>();

  private final TreeMap<Integer, Incarnation> joined = new TreeMap<>();
  private final ArrayDeque<Consumer<Registry>> early = new ArrayDeque<>();
  private final Topology topology;
  private long now;
  private boolean isReady;
  private int supersededBy;

  /// @param life 1..[Registry#LIFE_MAX], greater than that of every coordinator before: a member
  ///   that knows a later one says so, see [#supersededBy]
  /// @param nature for caches that are made
  /// @param wire takes what is to be sent to members
  public Coordinator(
      Topology topology,
      Nature nature,
      KernelMessages messages,
      int life,
      RetryTimes times,
      Consumer<ControlFrame> wire) {
    this.topology = topology;
    this.registry = Registry.apart(topology, nature, new ToMembers(), messages, life);
    this.life = life;
    this.times = times;
    this.wire = wire;
  }

  /// For reading. What is to be done goes through [#ask].
  public Registry registry() {
    return registry;
  }

  public int life() {
    return life;
  }

  /// Whether it knows what exists.
  public boolean isReady() {
    return isReady;
  }

  /// The life of a newer coordinator that a member obeys, 0 while none has said so. Then this one
  /// ends; one that has just begun and was told so by everybody can begin again with a life beyond
  /// that.
  public int supersededBy() {
    return supersededBy;
  }

  /// Begins with those who are there.
  ///
  /// @param then runs when it knows what exists
  public void begin(Collection<Incarnation> there, long at, Runnable then) {
    now = at;
    there.forEach(this::link);
    registry.begin(
        there,
        () -> {
          isReady = true;
          while (!early.isEmpty()) {
            early.remove().accept(registry);
          }
          then.run();
        });
  }

  /// Starts something at the registry, now or when it knows what exists.
  public void ask(Consumer<Registry> operation, long at) {
    now = at;
    if (isReady) {
      operation.accept(registry);
    } else {
      early.add(operation);
    }
  }

  /// The membership service has admitted a member.
  public void joined(Incarnation member, long at) {
    now = at;
    link(member);
    registry.joined(member);
  }

  private void link(Incarnation member) {
    Incarnation before = joined.get(member.node().value());
    if (before == null || before.life() < member.life()) {
      joined.put(member.node().value(), member);
      links.put(member.node().value(), new ControlSender(member, life, times, wire));
    }
  }

  /// The membership service has removed a member, for good.
  public void removed(Incarnation member, long at) {
    now = at;
    if (member.equals(joined.get(member.node().value()))) {
      links.remove(member.node().value());
      joined.remove(member.node().value());
    }
    registry.removed(member);
  }

  /// Takes what has come from a member.
  public void receive(ControlFrame frame, long at) {
    now = at;
    ControlSender link = links.get(frame.member().node().value());
    if (link == null
        || frame.life() != life
        || !frame.member().equals(joined.get(frame.member().node().value()))) {
      return;
    }
    switch (frame.body()) {
      case Answer answer when link.answered(answer.sequence(), now) -> take(answer);
      case Superseded newer -> supersededBy = Math.max(supersededBy, newer.by());
      default -> {} // answered before
    }
  }

  private void take(Answer answer) {
    switch (answer.told()) {
      case FromNode told -> registry.receive(told.reply());
      case FromCpu told -> registry.receive(told.reply());
      case FromMember told -> registry.receive(told.reply());
    }
  }

  /// Sends again what is due.
  public void tick(long at) {
    now = at;
    links.values().forEach(link -> link.retry(at));
  }

  /// When [#tick] has something to do; maybe earlier.
  public long nextDue() {
    return links.values().stream()
        .mapToLong(ControlSender::nextDue)
        .min()
        .orElse(ControlSender.NEVER);
  }

  private final class ToMembers implements RegistryOutbox {
    @Override
    public void toNode(NodeId node, NodeProtocol.FromRegistry message) {
      send(node, new ForNode(message));
    }

    @Override
    public void toCpu(CpuId cpu, CpuProtocol message) {
      send(topology.nodeOf(cpu), new ForCpu(cpu, message));
    }

    @Override
    public void toMember(NodeId member, MemberProtocol message) {
      send(member, new ForMember(message));
    }

    private void send(NodeId to, Asked asked) {
      ControlSender link = links.get(to.value());
      if (link != null) { // else it is being removed
        link.send(asked, now);
      }
    }
  }
}
