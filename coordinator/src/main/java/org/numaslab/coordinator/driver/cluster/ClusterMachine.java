package org.numaslab.coordinator.driver.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.pattern.Patterns;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.audit.History;
import org.numaslab.coordinator.control.ControlFrame;
import org.numaslab.coordinator.cost.Costs;
import org.numaslab.cpu.actor.CpuActor;
import org.numaslab.node.loan.Incarnation;

/// This process's part of one machine: the members that it has, each with its actors.
///
/// For any thread.
public final class ClusterMachine implements AutoCloseable, ClusterSystem.Listener {
  private static final Duration STOP_MAX = Duration.ofSeconds(20);

  private final long number;
  private final ClusterSystem process;
  private final ActorSystem<Void> system;
  private final Map<Incarnation, ClusterMember> members = new LinkedHashMap<>();
  private final Map<Incarnation, ActorRef<MemberActor.Message>> mailboxes =
      new ConcurrentHashMap<>();
  private final List<ActorRef<?>> actors = new ArrayList<>();
  private final MachinePart part;
  private final MemberLink link;
  private final AtomicBoolean isClosed = new AtomicBoolean();
  private final Costs costs = new Costs();
  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();

  /// @param number of the machine: its members talk to those of the same number only
  /// @param shim what happens to frames before they reach Artery
  public ClusterMachine(
      long number, ClusterSystem process, MemberSettings settings, Shim shim, History history) {
    this.number = number;
    this.process = process;
    this.system = process.system();
    this.part = MachinePart.of(settings, process.own());
    this.link = shim.around(this::deliver, this::after);
    for (Incarnation me : process.own()) {
      Shell shell = new Shell(me);
      ClusterMember member =
          new ClusterMember(me, part, settings.times(), link, costs, shell, history);
      members.put(me, member);
      ActorRef<MemberActor.Message> mailbox =
          system.systemActorOf(
              MemberActor.create(member, failure::complete), name(me), Props.empty());
      shell.mailbox = mailbox;
      actors.add(mailbox);
      mailboxes.put(me, mailbox);
      member
          .cpus()
          .forEach((id, cpu) -> {
            ActorRef<CpuActor.Message> mover =
                system.systemActorOf(
                    CpuActor.create(cpu.cpu(), settings.operations(), cpu, failure::complete),
                    name(me) + "-cpu-" + id.value(),
                    Props.empty());
            cpu.movedBy(mover);
            actors.add(mover);
          });
    }
    process.links().clear(); // what earlier machines of this process have sent is not this one's
    process.listen(this);
  }

  private String name(Incarnation member) {
    return name("node-" + member.node().value());
  }

  private String name(String what) {
    return "machine-" + number + "-" + what;
  }

  /// The members of this process, by node.
  public List<ClusterMember> members() {
    return List.copyOf(members.values());
  }

  /// What they share.
  public MachinePart part() {
    return part;
  }

  ClusterSystem process() {
    return process;
  }

  /// Where the time of its requests to other nodes went.
  public Costs costs() {
    return costs;
  }

  /// Completes with what one of its actors has failed of.
  public CompletableFuture<Throwable> failure() {
    return failure;
  }

  // ---- who is there

  @Override
  public void joined(Incarnation member, Address at) {
    if (!members.containsKey(member)) {
      mailboxes.put(
          member, ActorRefResolver.get(system).resolveActorRef(at + "/system/" + name(member)));
    }
    members.values().forEach(each -> each.shell().tell(new MemberActor.Joined(member)));
  }

  @Override
  public void leaving(Incarnation member) {
    members.values().forEach(each -> each.shell().tell(new MemberActor.Leaving(member)));
  }

  @Override
  public void removed(Incarnation member) {
    mailboxes.remove(member);
    members.values().forEach(each -> each.shell().tell(new MemberActor.Removed(member)));
  }

  @Override
  public void asked(long run, ControlFrame frame) {
    ActorRef<MemberActor.Message> mailbox =
        run == number && members.containsKey(frame.member()) ? mailboxes.get(frame.member()) : null;
    if (mailbox != null) {
      mailbox.tell(new MemberActor.Asked(frame));
    }
  }

  // ---- what moves

  private void deliver(Parcel parcel) {
    ActorRef<MemberActor.Message> to = mailboxes.get(parcel.to());
    if (to != null) {
      to.tell(parcel.toldAt(System.nanoTime()));
    }
  }

  private Cancellable after(long nanos, Runnable action) {
    return system
        .scheduler()
        .scheduleOnce(Duration.ofNanos(Math.max(0, nanos)), action, system.executionContext());
  }

  @Override
  public void close() {
    if (isClosed.getAndSet(true)) {
      return;
    }
    process.forget(this);
    // Memory that an actor may still touch must not become another machine's.
    CompletableFuture<?> stopped = system.getWhenTerminated().toCompletableFuture();
    if (!stopped.isDone()) {
      CompletableFuture.allOf(
              actors.stream()
                  .map(actor ->
                      Patterns.gracefulStop(Adapter.toClassic(actor), STOP_MAX)
                          .toCompletableFuture())
                  .toArray(CompletableFuture[]::new))
          .join();
    }
    part.close();
  }

  /// Moves the messages of one member.
  private final class Shell implements MemberShell {
    private final Incarnation me;
    private @Nullable ActorRef<MemberActor.Message> mailbox;
    private Cancellable timer = Cancellable.alreadyCancelled();

    Shell(Incarnation me) {
      this.me = me;
    }

    @Override
    public void tell(MemberActor.Message message) {
      ActorRef<MemberActor.Message> to = mailbox;
      if (to != null) {
        to.tell(message);
      }
    }

    @Override
    public void wakeAt(long nanos) {
      timer.cancel();
      timer = ClusterMachine.this.after(nanos - System.nanoTime(), () -> tell(MemberActor.DUE));
    }

    @Override
    public void after(long nanos, Runnable action) {
      ClusterMachine.this.after(nanos, action);
    }

    @Override
    public void answer(ControlFrame frame) {
      process.answer(number, frame);
    }

    @Override
    public void end() {
      process.removed(me);
      process.end();
    }
  }
}
