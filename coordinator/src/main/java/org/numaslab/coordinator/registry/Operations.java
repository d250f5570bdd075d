package org.numaslab.coordinator.registry;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.numaslab.node.protocol.RegistryReply;
import org.numaslab.node.topology.NodeId;

/// Runs one operation after the other, and of each one step after the other: a step ends when
/// everybody whom it asked has answered or is removed.
///
/// Owner: the registry.
final class Operations {
  /// Asks everybody concerned in one step; a step that asks nobody is over at once.
  interface Step {
    void ask(Asks asks);
  }

  private record Operation(ArrayDeque<Step> steps, Consumer<List<RegistryReply>> then) {}

  private final Asks asks;
  private final ArrayDeque<Operation> waiting = new ArrayDeque<>();
  private final List<RegistryReply> answers = new ArrayList<>();
  private final List<MemberReply> members = new ArrayList<>();
  private @Nullable Operation current;

  Operations(Asks asks) {
    this.asks = asks;
  }

  /// @param then gets all answers of nodes
  void start(Collection<Step> steps, Consumer<List<RegistryReply>> then) {
    waiting.addLast(new Operation(new ArrayDeque<>(steps), then));
    startNext();
  }

  /// Before all others that wait.
  void startFirst(Collection<Step> steps, Runnable then) {
    waiting.addFirst(new Operation(new ArrayDeque<>(steps), answered -> then.run()));
    startNext();
  }

  /// The current operation has one more step, which is the next.
  void insert(Step step) {
    if (current != null) {
      current.steps.addFirst(step);
    }
  }

  /// What nodes have answered to the current operation.
  List<RegistryReply> answers() {
    return answers;
  }

  /// What members have answered to the current operation.
  List<MemberReply> memberAnswers() {
    return members;
  }

  boolean isIdle() {
    return current == null && waiting.isEmpty();
  }

  private void startNext() {
    if (current == null && !waiting.isEmpty()) {
      current = waiting.remove();
      answers.clear();
      members.clear();
      proceed();
    }
  }

  /// Takes the next step that has somebody to ask; after the last one the operation is complete.
  private void proceed() {
    Operation operation = current;
    while (operation != null && asks.areAnswered()) {
      Step step = operation.steps.poll();
      if (step == null) {
        complete(operation);
        return;
      }
      step.ask(asks);
      if (!asks.areAnswered()) {
        asks.send();
        return;
      }
    }
  }

  private void complete(Operation operation) {
    List<RegistryReply> all = List.copyOf(answers);
    current = null;
    startNext();
    operation.then.accept(all);
  }

  /// Takes an answer, unless nobody waits for it any more.
  void receive(RegistryReply reply) {
    if (asks.answered(reply.request())) {
      answers.add(reply);
      proceed();
    }
  }

  void receive(MemberReply reply) {
    if (asks.answered(reply.request())) {
      members.add(reply);
      proceed();
    }
  }

  void receiveFromCpu(long request) {
    if (asks.answered(request)) {
      proceed();
    }
  }

  void removed(NodeId member) {
    if (asks.removed(member)) {
      proceed();
    }
  }
}
