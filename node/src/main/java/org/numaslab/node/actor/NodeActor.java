package org.numaslab.node.actor;

import java.util.function.Consumer;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeState;

/// Gives a node one message at a time: its mailbox is the `list_lock`.
///
/// The state outlives the actor: a failure is told, and the next message finds the same lists.
public final class NodeActor {
  private NodeActor() {}

  /// @param failed is told of a failure before the actor starts again
  public static Behavior<NodeProtocol> create(NodeState state, Consumer<Throwable> failed) {
    Behavior<NodeProtocol> serve =
        Behaviors.receiveMessage(message -> {
          try {
            state.receive(message);
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
