package org.numaslab.coordinator.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.numaslab.cpu.protocol.CpuProtocol;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// RCU's grace periods, one after the other while somebody waits for one, beside the registry's
/// other operations.
///
/// | state | asked | when all have answered |
/// |---|---|---|
/// | IDLE | nobody | somebody comes -> BEGIN |
/// | BEGIN | the nodes: BeginGracePeriod | -> QUIESCE |
/// | QUIESCE | the CPUs on line: Quiesce | -> END |
/// | END | the nodes: EndGracePeriod | those who came before BEGIN go on; others wait -> BEGIN, nobody -> IDLE |
///
/// A cpu that comes on line later has no reader from before. One that goes off line has none left.
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
  private final Plugged plugged;
  private final RegistryOutbox outbox;
  private final LongSupplier nextRequest;
  private State state = State.IDLE;
  private List<Runnable> served = new ArrayList<>();
  private List<Runnable> next = new ArrayList<>();
  private long firstRequest;
  private long lastRequest = -1;
  private int missing;

  GracePeriods(
      Topology topology, Plugged plugged, RegistryOutbox outbox, LongSupplier nextRequest) {
    this.topology = topology;
    this.plugged = plugged;
    this.outbox = outbox;
    this.nextRequest = nextRequest;
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
    if (request < firstRequest || request > lastRequest) {
      return false;
    }
    if (--missing == 0) {
      proceed();
    }
    return true;
  }

  private void begin() {
    state = State.BEGIN;
    served = next;
    next = new ArrayList<>();
    askNodes(NodeProtocol.BeginGracePeriod::new);
  }

  private void proceed() {
    switch (state) {
      case IDLE -> throw new IllegalStateException("an answer, but there is no grace period");
      case BEGIN -> {
        state = State.QUIESCE;
        askCpus();
      }
      case QUIESCE -> {
        state = State.END;
        askNodes(NodeProtocol.EndGracePeriod::new);
      }
      case END -> {
        List<Runnable> ended = served;
        state = State.IDLE;
        if (!next.isEmpty()) {
          begin();
        }
        ended.forEach(Runnable::run);
      }
    }
  }

  private void askNodes(LongFunction<NodeProtocol.FromRegistry> message) {
    List<NodeProtocol.FromRegistry> messages = new ArrayList<>();
    missing = topology.nodeCount();
    for (int i = 0; i < missing; i++) {
      messages.add(message.apply(number(i)));
    }
    for (int i = 0; i < messages.size(); i++) {
      outbox.toNode(new NodeId(i), messages.get(i));
    }
  }

  private void askCpus() {
    int[] online = plugged.cpus().stream().toArray();
    missing = online.length;
    List<CpuProtocol> messages = new ArrayList<>();
    for (int i = 0; i < missing; i++) {
      messages.add(new CpuProtocol.Quiesce(number(i)));
    }
    for (int i = 0; i < messages.size(); i++) {
      outbox.toCpu(new CpuId(online[i]), messages.get(i));
    }
  }

  /// The number of the request to the `index`-th who is asked; all of a step are in a row.
  private long number(int index) {
    lastRequest = nextRequest.getAsLong();
    if (index == 0) {
      firstRequest = lastRequest;
    }
    return lastRequest;
  }
}
