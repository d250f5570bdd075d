package org.numaslab.coordinator.driver.cluster;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.control.ControlFrame;
import org.numaslab.coordinator.membership.RunFollower;
import org.numaslab.coordinator.membership.RunLead;
import org.numaslab.coordinator.membership.RunMessage;
import org.numaslab.coordinator.membership.RunMessage.Control;
import org.numaslab.coordinator.membership.RunMessage.Fetch;
import org.numaslab.coordinator.membership.RunMessage.Fetched;
import org.numaslab.coordinator.membership.RunMessage.Standing;
import org.numaslab.coordinator.membership.RunMessage.Want;
import org.numaslab.coordinator.registry.Registry;
import org.numaslab.coordinator.registry.RunCaches;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.topology.Topology;

/// The shells of [RunLead] and [RunFollower]: each finds the others by the receptionist.
public final class RunActors {
  private static final ServiceKey<RunMessage> NODES =
      ServiceKey.create(RunMessage.class, "numaslab-nodes");
  private static final ServiceKey<RunMessage> COORDINATORS =
      ServiceKey.create(RunMessage.class, "numaslab-coordinators");

  private static final Duration LEAD_EACH = Duration.ofMillis(100);
  private static final Duration FOLLOW_EACH = Duration.ofMillis(20);

  /// What the two are told.
  sealed interface Message {}

  private record FromOther(RunMessage message) implements Message {}

  private record Listed(Set<ActorRef<RunMessage>> there) implements Message {}

  private record Tick() implements Message {}

  private record Worked(@Nullable Throwable failed, Consumer<@Nullable Throwable> then)
      implements Message {}

  private record Removed(Incarnation member) implements Message {}

  private record Ask(Consumer<Registry> operation) implements Message {}

  private record Stop() implements Message {}

  private RunActors() {}

  private static ActorRef<RunMessage> register(
      ActorContext<Message> context, ServiceKey<RunMessage> as, ServiceKey<RunMessage> others) {
    ActorRef<Message> self = context.getSelf();
    // An actor of its own: the receptionist watches whom it lists and whom it tells in two ways.
    ActorRef<RunMessage> me =
        context.spawn(
            Behaviors.receiveMessage(message -> {
              self.tell(new FromOther(message));
              return Behaviors.same();
            }),
            "ear");
    ActorRef<Receptionist.Command> receptionist = context.getSystem().receptionist();
    receptionist.tell(Receptionist.register(as, me));
    receptionist.tell(
        Receptionist.subscribe(
            others,
            context.messageAdapter(
                Receptionist.Listing.class,
                listing -> new Listed(listing.getAllServiceInstances(others)))));
    return me;
  }

  private static String name(ActorContext<Message> context, ActorRef<RunMessage> process) {
    return ActorRefResolver.get(context.getSystem()).toSerializationFormat(process);
  }

  // ---- a process with nodes

  /// @param slow runs what may take long
  private static Behavior<Message> follower(
      ClusterSystem process, RunFollower.Jobs jobs, Executor slow) {
    return Behaviors.setup(context ->
        Behaviors.withTimers(timers -> {
          timers.startTimerWithFixedDelay(new Tick(), FOLLOW_EACH);
          ActorRef<RunMessage> me = register(context, NODES, COORDINATORS);
          ActorRef<Message> self = context.getSelf();
          RunFollower follower =
              new RunFollower(
                  (Runnable work, Consumer<@Nullable Throwable> then) ->
                      slow.execute(() -> self.tell(worked(work, then))),
                  jobs);
          return new Follower(process, name(context, me), follower).behavior();
        }));
  }

  private static Worked worked(Runnable work, Consumer<@Nullable Throwable> then) {
    try {
      work.run();
      return new Worked(null, then);
    } catch (RuntimeException | Error failed) {
      return new Worked(failed, then);
    }
  }

  private static final class Follower {
    private final ClusterSystem process;
    private final String name;
    private final RunFollower run;
    private Set<ActorRef<RunMessage>> coordinators = new HashSet<>();
    private int ticks;

    Follower(ClusterSystem process, String name, RunFollower run) {
      this.process = process;
      this.name = name;
      this.run = run;
    }

    Behavior<Message> behavior() {
      return Behaviors.receiveMessage(message -> {
        try {
          on(message);
        } catch (RuntimeException | Error e) {
          run.fail(e);
        }
        return Behaviors.same();
      });
    }

    private void on(Message message) {
      switch (message) {
        case FromOther m -> hears(m.message());
        case Listed m -> {
          coordinators = m.there();
          Set<ActorRef<RunMessage>> told = Set.copyOf(coordinators);
          process.answersGoTo(answer -> told.forEach(each -> each.tell(answer)));
        }
        case Worked m -> {
          m.then().accept(m.failed());
          say();
        }
        case Tick m -> {
          run.goOn();
          if (++ticks % 5 == 0) {
            say();
          }
        }
        case Removed m -> {}
        case Ask m -> {}
        case Stop m -> {}
      }
    }

    private void hears(RunMessage message) {
      switch (message) {
        case Want want -> run.wants(want);
        case Fetch fetch -> {
          Fetched piece = run.piece(name, fetch);
          if (piece != null) {
            coordinators.forEach(each -> each.tell(piece));
          }
        }
        case Control control -> process.ask(control.run(), control.frame());
        case Standing other -> {}
        case Fetched other -> {}
      }
    }

    private void say() {
      Standing standing =
          new Standing(
              run.run(),
              name,
              run.phase(),
              process.own().toArray(Incarnation[]::new),
              process.members().size(),
              run.done(),
              run.total(),
              run.isQuiet(),
              run.trouble());
      coordinators.forEach(each -> each.tell(standing));
    }
  }

  // ---- the coordinator

  private static Behavior<Message> lead(ClusterSystem process, LeadOfRun shown, RunWords run) {
    return Behaviors.setup(context ->
        Behaviors.withTimers(timers -> {
          timers.startTimerWithFixedDelay(new Tick(), LEAD_EACH);
          register(context, COORDINATORS, NODES);
          ActorRef<Message> self = context.getSelf();
          process.onRemoved(member -> self.tell(new Removed(member)));
          return new Lead(context, process, shown, run).behavior();
        }));
  }

  private static final class Lead {
    private final ActorContext<Message> context;
    private final LeadOfRun shown;
    private final RunLead run;
    private final @Nullable RegistryOfRun registry;
    private final Map<String, ActorRef<RunMessage>> nodes = new HashMap<>();

    /// Which process a member is of.
    private final Map<Incarnation, String> processes = new HashMap<>();

    private boolean isStopped;

    Lead(ActorContext<Message> context, ClusterSystem process, LeadOfRun shown, RunWords words) {
      this.context = context;
      this.shown = shown;
      RunCaches caches = words.caches();
      this.registry =
          caches == null
              ? null
              : new RegistryOfRun(
                  words.topology(),
                  caches,
                  RegistryOfRun.life(words.number(), System.currentTimeMillis()),
                  process::members,
                  frame -> send(frame, words.number()),
                  line -> context.getLog().warn("registry={}", line));
      this.run =
          new RunLead(
              words.number(),
              words.words(),
              words.topology().nodeCount(),
              words.enough(),
              this::send,
              registry == null ? RunLead.AtRegistry.NOTHING : registry);
    }

    private void send(String to, RunMessage message) {
      ActorRef<RunMessage> node = nodes.get(to);
      if (node != null) {
        node.tell(message);
      }
    }

    private void send(ControlFrame frame, long number) {
      String to = processes.get(frame.member());
      if (to != null) {
        send(to, new Control(number, frame));
      }
    }

    Behavior<Message> behavior() {
      return Behaviors.receiveMessage(message -> {
        try {
          on(message);
        } catch (RuntimeException | Error e) {
          shown.outcome().completeExceptionally(e);
          return Behaviors.stopped();
        }
        return isStopped || shown.outcome().isDone() ? Behaviors.stopped() : Behaviors.same();
      });
    }

    private void on(Message message) {
      switch (message) {
        case Listed m -> {
          for (ActorRef<RunMessage> node : m.there()) {
            String name = name(context, node);
            nodes.put(name, node);
            run.found(name);
          }
        }
        case FromOther m -> hears(m.message());
        case Removed m -> {
          run.removed(m.member());
          if (registry != null) {
            registry.removed(m.member(), System.nanoTime());
          }
        }
        case Tick m -> {
          run.tick();
          if (registry != null) {
            registry.tick(run.wanted(), System.nanoTime());
          }
          shown.show(run);
        }
        case Ask m -> {
          if (registry == null) {
            throw new IllegalStateException("this run has no registry");
          }
          registry.ask(m.operation());
        }
        case Stop m -> isStopped = true;
        case Worked m -> {}
      }
    }

    private void hears(RunMessage message) {
      switch (message) {
        case Standing standing -> {
          run.heard(standing);
          for (Incarnation member : standing.members()) {
            processes.put(member, standing.process());
          }
          if (registry != null) {
            registry.heard(standing, run.run(), System.nanoTime());
          }
        }
        case Fetched piece -> run.heard(piece);
        case Control control -> {
          if (registry != null && control.run() == run.run()) {
            registry.receive(control.frame(), System.nanoTime());
          }
        }
        case Want other -> {}
        case Fetch other -> {}
      }
    }
  }

  /// What a coordinator runs.
  ///
  /// @param number of the run: later ones have higher ones
  /// @param words as a command line
  /// @param topology of the machine
  /// @param caches that the registry makes; null where the processes make their own
  /// @param enough operations that end it, by those who are left; 0 where each process knows its
  ///   end
  public record RunWords(
      long number, String[] words, Topology topology, @Nullable RunCaches caches, long enough) {}

  /// Runs something on the nodes of a cluster that this process has joined.
  public static LeadOfRun lead(ClusterSystem process, RunWords run) {
    LeadOfRun shown = new LeadOfRun(process.links());
    ActorRef<Message> actor =
        process
            .system()
            .systemActorOf(lead(process, shown, run), "run-" + run.number(), Props.empty());
    shown.movedBy(operation -> actor.tell(new Ask(operation)), () -> actor.tell(new Stop()));
    return shown;
  }

  /// Lets the nodes of this process be part of what coordinators run.
  public static void follow(ClusterSystem process, RunFollower.Jobs jobs, Executor slow) {
    process.system().systemActorOf(follower(process, jobs, slow), "follower", Props.empty());
  }
}
