package org.numaslab.coordinator.driver.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.AddressFromURIString;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Down;
import org.apache.pekko.cluster.typed.JoinSeedNodes;
import org.apache.pekko.cluster.typed.Leave;
import org.numaslab.coordinator.control.ControlFrame;
import org.numaslab.coordinator.membership.RunMessage.Control;
import org.numaslab.coordinator.wire.Hello;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.topology.EnvironmentFailure;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// One process of a cluster: its actors, and who else is there.
///
/// For any thread.
public final class ClusterSystem implements AutoCloseable {
  private static final Duration SHUTDOWN_MAX = Duration.ofSeconds(20);
  private static final Duration UP_LOOK = Duration.ofMillis(20);

  /// Is told who is there, in one order.
  public interface Listener {
    /// A member is there. Its process is at an address.
    void joined(Incarnation member, Address at);

    /// It says that it goes: it is still there, and answers.
    default void leaving(Incarnation member) {}

    /// The registry of a run asks something of a member.
    default void asked(long run, ControlFrame frame) {}

    /// It is gone for ever.
    void removed(Incarnation member);
  }

  private final ClusterSettings settings;
  private final List<Incarnation> own;
  private final Map<Incarnation, Address> there = new TreeMap<>(Incarnation.ORDER);
  private final Set<Incarnation> gone = new HashSet<>();
  private final Map<NodeId, Set<Address>> places = new HashMap<>();
  private final List<Listener> listeners = new ArrayList<>();
  private volatile Consumer<Control> answers = answer -> {};
  private final CompletableFuture<Void> end = new CompletableFuture<>();
  private final ActorSystem<Void> system;

  /// Starts. [#join] comes next.
  ///
  /// @param own members that this process has; none for a coordinator
  public ClusterSystem(ClusterSettings settings, List<Incarnation> own) {
    this.settings = settings;
    this.own = List.copyOf(own);
    List<String> roles = new ArrayList<>(settings.roles());
    own.forEach(member -> roles.add(Roles.of(member)));
    if (!own.isEmpty()) {
      roles.add(ClusterSettings.NODE_ROLE);
    }
    this.system =
        Adapter.toTyped(
            GuardedSystem.start(ClusterSettings.NAME, settings.withRoles(roles).config()));
    system.systemActorOf(Membership.create(this), "membership", Props.empty());
    system.getWhenTerminated().whenComplete((done, failed) -> end.complete(null));
  }

  /// Joins the cluster of the seeds, or forms it where this process is the first of them and nobody
  /// is there; returns when it is a member.
  ///
  /// @param topology of the machine, which all have to agree on
  /// @param version of numaslab, the same
  /// @param patience with seeds that do not answer
  /// @throws EnvironmentFailure when nobody answers, or this process is refused
  public void join(Topology topology, String version, Duration patience) {
    join(topology, version, patience, List.of());
  }

  /// The same for a process that was a member before.
  ///
  /// @param known addresses of those whom it knew: it forms a cluster again only when it hears of
  ///   so many that they are out as well that no other cluster can be left
  public void join(Topology topology, String version, Duration patience, List<String> known) {
    String me = hostPort();
    Set<String> others = new LinkedHashSet<>(settings.seeds());
    others.addAll(known);
    others.remove(me);
    boolean mayForm = settings.seeds().isEmpty() || settings.seeds().getFirst().equals(me);
    OptionalInt formsWith = mayForm ? OptionalInt.of(formsWith(known)) : OptionalInt.empty();
    Duration missed = settings.timing().detection().multipliedBy(2);
    List<Hello> hellos = hellos(topology, version);
    if (!own.isEmpty()) {
      Door.open(this, hellos.getFirst());
    }
    boolean isLetIn = !others.isEmpty();
    for (int i = 0; i < hellos.size() && isLetIn; i++) {
      isLetIn = Door.enter(this, hellos.get(i), List.copyOf(others), formsWith, patience, missed);
    }
    List<String> seeds = isLetIn ? List.copyOf(others) : List.of(me);
    Cluster.get(system)
        .manager()
        .tell(
            new JoinSeedNodes(
                seeds.stream()
                    .map(seed ->
                        AddressFromURIString.parse("pekko://" + ClusterSettings.NAME + "@" + seed))
                    .toList()));
    awaitUp(patience.plus(missed));
  }

  /// Of how many others that were there it has to know that they are out: those who are left have
  /// no quorum then, or no majority.
  private int formsWith(List<String> known) {
    int quorum = settings.resolver().quorum();
    return known.isEmpty() ? 0 : quorum > 0 ? quorum - 1 : (known.size() + 1) / 2;
  }

  /// One for each of its nodes; one without a node for a coordinator.
  private List<Hello> hellos(Topology topology, String version) {
    int quorum = settings.resolver().quorum();
    return own.isEmpty()
        ? List.of(Hello.of(null, topology, version, quorum))
        : own.stream().map(member -> Hello.of(member, topology, version, quorum)).toList();
  }

  /// Whether it is a member.
  boolean isUp() {
    return Cluster.get(system).selfMember().status().equals(MemberStatus.up());
  }

  /// Returns also when it is removed before.
  private void awaitUp(Duration within) {
    long begin = System.nanoTime();
    while (!isUp() && !end.isDone()) {
      if (System.nanoTime() - begin > within.toNanos()) {
        throw new EnvironmentFailure(
            "the cluster has not let this process in within " + within.toSeconds() + " s");
      }
      try {
        Thread.sleep(UP_LOOK);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new EnvironmentFailure("interrupted", e);
      }
    }
  }

  /// Addresses of all others that were ever there, as people type them.
  public synchronized List<String> known() {
    return places.entrySet().stream()
        .filter(place -> own.stream().noneMatch(mine -> mine.node().equals(place.getKey())))
        .flatMap(place -> place.getValue().stream())
        .map(ClusterSystem::typed)
        .distinct()
        .toList();
  }

  /// Where the lives of a node were and are.
  private synchronized List<Address> addressesOf(NodeId node) {
    return List.copyOf(places.getOrDefault(node, Set.of()));
  }

  /// Begins to lose all that this process sends to where a node was or is, heartbeats too.
  ///
  /// @param both whether what comes from there is lost as well
  /// @return what ends it
  public Runnable cutOff(NodeId node, boolean both) {
    List<Address> at = addressesOf(node);
    Cuts cuts = GuardedSystem.cutsOf(system.classicSystem());
    at.forEach(each -> cuts.cut(each, both));
    return () -> at.forEach(each -> cuts.mend(each, both));
  }

  /// Where a member is.
  synchronized Optional<Address> addressOf(Incarnation member) {
    return Optional.ofNullable(there.get(member));
  }

  public ActorSystem<Void> system() {
    return system;
  }

  /// The address of this process.
  public Address address() {
    return Cluster.get(system).selfMember().address();
  }

  /// The same as people type it.
  public String hostPort() {
    return typed(address());
  }

  private static String typed(Address address) {
    return address.hostPort().substring(ClusterSettings.NAME.length() + 1);
  }

  /// The members that this process has.
  public List<Incarnation> own() {
    return own;
  }

  /// What the members of this process have put onto links.
  public LinkCounts links() {
    return LinkCounts.of(system.classicSystem());
  }

  // ---- who is there

  synchronized void up(Incarnation member, Address at) {
    places.computeIfAbsent(member.node(), node -> new LinkedHashSet<>()).add(at);
    if (!gone.contains(member) && there.put(member, at) == null) {
      listeners.forEach(each -> each.joined(member, at));
    }
  }

  synchronized void leaving(Incarnation member) {
    listeners.forEach(each -> each.leaving(member));
  }

  synchronized void removed(Incarnation member) {
    if (gone.add(member)) {
      there.remove(member);
      listeners.forEach(each -> each.removed(member));
    }
  }

  /// Whether a member was there, and is removed.
  synchronized boolean isGone(Incarnation member) {
    return gone.contains(member);
  }

  /// The last life of a node that was removed.
  synchronized OptionalInt lastGone(NodeId node) {
    return gone.stream().filter(each -> each.node().equals(node)).mapToInt(Incarnation::life).max();
  }

  /// Those who are there, with this process's own.
  public synchronized Set<Incarnation> members() {
    return Set.copyOf(there.keySet());
  }

  /// Tells who is there, and from then on who comes and goes.
  void listen(Listener listener) {
    synchronized (this) {
      there.forEach(listener::joined);
      listeners.add(listener);
    }
  }

  /// Tells who is removed from here on, and who was.
  void onRemoved(Consumer<Incarnation> removed) {
    synchronized (this) {
      gone.forEach(removed);
      listeners.add(
          new Listener() {
            @Override
            public void joined(Incarnation member, Address at) {}

            @Override
            public void removed(Incarnation member) {
              removed.accept(member);
            }
          });
    }
  }

  /// Brings what the registry of a run asks to the member.
  synchronized void ask(long run, ControlFrame frame) {
    listeners.forEach(each -> each.asked(run, frame));
  }

  /// @param coordinators take what members answer to registries
  void answersGoTo(Consumer<Control> coordinators) {
    answers = coordinators;
  }

  /// What a member answers to the registry of a run. It may be lost.
  void answer(long run, ControlFrame frame) {
    answers.accept(new Control(run, frame));
  }

  synchronized void forget(Listener listener) {
    listeners.remove(listener);
  }

  // ---- its end

  /// The others have removed this process, or it is leaving.
  void end() {
    end.complete(null);
  }

  /// Completes when this process is no member any more.
  public CompletableFuture<Void> ended() {
    return end;
  }

  /// Has a member removed, healthy or not, as far as this process knows where it is.
  public synchronized void down(NodeId node) {
    there.forEach((member, at) -> {
      if (member.node().equals(node)) {
        Cluster.get(system).manager().tell(new Down(at));
      }
    });
  }

  /// Does something when this JVM ends: before Artery does, which hears of that as well.
  public void onExit(Runnable last) {
    CoordinatedShutdown.get(system).addJvmShutdownHook(last);
  }

  /// Leaves the cluster, so that the others need not find out.
  public void leave() {
    Cluster cluster = Cluster.get(system);
    cluster.manager().tell(Leave.create(cluster.selfMember().address()));
  }

  /// Ends all actors, and then the connections. One with TLS may not come to its end, whose other
  /// side never confirms that: it is waited for, but not for ever.
  @Override
  public void close() {
    system.terminate();
    try {
      system
          .getWhenTerminated()
          .toCompletableFuture()
          .get(SHUTDOWN_MAX.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException | TimeoutException late) {
      system.log().warn("not everything has stopped within {} s", SHUTDOWN_MAX.toSeconds());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
