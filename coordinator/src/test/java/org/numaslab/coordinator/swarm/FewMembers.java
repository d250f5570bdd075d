package org.numaslab.coordinator.swarm;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.numaslab.coordinator.driver.KernelLog;
import org.numaslab.coordinator.driver.LiveNatures;
import org.numaslab.coordinator.driver.MachineLimits;
import org.numaslab.coordinator.fault.Faults;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.buddy.Watermark;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.PartialCounts;
import org.numaslab.node.loan.BorderOutbox;
import org.numaslab.node.loan.Borders;
import org.numaslab.node.loan.Frame;
import org.numaslab.node.loan.Incarnation;
import org.numaslab.node.loan.LoanEvents;
import org.numaslab.node.loan.LoanTimes;
import org.numaslab.node.loan.Marks;
import org.numaslab.node.loan.NodeAnswers;
import org.numaslab.node.loan.Rejection;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.protocol.Caller;
import org.numaslab.node.protocol.NodeOutbox;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeProtocol.GivePages;
import org.numaslab.node.protocol.NodeProtocol.TakePages;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.protocol.NodeReply.Applied;
import org.numaslab.node.protocol.NodeReply.Granted;
import org.numaslab.node.protocol.NodeReply.Outcome;
import org.numaslab.node.protocol.NodeReply.TookPages;
import org.numaslab.node.protocol.NodeState;
import org.numaslab.node.protocol.RegistryReply;
import org.numaslab.node.protocol.SlabGrant;
import org.numaslab.node.protocol.SlabRef;
import org.numaslab.node.protocol.SlabView;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.Call;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// A handful of members with one cpu each, and a network that does what a scenario says: what is
/// sent arrives at once, in order, unless it is held or lost.
///
/// Objects are pages of node 0: one address each.
final class FewMembers implements AutoCloseable {
  private static final long MILLIS = 1_000_000;
  private static final CacheId NO_CACHE = new CacheId(0);
  private static final int[] NO_INDEXES = {};
  private static final int PATIENCE_MILLIS = 100;

  /// One life of a member, and what its task has.
  final class Member implements BorderOutbox, LoanEvents, NodeOutbox {
    final Incarnation me;
    final Set<Long> has = new HashSet<>();
    private final Memory memory;
    private final NodeState node;
    private final Borders borders;
    private long last;
    private boolean isDead;
    private boolean hasRight;
    private @Nullable SlabGrant slab;
    private final Set<Rejection> rejected = EnumSet.noneOf(Rejection.class);
    private final LiveNatures natures;
    private final PartialCounts counts;
    private boolean isEnded;

    /// The home has removed it.
    private boolean isRemoved;

    private long leasedUntil;

    /// How fast its clock runs, in thousandths.
    private int clockPerMille = 1000;

    Member(int of, int life) {
      me = new Incarnation(new NodeId(of), life);
      memory = Memory.reserve(topology.spanFrames(), 1 << 20);
      Memory own = memory.seenBy(frame -> topology.nodeIndexOfFrame(frame) == of);
      KernelLog log = new KernelLog();
      natures =
          LiveNatures.of(
              Set.of(me.node()),
              topology,
              memory,
              of,
              LiveNatures.RemoteDraw.SEEDED,
              MachineLimits.of(topology, List.of()),
              Faults.none(),
              () -> now,
              log);
      NodeAnswers answers = new NodeAnswers(this);
      counts = new PartialCounts(topology.nodeCount());
      node =
          new NodeState(
              me.node(), own, natures.ofNode(me.node()), counts, this::isMine, answers, log);
      borders =
          new Borders(
              me,
              topology,
              times,
              this,
              this,
              node,
              answers,
              true,
              cache -> node.cache(cache).objects(),
              (cache, from, slabs) -> {});
    }

    private boolean isMine(CpuId cpu) {
      return topology.nodeOf(cpu).equals(me.node());
    }

    private CpuId cpu() {
      return new CpuId(me.node().value());
    }

    /// The life of node 0 that it knows.
    private @Nullable Incarnation home() {
      return borders.member(new NodeId(0));
    }

    private Caller caller() {
      return new Caller(cpu(), me.life());
    }

    private long local() {
      return now / 1000 * clockPerMille;
    }

    /// Its clock is wrong from the begin on.
    void runsAt(int perMille) {
      clockPerMille = perMille;
    }

    /// Whether it may use what it has.
    private boolean mayUse() {
      return !isDead && (!isRemoved || leasedUntil > local());
    }

    boolean hasEnded() {
      return isEnded;
    }

    /// Whether its cpu was given the right to a slab.
    boolean hasRight() {
      return hasRight;
    }

    boolean has(long page) {
      return has.contains(page);
    }

    void knows(Member... others) {
      for (Member other : others) {
        borders.joined(other.me);
      }
    }

    void leaves() {
      borders.leaves();
    }

    /// That another one goes.
    void hearsThatGoes(Member other) {
      borders.leaving(other.me);
    }

    void removes(Member gone) {
      borders.removed(gone.me, local());
      settle();
    }

    /// Asks for a page, and waits until it is there.
    void wantsPage() {
      int before = has.size();
      asksForPage();
      for (int i = 0; i < PATIENCE_MILLIS && has.size() == before; i++) {
        pass(1);
      }
    }

    void asksForPage() {
      TakePages take = new TakePages(caller(), ++last, 0, Gfp.KERNEL, Watermark.LOW);
      if (me.node().value() == 0) {
        node.receive(take);
      } else {
        borders.ask(home(), take, local());
      }
      settle();
    }

    /// Asks in the name of another one's cpu.
    void wantsPageFor(Member other) {
      TakePages take = new TakePages(other.caller(), ++last, 0, Gfp.KERNEL, Watermark.LOW);
      borders.ask(home(), take, local());
      settle();
    }

    void frees(long page) {
      lets(page);
      GivePages give = new GivePages(caller(), ++last, page);
      if (me.node().value() == 0) {
        node.receive(give);
      } else {
        borders.ask(home(), give, local());
      }
      settle();
    }

    /// @return whether it could
    boolean handsOff(long page, Member to) {
      boolean could = borders.handOff(new NodeId(0), handOff(to.cpu(), page), page, local());
      if (could) {
        lets(page);
      }
      settle();
      return could;
    }

    // ---- slabs of node 0

    private void knows(KmemCache cache) {
      counts.add(cache.id());
      node.receive(new NodeProtocol.Describe(0, cache));
    }

    /// Borrows a slab with all its objects: a new one.
    SlabGrant wantsSlab() {
      Call call = Call.on(cpu().value());
      NodeProtocol.NewSlab take =
          new NodeProtocol.NewSlab(caller(), ++last, NO_CACHE, 0, Gfp.KERNEL, Watermark.LOW, call);
      borders.ask(home(), take, local());
      for (int i = 0; i < PATIENCE_MILLIS && slab == null; i++) {
        pass(1);
      }
      return Objects.requireNonNull(slab);
    }

    void freesObject(SlabGrant of, int index) {
      Call call = Call.on(cpu().value());
      long[] run = {node.cache(NO_CACHE).objects().objectAt(of.slab().frame(), index)};
      NodeProtocol.FreedRun[] runs = {new NodeProtocol.FreedRun(NO_CACHE, run, call, false)};
      borders.ask(home(), new NodeProtocol.Free(caller(), ++last, runs), local());
      settle();
    }

    /// Gives a slab back, and says that these of its objects are free.
    void givesBack(SlabGrant of, int... free) {
      NodeProtocol.Deactivate give =
          new NodeProtocol.Deactivate(caller(), ++last, NO_CACHE, of.slab(), 0, free);
      borders.ask(home(), give, local());
      settle();
    }

    /// Gives slabs back, as of a cpu's partial list.
    void unfreezes(SlabGrant... slabs) {
      SlabRef[] refs = Stream.of(slabs).map(SlabGrant::slab).toArray(SlabRef[]::new);
      borders.ask(home(), new NodeProtocol.Unfreeze(caller(), ++last, NO_CACHE, refs), local());
      settle();
    }

    /// What it has refused so far.
    Set<Rejection> rejected() {
      return rejected;
    }

    /// Its slab as it stands.
    SlabView view(SlabGrant of) {
      return node.slab(NO_CACHE, of.slab().frame());
    }

    /// Whether a slab of it is lent.
    boolean lends(SlabGrant of) {
      return node.borrowers().containsKey(of.slab().frame());
    }

    int nrPartial() {
      return node.cache(NO_CACHE).nrPartial();
    }

    /// How much of its own is outside it.
    long outside() {
      return borders.out().size();
    }

    /// A page that its task has.
    long page() {
      return has.iterator().next();
    }

    private void lets(long page) {
      if (!has.remove(page)) {
        violated(me + " does not have 0x" + Long.toHexString(page));
      }
    }

    private void gets(long page) {
      for (Member member : all) {
        if (member.mayUse() && member.has.contains(page)) {
          violated(shown(page) + " is " + member.me + "'s and goes to " + me);
        }
      }
      has.add(page);
    }

    // ---- what its borders want done

    @Override
    public void send(Frame frame) {
      if (!isDead) {
        wire.add(frame);
      }
    }

    @Override
    public void answer(CpuId to, NodeReply reply) {
      if (reply instanceof TookPages took) {
        gets(took.frame() << Memory.PAGE_SHIFT);
      }
      if (reply instanceof Granted granted) {
        slab = granted.slabs()[0];
      }
      if (reply instanceof Applied applied && applied.outcomes().length > 0) {
        hasRight |= applied.outcomes()[0].frozen().length > 0;
      }
    }

    @Override
    public void answerRegistry(RegistryReply reply) {}

    @Override
    public void granted(CpuId to, Incarnation home, long sequence) {
      NodeReply reply = borders.take(home, sequence, local());
      if (reply != null) {
        answer(to, reply);
      }
    }

    @Override
    public void deliver(Frame.HandOff handOff, Incarnation home) {
      for (long page : handOff.objects()) {
        gets(page);
      }
    }

    @Override
    public void handedOff(long token, boolean isTaken) {
      if (!isTaken) {
        gets(token);
      }
    }

    @Override
    public void giveBack(NodeId home) {}

    @Override
    public void forget(Incarnation home) {
      has.clear();
    }

    @Override
    public void end() {
      isEnded = true;
    }

    @Override
    public void rejected(Rejection why) {
      rejected.add(why);
    }

    @Override
    public void leased(Incarnation home, long until) {
      leasedUntil = until;
    }

    @Override
    public void removed(Incarnation gone) {
      if (me.equals(member(0).me)) {
        all.stream().filter(m -> m.me.equals(gone)).forEach(m -> m.isRemoved = true);
      }
    }

    @Override
    public void censusClosed(long number, long[] reclaimed) {
      for (long page : reclaimed) {
        for (Member member : all) {
          if (member.mayUse() && member.has.contains(page)) {
            violated(shown(page) + " is " + member.me + "'s and is reclaimed");
          }
        }
      }
    }
  }

  final LoanTimes times = LoanTimes.ofLease(400 * MILLIS);
  final Topology topology;
  final List<Member> all = new ArrayList<>();

  private final ArrayDeque<Frame> wire = new ArrayDeque<>();
  private final List<Frame> held = new ArrayList<>();
  private Predicate<Frame> holds = frame -> false;
  private Predicate<Frame> loses = frame -> false;
  private final List<String> violations = new ArrayList<>();
  private long now = 1000 * MILLIS;

  /// All know each other.
  FewMembers(int count) {
    topology = Topology.uniform(count, 1, 1 << 20);
    for (int i = 0; i < count; i++) {
      all.add(new Member(i, 1));
    }
    for (Member member : all) {
      member.knows(all.toArray(Member[]::new));
    }
  }

  /// Everybody gets to know a cache.
  void describe(CacheGeometry geometry) {
    KmemCache cache =
        KmemCache.created(
            NO_CACHE, "few", geometry, member(0).natures.ofNode(new NodeId(0)), false, null);
    all.forEach(member -> member.knows(cache));
  }

  Member member(int index) {
    return all.get(index);
  }

  /// Another life of a node: it knows nobody.
  Member starts(int node, int life) {
    Member member = new Member(node, life);
    all.add(member);
    return member;
  }

  private static String shown(long page) {
    return "0x" + Long.toHexString(page);
  }

  private void violated(String what) {
    violations.add(what);
  }

  void kill(Member member) {
    member.isDead = true;
  }

  /// A page that nobody has.
  long freePage() {
    return 32L << Memory.PAGE_SHIFT;
  }

  /// An answer to what `to` has freed, after its request number `sequence`: the right to a slab.
  void grantsRight(Member to, long sequence) {
    SlabGrant right = new SlabGrant(new SlabRef(8, 0, 1), 0, 1, 0, NO_INDEXES);
    Outcome outcome = new Outcome(NO_CACHE, NO_INDEXES, new SlabGrant[] {right});
    Applied reply = new Applied(sequence, new Outcome[] {outcome});
    answers(to, sequence, new Frame.FromNode(reply, Frame.FromNode.NO_COUNT));
  }

  /// An answer in the home's name.
  void answers(Member to, long sequence, Frame.Told told) {
    Incarnation home = member(0).me;
    arrive(new Frame(home, to.me, home, new Frame.Answer(sequence, told)));
  }

  // ---- the network

  /// A hand-off to the home that no border would send.
  private static Frame.HandOff handOff(CpuId to, long... pages) {
    return new Frame.HandOff(to, NO_CACHE, pages, new long[0]);
  }

  void sendsHandOff(Member from, long... pages) {
    Member home = member(0);
    Frame.HandOff handOff = handOff(home.cpu(), pages);
    wire.add(new Frame(from.me, home.me, home.me, new Frame.Request(1000, 1, handOff)));
    settle();
  }

  /// What is of this kind is held from now on.
  void hold(Predicate<Frame> kind) {
    holds = kind;
  }

  /// What is of this kind is lost from now on.
  void lose(Predicate<Frame> kind) {
    loses = kind;
  }

  /// What was held arrives, and nothing is held any more.
  void release() {
    holds = frame -> false;
    wire.addAll(held);
    held.clear();
    settle();
  }

  /// The first of what was held arrives, the rest stays.
  void releaseOne() {
    Predicate<Frame> rule = holds;
    holds = frame -> false;
    wire.add(held.removeFirst());
    settle();
    holds = rule;
  }

  static Predicate<Frame> fromTo(Member from, Member to) {
    return frame -> frame.from().equals(from.me) && frame.to().equals(to.me);
  }

  static boolean isAnswer(Frame frame) {
    return frame.body() instanceof Frame.Answer;
  }

  static boolean isForNode(Frame frame) {
    return frame.body() instanceof Frame.Request request
        && request.asked() instanceof Frame.ForNode;
  }

  static boolean isFreeOf(Frame frame, long page) {
    return frame.body() instanceof Frame.Request request
        && request.asked() instanceof Frame.ForNode asked
        && asked.message() instanceof GivePages give
        && give.address() == page;
  }

  static boolean isHandOff(Frame frame) {
    return frame.body() instanceof Frame.Request request
        && request.asked() instanceof Frame.HandOff;
  }

  static boolean isList(Frame frame) {
    return frame.body() instanceof Frame.Request request && request.asked() instanceof Frame.Listed;
  }

  private void settle() {
    all.forEach(this::tick);
    while (!wire.isEmpty()) {
      Frame frame = wire.remove();
      if (holds.test(frame)) {
        held.add(frame);
      } else if (!loses.test(frame)) {
        arrive(frame);
      }
    }
  }

  /// At whoever is there: the latest life of the node.
  private void arrive(Frame frame) {
    Member to = null;
    for (Member member : all) {
      if (member.me.node().equals(frame.to().node())) {
        to = member;
      }
    }
    if (to != null && !to.isDead) {
      to.borders.receive(frame, to.local());
      tick(to);
    }
  }

  private void tick(Member member) {
    if (!member.isDead && member.borders.nextDue() <= member.local()) {
      member.borders.tick(member.local());
    }
  }

  /// Lets time go on.
  void pass(int millis) {
    for (int i = 0; i < millis; i++) {
      now += MILLIS;
      all.forEach(this::tick);
      settle();
    }
  }

  /// Long enough for every lease, census and retry. Whatever is out then must be somebody's.
  ///
  /// @return the first thing that is wrong, empty for nothing
  String end() {
    release();
    loses = frame -> false;
    pass(3000);
    Marks out = member(0).borders.out();
    for (Member member : all) {
      if (member.rejected.contains(Rejection.NEVER_ANSWERED)) {
        violated(member.me + " is told of answers that it has not given");
      }
      if (member != member(0) && !member.isDead && !member.isRemoved) {
        for (long page : member.has) {
          if (!out.contains(page)) {
            violated(shown(page) + " is " + member.me + "'s and is not out");
          }
        }
      }
    }
    for (long page : out.toArray()) {
      if (all.stream().noneMatch(m -> !m.isDead && !m.isRemoved && m.has(page))) {
        violated(shown(page) + " is out, and nobody has it");
      }
    }
    for (Member member : all) {
      if (!member.isDead && !member.isRemoved && !member.borders.isQuiet()) {
        violated(member.me + " is not quiet");
      }
    }
    return violations.isEmpty() ? "" : violations.getFirst();
  }

  @Override
  public void close() {
    all.forEach(member -> member.memory.close());
  }
}
