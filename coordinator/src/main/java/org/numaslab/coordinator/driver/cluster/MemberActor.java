package org.numaslab.coordinator.driver.cluster;

import java.util.function.Consumer;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.numaslab.coordinator.control.ControlFrame;
import org.numaslab.cpu.protocol.CpuReply;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.RegistryReply;

/// Gives a member's node and borders one message at a time: for the node its mailbox is the
/// `list_lock`.
final class MemberActor {
  /// What the member is told.
  sealed interface Message
      permits OfNode, Asked, NodeAnswer, CpuAnswer, Parcel, Send, Due, Joined, Leaving, Removed {}

  /// For its node, of its own CPUs or the registry: in this order.
  record OfNode(NodeProtocol message) implements Message {}

  /// Something of the coordinator.
  record Asked(ControlFrame frame) implements Message {}

  /// Its node has done what the registry asked.
  record NodeAnswer(RegistryReply reply) implements Message {}

  /// The same by a cpu.
  record CpuAnswer(CpuReply reply) implements Message {}

  /// What could wait goes onto the link.
  record Send() implements Message {}

  static final Send SEND = new Send();

  /// Something at its borders is due.
  record Due() implements Message {}

  static final Due DUE = new Due();

  /// Another member is there.
  record Joined(Incarnation member) implements Message {}

  /// Another member says that it goes.
  record Leaving(Incarnation member) implements Message {}

  /// Another member, or this one, is removed for ever.
  record Removed(Incarnation member) implements Message {}

  private MemberActor() {}

  /// @param failed is told of a failure before the actor starts again
  static Behavior<Message> create(ClusterMember member, Consumer<Throwable> failed) {
    Behavior<Message> serve =
        Behaviors.receiveMessage(message -> {
          try {
            switch (message) {
              case OfNode m -> member.serve(m.message());
              case Asked m -> member.asked(m.frame());
              case NodeAnswer m -> member.answered(m.reply());
              case CpuAnswer m -> member.answered(m.reply());
              case Parcel m -> member.receive(m);
              case Send m -> member.sendWaiting();
              case Due m -> member.gate().wake();
              case Joined m -> member.joined(m.member());
              case Leaving m -> member.leaving(m.member());
              case Removed m -> member.removed(m.member());
            }
          } catch (RuntimeException | Error e) {
            failed.accept(e);
            // Not e itself: an Error would end all actors, with a stack trace on the way.
            throw new IllegalStateException("starts again", e);
          }
          return Behaviors.same();
        });
    return Behaviors.supervise(serve)
        .onFailure(SupervisorStrategy.restart().withLoggingEnabled(false));
  }
}
