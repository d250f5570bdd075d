package org.numaslab.cpu.cache;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.Current;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.Nature;
import org.numaslab.node.cache.PartialCounts;
import org.numaslab.node.cache.Stat;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.protocol.Caller;
import org.numaslab.node.protocol.NodeContents;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.protocol.SlabGrant;
import org.numaslab.node.slab.Call;
import org.numaslab.node.slab.EmulatedOops;
import org.numaslab.node.topology.CpuId;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// An emulated CPU: one operation or one answer in, its state changed, messages into the outbox.
///
/// `alloc` returns an address, [#NULL], or [#WAIT]; after WAIT, [#receive] says when the operation
/// is complete and [#result] what it gave. Free does not wait. A new operation may begin while
/// [#isReady]. For a caller that can free memory ([#reclaimsBy]) an allocation may also come to
/// [#RECLAIM].
///
/// Owner: the cpu's shell. Models the callers' side of mm/slub.c, v6.1.
public final class Cpu {
  public static final long NULL = 0;

  /// The operation waits for a node.
  public static final long WAIT = -1;

  /// There is no memory: the caller may free some, if [Shortage] lets it. It sets the operation
  /// aside first, and must [#retry] it or [#giveUp].
  public static final long RECLAIM = -2;

  private final CpuId id;
  private final Caller caller;
  private final Topology topology;
  private final int node;
  private final Memory memory;
  private final PartialCounts counts;
  private final Nature nature;
  private final RemoteFrees remoteFrees;
  private final SlowFree slowFree;
  private final OtherHomes otherHomes;
  private final NumaEvents numaEvents;
  private final Presence presence = new Presence();
  private final Readers readers = new Readers();
  private final Zonelists zonelists;
  private final Housekeeping housekeeping;
  private final Exchange exchange;
  private final Undone undone = new Undone();
  private final Quarantine quarantine = new Quarantine();
  private final NodeContents contents;
  private KmemCacheCpu[] caches = {};
  private Call call;
  private Operation operation;

  /// Those that wait until their callers have freed some memory.
  private final List<Operation> aside = new ArrayList<>(0);

  private final boolean injectsFaults;
  private @Nullable Current task;
  private boolean reclaims;
  private boolean isPinnedForReclaim;
  private Mempolicy mempolicy = Mempolicy.none();

  private AllocPath path = AllocPath.FAST;

  /// @param memory what this cpu's node may touch
  public Cpu(
      CpuId id,
      int incarnation,
      Topology topology,
      Memory memory,
      PartialCounts counts,
      Nature nature,
      CpuOutbox outbox) {
    this.id = id;
    this.caller = new Caller(id, incarnation);
    this.call = Call.on(id.value());
    this.topology = topology;
    this.node = topology.nodeOf(id).value();
    this.zonelists = new Zonelists(topology);
    this.memory = memory;
    this.counts = counts;
    this.nature = nature;
    this.injectsFaults = nature.injectsFaults();
    this.numaEvents = new NumaEvents(topology.nodeCount(), node);
    this.remoteFrees =
        new RemoteFrees(
            topology.nodeCount(),
            (home, runs) -> send(home, r -> new NodeProtocol.Free(caller, r, runs)));
    this.slowFree = new SlowFree(this, topology, memory, remoteFrees, undone);
    this.otherHomes = new OtherHomes(this, topology.nodeCount(), slowFree, remoteFrees);
    this.exchange =
        new Exchange(
            this, outbox, otherHomes, undone, new Distrust(this, memory, undone, quarantine));
    this.operation = new Operation(this);
    this.housekeeping = new Housekeeping(this, outbox);
    this.contents = new NodeContents(memory, at -> caches[at].cache, at -> caches[at].objects);
  }

  public CpuId id() {
    return id;
  }

  public NodeId node() {
    return new NodeId(node);
  }

  /// Takes over a new cache, or one whose attributes changed.
  public void describe(KmemCache cache) {
    int index = cache.id().value();
    if (index >= caches.length) {
      caches = Arrays.copyOf(caches, Math.max(index + 1, 2 * caches.length));
    }
    KmemCacheCpu known = caches[index];
    if (known == null) {
      caches[index] =
          new KmemCacheCpu(cache, cache.objectsIn(memory), id.value(), topology.cpuCount());
    } else {
      known.cache = cache;
    }
  }

  /// Whether a cache was described here.
  public boolean knows(CacheId cache) {
    return cache.value() < caches.length && caches[cache.value()] != null;
  }

  /// This cpu's half of a cache.
  public KmemCacheCpu cache(CacheId cache) {
    return caches[cache.value()];
  }

  /// Where the pages of its new slabs came from, for reports.
  public NumaEvents numaEvents() {
    return numaEvents;
  }

  /// Whether a new operation may begin: none waits, and not too many answers are outstanding.
  public boolean isReady() {
    return exchange.isReady() && presence.isOnline();
  }

  /// Whether it is on line. For anybody, if a little late.
  public boolean isOnline() {
    return presence.isOnline();
  }

  /// Whether every node has answered all that this cpu sent.
  public boolean isQuiet() {
    return exchange.isEmpty() && remoteFrees.waiting() == 0;
  }

  /// What it waits for, for people.
  public String waitsFor() {
    return exchange + ", " + remoteFrees.waiting() + " frees to send";
  }

  /// The memory of this cpu's node, which the cpu touches itself.
  public NodeContents contents() {
    return contents;
  }

  /// Says by which policy the next allocations choose their nodes.
  public void runsUnder(Mempolicy policy) {
    mempolicy = policy;
  }

  /// Says which task the next operations are of, null for none. Needed only where allocations may
  /// be made to fail.
  public void runs(@Nullable Current next) {
    task = next;
  }

  Mempolicy mempolicy() {
    return mempolicy;
  }

  // ---- operations

  /// Says on whose behalf the next operations are. Needed only for caches with STORE_USER: nothing
  /// else depends on it.
  public void serves(Call next) {
    call = next;
  }

  /// Allocates an object.
  ///
  /// @param wanted number of a node, or [NodeId#NONE]
  /// @param gfp [Gfp] bits
  /// @return its physical address, [#NULL] or [#WAIT]
  public long alloc(CacheId cache, int wanted, int gfp) {
    KmemCacheCpu c = caches[cache.value()];
    if (injectsFaults && nature.failsSlab(c.cache, gfp, task)) {
      path = AllocPath.NO_MEMORY;
      return NULL;
    }
    try {
      long object = c.alloc(wanted);
      if (object != 0 && path == AllocPath.FAST && !c.cache.clears(gfp)) {
        return object;
      }
      if (object == 0) {
        object = allocMore(c, wanted, gfp);
      } else {
        path = AllocPath.FAST;
      }
      return object < 0 ? object : operation.handOut(c, object, wanted, gfp);
    } catch (EmulatedOops | IndexOutOfBoundsException oops) {
      throw metBy(c, "allocation, path " + path, oops);
    }
  }

  /// What stops the emulated kernel here, with who met it. An access beyond the machine is the page
  /// fault of a pointer that was followed unchecked.
  EmulatedOops metBy(KmemCacheCpu c, String what, RuntimeException oops) {
    String who = "cpu " + id.value() + ", cache " + c.cache.name() + ", " + what;
    return oops instanceof IndexOutOfBoundsException wild
        ? EmulatedOops.wildAccess(who, wild)
        : ((EmulatedOops) oops).metBy(who);
  }

  /// An allocation that is preempted between reading the free list and exchanging it: what
  /// `interrupt` does to this cpu makes it lose and try again.
  public long allocInterrupted(CacheId cache, int wanted, int gfp, Runnable interrupt) {
    KmemCacheCpu c = caches[cache.value()];
    long before = c.tid();
    if (c.hasObjectFor(wanted)) {
      interrupt.run();
      if (c.tid() != before) {
        c.count(Stat.CMPXCHG_DOUBLE_CPU_FAIL);
      }
    }
    return alloc(cache, wanted, gfp);
  }

  long allocOne(KmemCacheCpu c, int wanted, int gfp) {
    path = AllocPath.FAST;
    long object = c.alloc(wanted);
    return object != 0 ? object : allocMore(c, wanted, gfp);
  }

  private long allocMore(KmemCacheCpu c, int wanted, int gfp) {
    path = AllocPath.FAST;
    long object = c.allocLent(wanted);
    if (object != 0) {
      return object;
    }
    path = AllocPath.REFILL;
    object = operation.alloc(c, wanted, gfp);
    path = operation.path();
    return object;
  }

  /// Allocates `count` objects into `out`, or none (`kmem_cache_alloc_bulk`).
  ///
  /// @return `count`, 0 when memory ran out, or [#WAIT]
  public long allocBulk(CacheId cache, int gfp, long[] out, int count) {
    KmemCacheCpu c = caches[cache.value()];
    if (injectsFaults && nature.failsSlab(c.cache, gfp, task)) {
      return 0;
    }
    try {
      return operation.allocBulk(c, gfp, out, count);
    } catch (EmulatedOops | IndexOutOfBoundsException oops) {
      throw metBy(c, "bulk allocation, path " + path, oops);
    }
  }

  /// Frees an object.
  public void free(CacheId cache, long object) {
    KmemCacheCpu c = caches[cache.value()];
    try {
      if (!c.free(object)) {
        slowFree.free(c, object);
      }
    } catch (EmulatedOops | IndexOutOfBoundsException oops) {
      throw metBy(c, "free", oops);
    }
  }

  /// A free that is preempted in the same way.
  public void freeInterrupted(CacheId cache, long object, Runnable interrupt) {
    KmemCacheCpu c = caches[cache.value()];
    long before = c.tid();
    if (c.isCurrent(object)) {
      interrupt.run();
      if (c.tid() != before) {
        c.count(Stat.CMPXCHG_DOUBLE_CPU_FAIL);
      }
    }
    free(cache, object);
  }

  /// Frees objects of one cache, a run for each slab (`kmem_cache_free_bulk`,
  /// `build_detached_freelist`). Reorders the array.
  public void freeBulk(CacheId cache, long[] freed) {
    for (int left = freed.length; left > 0; ) {
      left = freeNextRun(cache, freed, left, true);
    }
    undone.freed();
  }

  /// Frees the next run of a bulk free: objects of the slab of the last of the first `size`
  /// objects. A caller that settles after each has the kernel's order also where the runs lie on
  /// several nodes.
  ///
  /// @return how many objects, at the array's begin, are left
  public int freeNextRun(CacheId cache, long[] freed, int size) {
    return freeNextRun(cache, freed, size, false);
  }

  /// @param andAll whether the rest is freed as well, whatever happens
  private int freeNextRun(CacheId cache, long[] freed, int size, boolean andAll) {
    KmemCacheCpu c = caches[cache.value()];
    long[] run = new long[size];
    int left = slowFree.detachRun(c, freed, size, run);
    if (andAll) {
      undone.frees(c, freed, left);
    }
    int length = size - left;
    try {
      if (!c.freeRun(run, length)) {
        slowFree.free(c, Arrays.copyOf(run, length));
      }
    } catch (EmulatedOops | IndexOutOfBoundsException oops) {
      throw metBy(c, "bulk free", oops);
    }
    return left;
  }

  // ---- pages, and whatever else a node is asked for

  /// Takes `1 << order` pages that are no slab.
  ///
  /// @param wanted number of a node, or [NodeId#NONE]
  /// @return [#WAIT]
  public long allocPages(int order, int wanted, int gfp) {
    return operation.allocPages(order, wanted, gfp);
  }

  /// Asks a node for something that needs no more than its answer, which [#answer] is then.
  ///
  /// @param message given the number of the request
  /// @return [#WAIT]
  public long ask(NodeId home, LongFunction<NodeProtocol.FromCpu> message) {
    operation.awaitAnswer();
    return ask(home.value(), message);
  }

  /// The answer to the last [#ask(NodeId, LongFunction)].
  public NodeReply answer() {
    return operation.answer();
  }

  // ---- reclaim

  /// Whether allocations that find no memory come to [#RECLAIM], so that their callers can free
  /// some, or else report it.
  public void reclaimsBy(boolean callers) {
    reclaims = callers;
  }

  boolean reclaims() {
    return reclaims;
  }

  /// Pages of slabs that nodes got back by what this cpu freed
  /// (`current->reclaim_state->reclaimed_slab`). Complete while [#isQuiet].
  public long pagesReclaimed() {
    return exchange.pagesReclaimed();
  }

  /// Sets an allocation aside that came to [#RECLAIM], so that its caller can free memory.
  public Operation setAside() {
    Operation suspended = operation;
    aside.add(suspended);
    operation = new Operation(this);
    if (!isPinnedForReclaim) {
      pin();
    }
    isPinnedForReclaim = false;
    return suspended;
  }

  /// An answer has led to [#RECLAIM]. What was deferred may take the cpu off line: not before the
  /// operation is through.
  void pinForReclaim() {
    pin();
    isPinnedForReclaim = true;
  }

  boolean isPinnedForReclaim() {
    return isPinnedForReclaim;
  }

  /// Goes on with an allocation that was set aside.
  ///
  /// @return as the allocation itself
  public long retry(Operation suspended) {
    aside.remove(suspended);
    operation = suspended;
    try {
      return suspended.retry();
    } finally {
      unpin();
    }
  }

  /// Ends an allocation that was set aside: there is no memory.
  ///
  /// @return [#NULL], or 0 objects
  public long giveUp(Operation suspended) {
    aside.remove(suspended);
    operation = suspended;
    isPinnedForReclaim = false;
    try {
      return suspended.giveUp();
    } finally {
      unpin();
    }
  }

  void servedBy(AllocPath way) {
    path = way;
  }

  // ---- between operations

  /// What it does for the machine as a whole.
  public Housekeeping housekeeping() {
    return housekeeping;
  }

  /// Keeps this cpu on line until [#unpin]: somebody must go on here. Nests.
  public void pin() {
    presence.pin();
  }

  /// Ends what the last [#pin] began.
  public void unpin() {
    if (presence.unpin()) {
      exchange.atBoundary(presence::leaveNow);
    }
  }

  /// Whether a node has memory on line, as far as this cpu knows (`node_state(node, N_MEMORY)`).
  public boolean hasMemory(NodeId of) {
    return zonelists.hasMemory(of);
  }

  /// How often a node's memory has gone off line or come back, as far as this cpu knows.
  public long memoryChanges() {
    return zonelists.changes();
  }

  /// Sections of its tasks that grace periods wait for.
  public Readers readers() {
    return readers;
  }

  Presence presence() {
    return presence;
  }

  Zonelists zonelists() {
    return zonelists;
  }

  /// Its half of each cache that it knows.
  Stream<KmemCacheCpu> caches() {
    return Arrays.stream(caches).filter(Objects::nonNull);
  }

  /// Runs a step after all that was sent so far is answered, and what was asked for in answer, at a
  /// boundary of operations.
  void afterAllSent(Runnable step) {
    undone.repeatably(
        remoteFrees::sendAll, () -> exchange.afterAnswers(() -> exchange.atBoundary(step)));
  }

  /// Runs a step after all that was sent so far is answered.
  void afterAnswers(Runnable step) {
    exchange.afterAnswers(step);
  }

  /// Runs a step between operations: now, or after the one that waits.
  void atBoundary(Runnable step) {
    exchange.atBoundary(step);
  }

  /// Gives back at once all that it may hand out of another node's memory.
  public void giveBack(NodeId home) {
    undone.repeatably(() -> otherHomes.giveBack(home), () -> {});
  }

  /// Forgets all that it has of another node's memory: it is gone. What waits for the node is
  /// answered by whoever knows that.
  public void forget(NodeId home) {
    otherHomes.forget(home);
    quarantine.forget(home.value());
  }

  boolean waitsForListOf(KmemCacheCpu c) {
    return operation.waitsForListOf(c);
  }

  Operation operation() {
    return operation;
  }

  /// The operation in progress, if there is one, and those that were set aside.
  Stream<Operation> operations() {
    return Stream.concat(Stream.of(operation), aside.stream());
  }

  /// Gives back all that it holds of some caches.
  ///
  /// @param then when all of it is sent
  void flushNow(Stream<KmemCacheCpu> some, Runnable then) {
    List<KmemCacheCpu> flushed = some.toList();
    undone.repeatably(() -> flushed.forEach(this::flushNow), then);
  }

  private void flushNow(KmemCacheCpu c) {
    if (c.slab() != null) {
      c.count(Stat.CPUSLAB_FLUSH);
      slowFree.deactivate(c);
    }
    slowFree.unfreeze(c, c.partial.drain());
  }

  /// Ends a turn of operations: remote frees that wait in batches are sent.
  public void endTurn() {
    remoteFrees.sendAll();
  }

  // ---- answers

  /// Takes an answer.
  ///
  /// @return whether the suspended operation is complete now
  public boolean receive(NodeReply reply) {
    return exchange.receive(reply);
  }

  /// What the operation that was complete last gave.
  public long result() {
    return exchange.result();
  }

  /// Which way the last allocation was served.
  public AllocPath path() {
    return path;
  }

  // ---- after a failure of its shell

  /// Whether its shell has failed while it was given a message: then [#recover] helps. Whatever
  /// else is thrown is a fault of this cpu or its program, and nobody knows what it has done.
  public boolean isCut() {
    return undone.message() != null;
  }

  /// Makes it fit to go on after its shell has failed in the middle of a step. What waits for
  /// answers goes on as if nothing had happened. An operation that was just begun goes on for
  /// nobody: what it comes to is given back; a free takes effect.
  ///
  /// @return whether the suspended operation is complete now, as [#receive]
  public boolean recover() {
    return exchange.recover();
  }

  /// Slabs that it does not use any more.
  public Quarantine quarantine() {
    return quarantine;
  }

  // ---- for the slow allocation

  long ask(int target, LongFunction<NodeProtocol.FromCpu> message) {
    return exchange.ask(target, message);
  }

  void send(int target, LongFunction<NodeProtocol.FromCpu> message) {
    exchange.send(target, message);
  }

  /// Who this cpu is to nodes.
  public Caller caller() {
    return caller;
  }

  Call call() {
    return call;
  }

  /// The node that a request for an object is bound to. A node without memory is no constraint.
  int constraint(int wanted) {
    return wanted != NodeId.NONE && zonelists.hasMemory(new NodeId(wanted)) ? wanted : NodeId.NONE;
  }

  /// Whether a policy binds a request: not one for a lower zone than the machine's highest
  /// (`apply_policy_zone`).
  boolean isBoundByPolicy(int gfp) {
    return zonelists.isOfHighestZone(gfp);
  }

  /// The zonelist: with THISNODE it has one node, also where no node was named.
  ///
  /// @param constraint number of a node with memory, or [NodeId#NONE]
  List<NodeId> allowedNodes(int constraint, int gfp) {
    NodeId nearest = new NodeId(constraint == NodeId.NONE ? memoryNode() : constraint);
    return (gfp & Gfp.THISNODE) != 0 ? List.of(nearest) : zonelists.of(nearest);
  }

  int memoryNode() {
    return zonelists.of(node()).getFirst().value();
  }

  /// Number of the node that an address lies in, -1 for none.
  public int homeOf(long address) {
    return topology.nodeIndexOfFrame(address >>> Memory.PAGE_SHIFT);
  }

  void giveBackSlab(KmemCacheCpu c) {
    slowFree.deactivate(c);
  }

  void putPartial(KmemCacheCpu c, SlabGrant slab) {
    slowFree.putPartial(c, slab);
  }

  /// Gives a current slab back, so that there is room for slabs that were granted.
  void makeRoom(KmemCacheCpu c, SlabGrant[] granted) {
    c.count(Stat.CPUSLAB_FLUSH);
    undone.takes(c, granted);
    slowFree.deactivate(c);
    for (SlabGrant slab : granted) {
      undone.lets(slab.slab());
    }
  }

  int nodeOfSlab(SlabGrant slab) {
    return topology.nodeIndexOfFrame(slab.slab().frame());
  }

  int nrPartial(KmemCacheCpu c, int target) {
    return counts.get(c.cache.id(), target);
  }

  boolean failsPages(int order, int gfp) {
    return injectsFaults && nature.failsPages(order, gfp, task);
  }

  boolean searchRemote(KmemCacheCpu c) {
    return nature.searchRemote(c.cache, id);
  }

  /// Counts a block of pages for a new slab.
  ///
  /// Preferred is the first of the nodes asked that has a zone which `gfp` allows.
  ///
  /// @param order nodes in the order in which they are asked
  void countPages(List<NodeId> order, int gfp, NodeId giver) {
    zonelists
        .firstFor(order, gfp)
        .ifPresent(preferred -> numaEvents.granted(preferred.value(), giver.value()));
  }
}
