package org.numaslab.node.protocol;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.numaslab.node.buddy.MemoryState;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.DebugSlabs;
import org.numaslab.node.cache.KmemCacheNode;
import org.numaslab.node.cache.Nature;
import org.numaslab.node.cache.PartialCounts;
import org.numaslab.node.cache.PlainPages;
import org.numaslab.node.cache.Stat;
import org.numaslab.node.cache.Tally;
import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.memory.FrameTable.Kind;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.memory.SlabWord;
import org.numaslab.node.protocol.NodeProtocol.Activate;
import org.numaslab.node.protocol.NodeProtocol.BeginGracePeriod;
import org.numaslab.node.protocol.NodeProtocol.Count;
import org.numaslab.node.protocol.NodeProtocol.Deactivate;
import org.numaslab.node.protocol.NodeProtocol.Describe;
import org.numaslab.node.protocol.NodeProtocol.EndGracePeriod;
import org.numaslab.node.protocol.NodeProtocol.Fill;
import org.numaslab.node.protocol.NodeProtocol.Find;
import org.numaslab.node.protocol.NodeProtocol.Free;
import org.numaslab.node.protocol.NodeProtocol.FreedRun;
import org.numaslab.node.protocol.NodeProtocol.GivePages;
import org.numaslab.node.protocol.NodeProtocol.Load;
import org.numaslab.node.protocol.NodeProtocol.NewSlab;
import org.numaslab.node.protocol.NodeProtocol.SetMemory;
import org.numaslab.node.protocol.NodeProtocol.Shrink;
import org.numaslab.node.protocol.NodeProtocol.Shutdown;
import org.numaslab.node.protocol.NodeProtocol.Store;
import org.numaslab.node.protocol.NodeProtocol.TakePages;
import org.numaslab.node.protocol.NodeProtocol.TakePartial;
import org.numaslab.node.protocol.NodeProtocol.Unfreeze;
import org.numaslab.node.protocol.NodeProtocol.Validate;
import org.numaslab.node.protocol.NodeProtocol.Zero;
import org.numaslab.node.protocol.NodeReply.Activated;
import org.numaslab.node.protocol.NodeReply.Applied;
import org.numaslab.node.protocol.NodeReply.Counted;
import org.numaslab.node.protocol.NodeReply.Found;
import org.numaslab.node.protocol.NodeReply.Granted;
import org.numaslab.node.protocol.NodeReply.Handed;
import org.numaslab.node.protocol.NodeReply.Outcome;
import org.numaslab.node.protocol.NodeReply.Refused;
import org.numaslab.node.protocol.NodeReply.TookPages;
import org.numaslab.node.protocol.RegistryReply.Described;
import org.numaslab.node.protocol.RegistryReply.GracePeriodBegun;
import org.numaslab.node.protocol.RegistryReply.GracePeriodEnded;
import org.numaslab.node.protocol.RegistryReply.MemorySet;
import org.numaslab.node.protocol.RegistryReply.Shrunk;
import org.numaslab.node.protocol.RegistryReply.ShutDown;
import org.numaslab.node.protocol.RegistryReply.Validated;
import org.numaslab.node.slab.EmulatedOops;
import org.numaslab.node.slab.KernelMessages;
import org.numaslab.node.slab.SlabObjects;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;

/// A NUMA node: one message in, its caches changed, one answer out.
///
/// Owner: the node's shell, which gives it one message at a time: that is the `list_lock` of all
/// its caches. Needs no answer from anybody, so nothing that waits for a node can wait for ever.
public final class NodeState {
  private static final SlabGrant[] NO_GRANTS = {};

  private final NodeId node;
  private final Memory memory;
  private final FrameTable frames;
  private final Nature nature;
  private final PartialCounts counts;
  private final Predicate<CpuId> isOwn;
  private final NodeOutbox outbox;
  private final KernelMessages messages;
  private final Map<CacheId, KmemCacheNode> caches = new LinkedHashMap<>();
  private final PlainPages plain;
  private final NodeFrees frees;
  private final NodeContents contents;
  private final Loans loans = new Loans();
  private final Tally tally = new Tally();
  private final long[] list = new long[1];

  /// The cache that was worked on last, for the report of an oops.
  private String touched = "none";

  /// @param memory what this node may touch
  /// @param isOwn whether a cpu works on this node's memory itself
  /// @param messages the kernel's log
  public NodeState(
      NodeId node,
      Memory memory,
      Nature nature,
      PartialCounts counts,
      Predicate<CpuId> isOwn,
      NodeOutbox outbox,
      KernelMessages messages) {
    this.node = node;
    this.messages = messages;
    this.memory = memory;
    this.frames = memory.frames();
    this.nature = nature;
    this.counts = counts;
    this.isOwn = isOwn;
    this.outbox = outbox;
    this.plain = new PlainPages(node, memory, nature);
    this.frees = new NodeFrees(frames, this::cache, messages, tally);
    this.contents =
        new NodeContents(
            memory, id -> cache(new CacheId(id)).cache(), id -> cache(new CacheId(id)).objects());
  }

  public NodeId id() {
    return node;
  }

  /// @throws EmulatedOops when the kernel would have stopped: this machine cannot go on
  public void receive(NodeProtocol message) {
    try {
      serve(message);
    } catch (EmulatedOops oops) {
      throw oops.metBy(inCharge(message));
    } catch (IndexOutOfBoundsException wild) {
      throw EmulatedOops.wildAccess(inCharge(message), wild);
    }
  }

  private String inCharge(NodeProtocol message) {
    String from =
        message instanceof NodeProtocol.FromCpu m
            ? "cpu " + m.from().cpu().value()
            : "the registry";
    return from
        + ", cache "
        + touched
        + ", "
        + message.getClass().getSimpleName()
        + " on node "
        + node.value();
  }

  private void serve(NodeProtocol message) {
    switch (message) {
      case TakePartial m -> outbox.answer(m.from().cpu(), takePartial(m));
      case NewSlab m -> outbox.answer(m.from().cpu(), newSlab(m));
      case Activate m -> outbox.answer(m.from().cpu(), activate(m));
      case Deactivate m -> outbox.answer(m.from().cpu(), deactivate(m));
      case Unfreeze m -> outbox.answer(m.from().cpu(), unfreeze(m));
      case Free m -> outbox.answer(m.from().cpu(), free(m));
      case Zero m -> outbox.answer(m.from().cpu(), zero(m));
      case TakePages m -> outbox.answer(m.from().cpu(), takePages(m));
      case GivePages m -> outbox.answer(m.from().cpu(), givePages(m));
      case Find m ->
          outbox.answer(m.from().cpu(), new Found(m.request(), contents.find(m.address())));
      case Count m -> outbox.answer(m.from().cpu(), count(m));
      case Load m -> outbox.answer(m.from().cpu(), contents.load(m));
      case Store m -> outbox.answer(m.from().cpu(), contents.store(m));
      case Fill m -> outbox.answer(m.from().cpu(), contents.fill(m));
      case Describe m -> describe(m);
      case Shrink m ->
          outbox.answerRegistry(new Shrunk(m.request(), node, cache(m.cache()).shrink()));
      case Shutdown m -> outbox.answerRegistry(shutdown(m));
      case Validate m -> outbox.answerRegistry(validate(m));
      case BeginGracePeriod m -> beginGracePeriod(m);
      case EndGracePeriod m -> endGracePeriod(m);
      case SetMemory m -> outbox.answerRegistry(setMemory(m));
    }
  }

  /// Whether a cache was described here.
  public boolean knows(CacheId id) {
    return caches.containsKey(id);
  }

  /// This node's half of a cache.
  public KmemCacheNode cache(CacheId id) {
    KmemCacheNode cache = caches.get(id);
    if (cache == null) {
      throw new IllegalStateException(id + " is not known on " + node);
    }
    touched = cache.cache().name();
    return cache;
  }

  // ---- slabs for cpus

  private NodeReply takePartial(TakePartial m) {
    KmemCacheNode cache = cache(m.cache());
    if (cache.nrPartial() <= m.moreThan()) {
      return new Refused(m.request(), tally.take());
    }
    DebugSlabs debug = cache.debug();
    if (debug != null) {
      return handed(m.request(), debug.allocFromPartial(m.call()));
    }
    int most = isOwn.test(m.from().cpu()) ? Integer.MAX_VALUE : NodeProtocol.SLABS_MAX;
    long[] taken = cache.takePartial(list, most, tally);
    if (taken.length == 0) {
      return new Refused(m.request(), tally.take());
    }
    SlabGrant[] grants = new SlabGrant[taken.length];
    for (int i = 0; i < taken.length; i++) {
      grants[i] = grant(cache, m.from().cpu(), taken[i], i == 0 ? list[0] : 0);
    }
    return new Granted(m.request(), grants, tally.take());
  }

  private NodeReply newSlab(NewSlab m) {
    KmemCacheNode cache = cache(m.cache());
    long slab = cache.newSlab(m.order(), m.gfp(), m.mark(), list);
    if (slab == Nature.REFUSED) {
      return new Refused(m.request(), tally.take());
    }
    tally.add(Stat.ALLOC_SLAB);
    DebugSlabs debug = cache.debug();
    if (debug != null) {
      return handed(m.request(), debug.allocFromNew(m.call(), slab, list[0]));
    }
    SlabGrant[] grants = {grant(cache, m.from().cpu(), slab, list[0])};
    return new Granted(m.request(), grants, tally.take());
  }

  private NodeReply handed(long request, long object) {
    return object == DebugSlabs.NONE
        ? new Refused(request, tally.take())
        : new Handed(request, object, tally.take());
  }

  private SlabGrant grant(KmemCacheNode cache, CpuId to, long slab, long listHead) {
    long word = frames.word(slab);
    int order = frames.order(slab);
    int objects = SlabWord.objects(word);
    if (isOwn.test(to)) {
      SlabRef own = new SlabRef(slab, SlabWord.generation(word), SlabRef.OWN);
      return new SlabGrant(own, order, objects, listHead, SlabGrant.NO_INDEXES);
    }
    SlabRef lent = loans.open(cache.cache().id(), slab, word, to);
    return new SlabGrant(lent, order, objects, 0, cache.objects().indexes(slab, listHead));
  }

  private NodeReply activate(Activate m) {
    loans.check(m.slab(), m.from().cpu());
    SlabObjects objects = cache(m.cache()).objects();
    long frame = m.slab().frame();
    int[] indexes =
        objects.indexes(frame, objects.takeList(frame, () -> tally.add(Stat.CMPXCHG_DOUBLE_FAIL)));
    if (indexes.length == 0) {
      loans.close(m.slab(), m.from().cpu());
    }
    return new Activated(m.request(), indexes, tally.take());
  }

  // ---- slabs from cpus

  private NodeReply deactivate(Deactivate m) {
    KmemCacheNode cache = cache(m.cache());
    long slab = m.slab().frame();
    long rest = m.list();
    if (m.slab().isLoan()) {
      loans.close(m.slab(), m.from().cpu());
      rest = cache.objects().link(slab, m.indexes());
    }
    checkGeneration(m.slab());
    cache.deactivate(slab, rest, tally);
    return applied(m.request(), m.cache());
  }

  private NodeReply unfreeze(Unfreeze m) {
    long[] slabs = new long[m.slabs().length];
    for (int i = 0; i < slabs.length; i++) {
      SlabRef slab = m.slabs()[i];
      if (slab.isLoan()) {
        loans.close(slab, m.from().cpu());
      }
      checkGeneration(slab);
      slabs[i] = slab.frame();
    }
    cache(m.cache()).unfreeze(slabs, tally);
    return applied(m.request(), m.cache());
  }

  private void checkGeneration(SlabRef slab) {
    long word = frames.word(slab.frame());
    if (SlabWord.generation(word) != slab.generation()) {
      throw new IllegalStateException(
          "slab frame 0x"
              + Long.toHexString(slab.frame())
              + " was generation "
              + slab.generation()
              + ", is "
              + SlabWord.toString(word));
    }
  }

  private NodeReply applied(long request, CacheId cache) {
    return new Applied(request, new Outcome[] {new Outcome(cache, tally.take(), NO_GRANTS)});
  }

  // ---- objects from cpus

  private NodeReply free(Free m) {
    List<Outcome> outcomes = new ArrayList<>(1);
    FreedRun[] runs = m.runs();
    for (int from = 0, to; from < runs.length; from = to) {
      CacheId id = runs[from].cache();
      KmemCacheNode named = cache(id);
      List<SlabGrant> frozen = new ArrayList<>(1);
      NodeFrees.Frozen goesToFreer =
          (cache, slab) -> frozen.add(grant(cache, m.from().cpu(), slab, 0));
      for (to = from; to < runs.length && runs[to].cache().equals(id); to++) {
        frees.free(named, runs[to], goesToFreer);
      }
      outcomes.add(new Outcome(id, tally.take(), frozen.toArray(NO_GRANTS)));
    }
    return new Applied(m.request(), outcomes.toArray(Outcome[]::new));
  }

  private NodeReply zero(Zero m) {
    KmemCacheNode cache = cache(m.cache());
    cache.objects().zero(m.object(), cache.cache().geometry().objectSize());
    return new Applied(m.request(), new Outcome[0]);
  }

  private NodeReply takePages(TakePages m) {
    long frame = plain.take(m.order(), m.gfp(), m.mark());
    return frame == Nature.REFUSED
        ? new Refused(m.request(), tally.take())
        : new TookPages(m.request(), frame);
  }

  private NodeReply givePages(GivePages m) {
    plain.giveBack(m.address());
    return new Applied(m.request(), new Outcome[0]);
  }

  private NodeReply count(Count m) {
    KmemCacheNode cache = cache(m.cache());
    long free = cache.partialObjects() - cache.partialInUse();
    return new Counted(m.request(), cache.nrSlabs(), cache.totalObjects(), free);
  }

  /// Whether the loans that a cpu of another node names are open for it.
  public boolean knowsLoansOf(NodeProtocol.FromCpu message) {
    CpuId from = message.from().cpu();
    return switch (message) {
      case Activate m -> knowsLoan(m.slab(), from);
      case Deactivate m -> knowsLoan(m.slab(), from);
      case Unfreeze m -> knowsLoans(m.slabs(), from);
      default -> true;
    };
  }

  /// Each of them, and each once.
  private boolean knowsLoans(SlabRef[] slabs, CpuId borrower) {
    Set<Long> seen = HashSet.newHashSet(slabs.length);
    for (SlabRef slab : slabs) {
      if (!knowsLoan(slab, borrower) || !seen.add(slab.loan())) {
        return false;
      }
    }
    return true;
  }

  private boolean knowsLoan(SlabRef slab, CpuId borrower) {
    return loans.isOpen(slab, borrower)
        && SlabWord.generation(frames.word(slab.frame())) == slab.generation();
  }

  // ---- CPUs that are gone

  /// Closes the loans of CPUs that are gone. Their slabs are as if they had been given back with
  /// nothing free: what the CPUs had of them is in use.
  public void closeLoans(Predicate<CpuId> borrowers) {
    for (Loans.Loan loan : loans.closeAll(borrowers)) {
      cache(loan.cache()).deactivate(loan.slab().frame(), 0, tally);
    }
    tally.take();
  }

  /// Frees objects and blocks that nobody has any more.
  public void reclaim(long[] addresses) {
    for (long address : addresses) {
      if (frames.kind(address >>> Memory.PAGE_SHIFT) == Kind.SLAB) {
        frees.reclaim(address);
      } else {
        plain.giveBack(address);
      }
    }
    tally.take();
  }

  /// How long the partial list of each cache is, by cache number.
  public int[] nrPartials() {
    int[] lengths = new int[caches.size()];
    caches.forEach((id, cache) -> {
      if (id.value() < lengths.length) {
        lengths[id.value()] = cache.nrPartial();
      }
    });
    return lengths;
  }

  // ---- the registry

  private void describe(Describe m) {
    KmemCacheNode known = caches.get(m.cache().id());
    if (known == null) {
      caches.put(
          m.cache().id(), new KmemCacheNode(node, memory, m.cache(), nature, counts, messages));
    } else {
      known.describe(m.cache());
    }
    outbox.answerRegistry(new Described(m.request(), node));
  }

  private RegistryReply shutdown(Shutdown m) {
    KmemCacheNode cache = cache(m.cache());
    for (long slab : cache.shutdown()) {
      cache.report().listObjects(slab);
    }
    return new ShutDown(m.request(), node, cache.nrSlabs());
  }

  private RegistryReply validate(Validate m) {
    DebugSlabs debug = cache(m.cache()).debug();
    if (debug != null) {
      debug.validate();
    }
    return new Validated(m.request(), node);
  }

  private void beginGracePeriod(BeginGracePeriod m) {
    caches.values().forEach(KmemCacheNode::beginGracePeriod);
    outbox.answerRegistry(new GracePeriodBegun(m.request(), node));
  }

  private void endGracePeriod(EndGracePeriod m) {
    caches.values().forEach(KmemCacheNode::endGracePeriod);
    outbox.answerRegistry(new GracePeriodEnded(m.request(), node));
  }

  private RegistryReply setMemory(SetMemory m) {
    long inUse = plain.pages() + caches.values().stream().mapToLong(KmemCacheNode::pages).sum();
    boolean vetoed = m.state() == MemoryState.OFFLINE && inUse > 0;
    MemoryState next = vetoed ? MemoryState.ONLINE : m.state();
    nature.setMemory(next);
    return new MemorySet(m.request(), node, next);
  }

  /// Slabs whose pages wait for the end of a grace period.
  public int waitingForGracePeriod() {
    return caches.values().stream().mapToInt(KmemCacheNode::waitingForGracePeriod).sum();
  }

  // ---- state, for reports and audits

  /// Every cache that was ever described here, by number.
  public Map<CacheId, KmemCacheNode> caches() {
    Map<CacheId, KmemCacheNode> sorted =
        new TreeMap<>((a, b) -> Integer.compare(a.value(), b.value()));
    sorted.putAll(caches);
    return sorted;
  }

  /// Pages of this node that are handed out as they are.
  public long plainPages() {
    return plain.pages();
  }

  /// The cpu that borrows a slab of this node for each open loan, by slab frame.
  public Map<Long, CpuId> borrowers() {
    Map<Long, CpuId> borrowers = new TreeMap<>();
    loans.all().forEach(loan -> borrowers.put(loan.slab().frame(), loan.borrower()));
    return borrowers;
  }

  /// The slabs of the partial list of a cache, head first.
  public List<SlabView> partialSlabs(CacheId cache) {
    List<SlabView> slabs = new ArrayList<>();
    for (long frame : cache(cache).partialSlabs()) {
      slabs.add(slab(cache, frame));
    }
    return slabs;
  }

  /// One slab as it stands.
  public SlabView slab(CacheId cache, long frame) {
    long word = frames.word(frame);
    SlabObjects objects = cache(cache).objects();
    return new SlabView(
        frame,
        frames.order(frame),
        SlabWord.inUse(word),
        SlabWord.objects(word),
        SlabWord.frozen(word),
        objects.intactIndexes(frame, objects.firstFree(frame, word)));
  }
}
