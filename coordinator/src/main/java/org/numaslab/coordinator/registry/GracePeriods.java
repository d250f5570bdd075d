package org.numaslab.coordinator.registry;

import java.util.ArrayList;
import java.util.List;
import org.numaslab.cpu.protocol.CpuProtocol;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// RCU's grace periods, one after the other while somebody waits for one, beside the registry's
/// other operations.
///
/// | state | asked | when all have answered, or are removed |
/// |---|---|---|
/// | IDLE | nobody | somebody comes -> BEGIN |
/// | BEGIN | the nodes: BeginGracePeriod | -> QUIESCE |
/// | QUIESCE | the CPUs on line: Quiesce | -> END |
/// | END | the nodes: EndGracePeriod | those who came before BEGIN go on; others wait -> BEGIN, nobody -> IDLE |
///
/// A cpu that comes on line later, or whose member comes later, has no reader from before. One that
/// goes off line has none left. A node that comes later has noted no begin: its end gives nothing
/// back.
///
/// Owner: the registry's shell. Models `rcu_gp_kthread` of kernel/rcu/tree.c, v6.1.
final class GracePeriods {
  private enum State {
    IDLE,
    BEGIN,
    QUIESCE,
    END
  }

  private final Topology topology;
  private final Members members;
  private final Plugged plugged;
  private final Asks asks;
  private State state = State.IDLE;
  private List<Runnable> served = new ArrayList<>();
  private List<Runnable> next = new ArrayList<>();

  GracePeriods(Topology topology, Members members, Plugged plugged, Asks asks) {
    this.topology = topology;
    this.members = members;
    this.plugged = plugged;
    this.asks = asks;
  }

  /// @param then runs at the end of the next period that begins
  void next(Runnable then) {
    next.add(then);
    if (state == State.IDLE) {
      begin();
    }
  }

  boolean isIdle() {
    return state == State.IDLE;
  }

  /// Takes an answer.
  ///
  /// @return false when it is to somebody else
  boolean receive(long request) {
    if (!asks.answered(request)) {
      return false;
    }
    proceedWhenAnswered();
    return true;
  }

  /// Waits no longer for a member.
  void removed(NodeId member) {
    if (asks.removed(member)) {
      proceedWhenAnswered();
    }
  }

  private void begin() {
    state = State.BEGIN;
    served = next;
    next = new ArrayList<>();
    ask(() ->
        members.present().forEach(node -> asks.node(node, NodeProtocol.BeginGracePeriod::new)));
  }

  private void ask(Runnable whom) {
    whom.run();
    if (asks.areAnswered()) {
      proceed();
    } else {
      asks.send();
    }
  }

  private void proceedWhenAnswered() {
    if (asks.areAnswered()) {
      proceed();
    }
  }

  private void proceed() {
    switch (state) {
      case IDLE -> {} // nobody waits
      case BEGIN -> {
        state = State.QUIESCE;
        ask(this::askCpus);
      }
      case QUIESCE -> {
        state = State.END;
        ask(() ->
            members.present().forEach(node -> asks.node(node, NodeProtocol.EndGracePeriod::new)));
      }
      case END -> {
        List<Runnable> ended = served;
        served = List.of();
        state = State.IDLE;
        if (!next.isEmpty()) {
          begin();
        }
        ended.forEach(Runnable::run);
      }
    }
  }

  private void askCpus() {
    plugged.cpus().stream()
        .mapToObj(CpuId::new)
        .filter(cpu -> members.isPresent(topology.nodeOf(cpu)))
        .forEach(cpu -> asks.cpu(cpu, CpuProtocol.Quiesce::new));
  }
}
