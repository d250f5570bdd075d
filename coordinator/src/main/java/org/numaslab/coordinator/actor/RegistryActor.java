package org.numaslab.coordinator.actor;

import java.util.function.Consumer;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.numaslab.coordinator.registry.Registry;
import org.numaslab.cpu.protocol.CpuReply;
import org.numaslab.node.protocol.RegistryReply;

/// Gives the registry one request or answer at a time. The registry outlives the actor.
public final class RegistryActor {
  /// What the shell is told.
  public sealed interface Message {}

  /// Start an operation.
  public record Do(Consumer<Registry> operation) implements Message {}

  /// A node's answer.
  public record NodeAnswer(RegistryReply reply) implements Message {}

  /// A cpu's answer.
  public record CpuAnswer(CpuReply reply) implements Message {}

  private RegistryActor() {}

  /// @param failed is told of a failure before the actor starts again
  public static Behavior<Message> create(Registry registry, Consumer<Throwable> failed) {
    Behavior<Message> serve =
        Behaviors.receiveMessage(message -> {
          try {
            switch (message) {
              case Do m -> m.operation().accept(registry);
              case NodeAnswer m -> registry.receive(m.reply());
              case CpuAnswer m -> registry.receive(m.reply());
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
