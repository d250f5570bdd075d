package org.numaslab.coordinator.driver.cluster;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.audit.History;
import org.numaslab.coordinator.control.ControlFrame;
import org.numaslab.coordinator.cost.Costs;
import org.numaslab.coordinator.driver.MemberHost;
import org.numaslab.coordinator.driver.MemberTask;
import org.numaslab.coordinator.driver.MessageCounts;
import org.numaslab.coordinator.registry.CacheRecord;
import org.numaslab.cpu.actor.CpuActor;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.client.Program;
import org.numaslab.cpu.protocol.CpuProtocol;
import org.numaslab.cpu.protocol.CpuReply;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.PartialCounts;
import org.numaslab.node.loan.BorderOutbox;
import org.numaslab.node.loan.Borders;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.loan.LoanTimes;
import org.numaslab.node.loan.NodeAnswers;
import org.numaslab.node.loan.Rejection;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.protocol.NodeOutbox;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.protocol.NodeState;
import org.numaslab.node.protocol.RegistryReply;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// One member of a cluster: a node, its CPUs, and the borders around them, in real time.
///
/// Owner: its actors, as [MemberGate] says.
public final class ClusterMember {
  /// The number of what nobody waits for.
  private static final long NOBODYS = 0;

  private final Incarnation me;
  private final MachinePart part;
  private final MemberLink link;
  private final MemberShell shell;
  private final RequestTimes requests;
  private final Parcels parcels = new Parcels();
  private boolean isToldToSend;
  private final MemberEvents events;
  private final PartialCounts counts;
  private final NodeState node;
  private final Borders borders;
  private final Map<CpuId, MemberCpu> cpus = new LinkedHashMap<>();
  private final ControlEnd control;

  /// A copy for others, until the registry says something.
  private volatile @Nullable List<CacheRecord> known;

  private final MemberTasks tasks;
  private final MemberGate gate;
  private final List<KmemCache> caches = new ArrayList<>();
  private final Map<Long, Runnable> whenDone = new ConcurrentHashMap<>();
  private final AtomicLong tokens = new AtomicLong();

  /// Whether it knows what exists. Before that it hears no other members.
  private boolean hasBegun;

  /// @param shell what moves its messages
  /// @param history is told what happens, by any of its threads
  ClusterMember(
      Incarnation me,
      MachinePart part,
      LoanTimes times,
      MemberLink link,
      Costs costs,
      MemberShell shell,
      History history) {
    this.me = me;
    this.part = part;
    this.link = link;
    this.shell = shell;
    Topology topology = part.topology();
    this.requests = new RequestTimes(me, topology.cpusOf(me.node()), costs);
    this.events = new MemberEvents(me, times.patience(), history, this::gone, System::nanoTime);
    this.tasks = new MemberTasks(this, part, shell, events, requests);
    Memory own =
        part.memory().seenBy(frame -> topology.nodeIndexOfFrame(frame) == me.node().value());
    this.counts = new PartialCounts(topology.nodeCount());
    NodeAnswers answers = new NodeAnswers(new FromNode());
    this.node =
        new NodeState(
            me.node(),
            own,
            part.natures().ofNode(me.node()),
            counts,
            cpu -> topology.nodeOf(cpu).equals(me.node()),
            answers,
            part.log());
    this.borders =
        new Borders(
            me,
            topology,
            times,
            new FromBorders(),
            events,
            node,
            answers,
            true,
            cache -> this.node.cache(cache).objects(),
            this::hear);
    this.control = new ControlEnd(this, me, part.log(), shell);
    this.gate = new MemberGate(node, events, shell, new Chores());
    for (CpuId id : topology.cpusOf(me.node())) {
      cpus.put(
          id,
          new MemberCpu(
              this,
              outbox ->
                  new Cpu(id, me.life(), topology, own, counts, part.natures().ofCpu(id), outbox)));
    }
  }

  /// Does something while no cpu runs, then all that is wanted and due at the borders.
  void alone(Runnable action) {
    gate.alone(action);
  }

  MemberGate gate() {
    return gate;
  }

  // ---- what is wanted and due

  private final class Chores implements MemberGate.Chores {
    /// Nobody is removed while something of it waits to be asked.
    @Override
    public void first() {
      doWanted();
    }

    @Override
    public long last() {
      boolean again = true;
      while (again) {
        again = doWanted();
        if (hasBegun && borders.nextDue() <= events.now()) {
          borders.tick(events.now());
          again = true;
        }
      }
      sendWhatIsUrgent();
      return hasBegun ? borders.nextDue() : Long.MAX_VALUE;
    }

    @Override
    public void over() {
      requests.tookIt();
    }
  }

  /// Does what CPUs have wanted in their turns.
  private boolean doWanted() {
    boolean any = false;
    for (MemberCpu cpu : cpus.values()) {
      any |= cpu.doWanted();
    }
    return any;
  }

  private void sendWhatIsUrgent() {
    while (parcels.isUrgent()) {
      send(parcels.next());
    }
    if (parcels.isWaiting() && !isToldToSend) {
      isToldToSend = true;
      shell.tell(MemberActor.SEND);
    }
  }

  private void send(Frame[] frames) {
    if (frames.length > 0) {
      link.send(requests.sends(frames));
    }
  }

  /// What could wait has waited.
  void sendWaiting() {
    alone(() -> {
      isToldToSend = false;
      parcels.hurry();
    });
  }

  // ---- for its actors

  MessageCounts messages() {
    return part.messages();
  }

  void tellNode(NodeProtocol message) {
    shell.tell(new MemberActor.OfNode(message));
  }

  void serve(NodeProtocol message) {
    if (message instanceof NodeProtocol.Describe told) {
      alone(() -> {
        learn(told.cache());
        node.receive(message);
      });
    } else {
      synchronized (node) {
        node.receive(message);
      }
    }
  }

  /// Takes what another member has sent. What cannot be taken yet is dropped: it is asked again.
  void receive(Parcel parcel) {
    alone(() -> {
      if (!hasBegun) {
        return;
      }
      requests.takes(parcel);
      for (Frame frame : parcel.frames()) {
        Frame.HandOff handOff = handOff(frame);
        if (handOff != null && !cpus.containsKey(handOff.to())) {
          events.rejected(Rejection.FOREIGN_CPU);
        } else if (handOff == null || isOfKnownCache(handOff)) {
          requests.takes(frame);
          borders.receive(frame, events.now());
        }
      }
      requests.takes((Frame) null);
    });
  }

  private static Frame.@Nullable HandOff handOff(Frame frame) {
    return frame.body() instanceof Frame.Request request
            && request.asked() instanceof Frame.HandOff handOff
        ? handOff
        : null;
  }

  /// Whether its cpu was told of the cache. If not this member is removed, and does not know it.
  private boolean isOfKnownCache(Frame.HandOff handOff) {
    return handOff.cache().equals(CacheId.NONE) || cpu(handOff.to()).cpu().knows(handOff.cache());
  }

  /// Takes what the coordinator has sent.
  void asked(ControlFrame frame) {
    alone(() -> {
      control.receive(frame);
      known = null;
    });
  }

  void answered(RegistryReply reply) {
    alone(() -> control.answered(reply));
  }

  void answered(CpuReply reply) {
    alone(() -> control.answered(reply));
  }

  RequestTimes requests() {
    return requests;
  }

  /// A cpu takes what a home has granted, if that can be used now.
  void take(MemberCpu by, Incarnation home, long sequence, Runnable completed) {
    NodeReply reply = borders.take(home, sequence, events.now());
    if (reply != null) {
      requests.taken(by.cpu().id(), reply);
      if (by.cpu().receive(reply)) {
        completed.run();
      }
    }
  }

  void joined(Incarnation member) {
    alone(() -> borders.joined(member));
  }

  void leaving(Incarnation member) {
    alone(() -> borders.leaving(member));
  }

  void removed(Incarnation member) {
    alone(() -> borders.removed(member, events.now()));
  }

  private void gone(Incarnation member) {
    tasks.removed(member);
  }

  void cpuIsDone(CpuId cpu, long token) {
    Runnable then = whenDone.remove(token);
    if (then == null) {
      shell.tell(new MemberActor.CpuAnswer(new CpuReply(token, cpu)));
    } else {
      then.run();
    }
  }

  /// For a cpu in its turn: asks another member's node when the turn is over.
  ///
  /// @param home the incarnation that the cpu knows now
  void ask(@Nullable Incarnation home, NodeProtocol.FromCpu message) {
    borders.ask(home, message, events.now());
  }

  MemberCpu cpu(CpuId id) {
    MemberCpu cpu = cpus.get(id);
    if (cpu == null) {
      throw new IllegalArgumentException(id + " is not of " + me);
    }
    return cpu;
  }

  Map<CpuId, MemberCpu> cpus() {
    return cpus;
  }

  MemberShell shell() {
    return shell;
  }

  // ---- caches and programs

  /// Begins with caches that all members make alike, where no registry tells of them.
  public void begin(List<KmemCache> alike) {
    alone(() -> {
      for (KmemCache cache : alike) {
        learn(cache);
        node.receive(new NodeProtocol.Describe(NOBODYS, cache));
        cpus.values().forEach(each -> each.cpu().describe(cache));
      }
      begin();
    });
  }

  /// It knows what exists: it hears other members from now on.
  void begin() {
    hasBegun = true;
  }

  /// Whether it has been told everything that existed when it came.
  public boolean hasBegun() {
    boolean[] begun = new boolean[1];
    alone(() -> begun[0] = hasBegun);
    return begun[0];
  }

  private void learn(KmemCache cache) {
    if (cache.id().value() == caches.size()) {
      caches.add(cache);
      counts.add(cache.id());
    } else {
      caches.set(cache.id().value(), cache);
    }
  }

  /// What the registry has told of every cache, by number.
  List<CacheRecord> known() {
    List<CacheRecord> before = known;
    if (before != null) {
      return before;
    }
    List<CacheRecord> all = new ArrayList<>();
    alone(() -> {
      all.addAll(control.known());
      known = all;
    });
    return all;
  }

  /// Another node has said how long its partial list is: maybe of a cache that is not known here
  /// yet.
  private void hear(CacheId cache, int of, int slabs) {
    if (cache.value() < caches.size()) {
      counts.set(cache, of, slabs);
    }
  }

  /// Serves what the registry asks of a cpu.
  void serve(CpuId cpu, CpuProtocol message) {
    cpu(cpu).tell(new CpuActor.Asked(message));
  }

  /// A task will run on a cpu: what others pass on to it may come from now on.
  public void expect(CpuId cpu, MemberTask task) {
    tasks.expect(cpu, task);
  }

  /// What its tasks may ask of it.
  public MemberHost host() {
    return tasks;
  }

  /// A task passes objects on, while no cpu runs.
  ///
  /// @return false when that cannot be now: nothing has happened
  boolean passOn(NodeId home, Frame.HandOff handOff, long token) {
    return borders.handOff(home, handOff, token, events.now());
  }

  /// Runs a program on a cpu.
  ///
  /// @param finished runs when it is at its end and all nodes have answered; again each time that
  ///   it was resumed
  public void start(CpuId cpu, Program program, Runnable finished) {
    if (program instanceof MemberTask task) {
      expect(cpu, task);
    }
    cpu(cpu).tell(new CpuActor.Start(program, finished));
  }

  /// Lets every task begin again where it stands.
  public void resumeAll() {
    cpus.values().forEach(each -> each.tell(CpuActor.RESUME));
  }

  /// From here on tasks give back what they have and end.
  public void leaves() {
    tasks.leave();
    alone(borders::leaves);
    resumeAll();
  }

  /// Every cpu gives back all that it holds of every cache.
  ///
  /// @param then runs when the nodes have confirmed it
  public void flushAll(Runnable then) {
    AtomicInteger missing = new AtomicInteger(cpus.size());
    Runnable answered =
        () -> {
          if (missing.decrementAndGet() == 0) {
            then.run();
          }
        };
    alone(() ->
        cpus.values()
            .forEach(each -> {
              long token = -tokens.incrementAndGet(); // the registry's are positive
              whenDone.put(token, answered);
              each.cpu().housekeeping().flushAll(token);
            }));
  }

  // ---- state

  /// Whether nothing is open at its borders and no cpu waits. Late where others are at work.
  public boolean isQuiet() {
    boolean[] quiet = new boolean[1];
    alone(() ->
        quiet[0] =
            borders.isQuiet() && cpus.values().stream().allMatch(each -> each.cpu().isQuiet()));
    return quiet[0];
  }

  /// Looks at the state machines while nothing moves.
  public void look(Consumer<State> at) {
    alone(() ->
        at.accept(new State(node, cpus.values().stream().map(MemberCpu::cpu).toList(), borders)));
  }

  /// The state machines of a member, for reports and audits.
  public record State(NodeState node, List<Cpu> cpus, Borders borders) {}

  /// How often each reason for having no effect was met.
  public Map<Rejection, Long> rejections() {
    Map<Rejection, Long> copy = new EnumMap<>(Rejection.class);
    alone(() -> copy.putAll(events.rejections()));
    return copy;
  }

  /// The first objects that came back to it though they were not out.
  public List<Long> notOut() {
    List<Long> copy = new ArrayList<>();
    alone(() -> copy.addAll(events.notOut()));
    return copy;
  }

  /// Objects that lost members had, and that are free again.
  public long reclaimed() {
    return events.reclaimed();
  }

  /// When the last of them were found, by the monotonic clock; 0 for never.
  public long reclaimedAt() {
    return events.reclaimedAt();
  }

  /// When it has removed others, by the monotonic clock.
  public Map<Incarnation, Long> removedAt() {
    Map<Incarnation, Long> copy = new LinkedHashMap<>();
    alone(() -> copy.putAll(events.removedAt()));
    return copy;
  }

  // ---- for others

  /// Who it is.
  public Incarnation me() {
    return me;
  }

  /// Who is known to have a node now.
  @Nullable Incarnation incarnationOf(NodeId of) {
    return of.equals(me.node()) ? me : borders.member(of);
  }

  List<KmemCache> openCaches() {
    return caches;
  }

  /// Does what the borders want done: while no cpu runs.
  private final class FromBorders implements BorderOutbox {
    @Override
    public void send(Frame frame) {
      parcels.add(frame);
    }

    @Override
    public void answer(CpuId to, NodeReply reply) {
      cpu(to)
          .tell(
              requests.isAnswered(to, reply)
                  ? new CpuActor.Answered(reply, () -> requests.taken(to, reply))
                  : new CpuActor.Answer(reply));
    }

    @Override
    public void granted(CpuId to, Incarnation home, long sequence) {
      requests.granted(to);
      cpu(to).granted(home, sequence);
    }

    @Override
    public void deliver(Frame.HandOff handOff, Incarnation home) {
      tasks.deliver(handOff, home);
    }

    @Override
    public void handedOff(long token, boolean isTaken) {
      tasks.handedOff(token, isTaken);
    }

    @Override
    public void giveBack(NodeId home) {
      cpus.values().forEach(each -> each.cpu().giveBack(home));
    }

    @Override
    public void forget(Incarnation home) {
      cpus.values().forEach(each -> each.cpu().forget(home.node()));
      tasks.forget(home);
    }

    @Override
    public void end() {
      shell.end();
    }
  }

  /// Sends the node's answers.
  private final class FromNode implements NodeOutbox {
    @Override
    public void answer(CpuId to, NodeReply reply) {
      cpu(to).tell(new CpuActor.Answer(reply));
    }

    @Override
    public void answerRegistry(RegistryReply reply) {
      if (reply.request() != NOBODYS) {
        shell.tell(new MemberActor.NodeAnswer(reply));
      }
    }
  }
}
