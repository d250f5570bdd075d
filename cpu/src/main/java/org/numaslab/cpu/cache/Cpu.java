package org.numaslab.cpu.cache;

import java.util.ArrayDeque;
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
import org.numaslab.node.protocol.NodeReply.Applied;
import org.numaslab.node.protocol.NodeReply.Outcome;
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
  private final CpuOutbox outbox;
  private final RemoteFrees remoteFrees;
  private final SlowFree slowFree;
  private final NumaEvents numaEvents;
  private final Presence presence = new Presence();
  private final Readers readers = new Readers();
  private final Zonelists zonelists;
  private final Housekeeping housekeeping;
  private final OpenRequests requests = new OpenRequests();
  private final ArrayDeque<Runnable> deferred = new ArrayDeque<>();
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

  /// How often each node was forgotten.
  private final int[] forgotten;

  private long pagesReclaimed;
  private long awaited;
  private long result;
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
    this.outbox = outbox;
    this.numaEvents = new NumaEvents(topology.nodeCount(), node);
    this.forgotten = new int[topology.nodeCount()];
    this.remoteFrees =
        new RemoteFrees(
            topology.nodeCount(),
            (home, runs) -> send(home, r -> new NodeProtocol.Free(caller, r, runs)));
    this.slowFree = new SlowFree(this, topology, memory, remoteFrees);
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
    return awaited == 0 && !requests.isFull() && presence.isOnline();
  }

  /// Whether it is on line. For anybody, if a little late.
  public boolean isOnline() {
    return presence.isOnline();
  }

  /// Whether every node has answered all that this cpu sent.
  public boolean isQuiet() {
    return requests.isEmpty() && remoteFrees.waiting() == 0;
  }

  /// What it waits for, for people.
  public String waitsFor() {
    return requests + ", " + remoteFrees.waiting() + " frees to send";
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
  private EmulatedOops metBy(KmemCacheCpu c, String what, RuntimeException oops) {
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
      left = freeNextRun(cache, freed, left);
    }
  }

  /// Frees the next run of a bulk free: objects of the slab of the last of the first `size`
  /// objects. A caller that settles after each has the kernel's order also where the runs lie on
  /// several nodes.
  ///
  /// @return how many objects, at the array's begin, are left
  public int freeNextRun(CacheId cache, long[] freed, int size) {
    KmemCacheCpu c = caches[cache.value()];
    long[] run = new long[size];
    int left = slowFree.detachRun(c, freed, size, run);
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
    return pagesReclaimed;
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

  /// Goes on with an allocation that was set aside.
  ///
  /// @return as the allocation itself
  public long retry(Operation suspended) {
    aside.remove(suspended);
    operation = suspended;
    long value = suspended.retry();
    unpin();
    return value;
  }

  /// Ends an allocation that was set aside: there is no memory.
  ///
  /// @return [#NULL], or 0 objects
  public long giveUp(Operation suspended) {
    aside.remove(suspended);
    operation = suspended;
    long value = suspended.giveUp();
    unpin();
    return value;
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
      atBoundary(presence::leaveNow);
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
    remoteFrees.sendAll();
    requests.afterAll(() -> atBoundary(step));
  }

  /// Runs a step after all that was sent so far is answered.
  void afterAnswers(Runnable step) {
    requests.afterAll(step);
  }

  /// Gives back at once all that it may hand out of another node's memory.
  public void giveBack(NodeId home) {
    operations()
        .forEach(each -> {
          KmemCacheCpu allocating = each.cache();
          long[] early = each.giveUp(home);
          if (allocating != null && early.length > 0) {
            remoteFrees.add(home.value(), allocating.cache.id(), early, call);
          }
        });
    remoteFrees.sendAll();
    caches()
        .forEach(c -> {
          if (c.slab() != null && c.slabNode() == home.value() && !operation.waitsForListOf(c)) {
            c.count(Stat.CPUSLAB_FLUSH);
            slowFree.deactivate(c);
          }
          slowFree.unfreeze(c, c.partial.drainIf(slab -> nodeOfSlab(slab) == home.value()));
        });
  }

  /// The operation in progress, if there is one, and those that were set aside.
  private Stream<Operation> operations() {
    return Stream.concat(Stream.of(operation), aside.stream());
  }

  /// Forgets all that it has of another node's memory: it is gone. What waits for the node is
  /// answered by whoever knows that.
  public void forget(NodeId home) {
    forgotten[home.value()]++;
    remoteFrees.forget(home.value());
    caches()
        .forEach(c -> {
          if (c.slab() != null && c.slabNode() == home.value() && !operation.waitsForListOf(c)) {
            c.lent.unload();
            c.uninstall();
          }
          c.partial.drainIf(slab -> nodeOfSlab(slab) == home.value());
        });
    operations().forEach(each -> each.forget(home));
  }

  /// Gives back all that it holds of a cache.
  void flushNow(KmemCacheCpu c) {
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
    requests.answered(reply.request());
    if (reply.request() != awaited) {
      if (reply instanceof Applied applied) {
        int[] known = awaited == 0 ? forgotten : forgotten.clone();
        atBoundary(() -> apply(applied, known));
      } else {
        throw new IllegalStateException(id + " did not wait for " + reply);
      }
      requests.runWaiting();
      return false;
    }
    awaited = 0;
    long value;
    KmemCacheCpu waiting = operation.cache();
    try {
      value = operation.resume(reply);
    } catch (EmulatedOops | IndexOutOfBoundsException oops) {
      throw waiting == null ? oops : metBy(waiting, "allocation, path " + path, oops);
    }
    if (value == WAIT) {
      return false;
    }
    result = value;
    if (value == RECLAIM) {
      // What was deferred may take the cpu off line: not before the operation is through.
      pin();
      isPinnedForReclaim = true;
    }
    for (Runnable next = deferred.poll(); next != null; next = deferred.poll()) {
      next.run();
    }
    requests.runWaiting();
    return true;
  }

  /// What the operation that was complete last gave.
  public long result() {
    return result;
  }

  /// Which way the last allocation was served.
  public AllocPath path() {
    return path;
  }

  private void countReclaimed(KmemCacheCpu c, int[] counts) {
    for (int i = 0; i < counts.length; i += 2) {
      if (counts[i] == Stat.FREE_SLAB.ordinal()) {
        pagesReclaimed += (long) counts[i + 1] << c.cache.geometry().ooOrder();
      }
    }
  }

  /// Runs a step between operations: now, or after the one that waits.
  void atBoundary(Runnable step) {
    if (awaited != 0) {
      deferred.add(step);
    } else {
      step.run();
    }
  }

  /// @param known how often each node was forgotten when it arrived: what a node has granted goes
  ///   with it
  private void apply(Applied applied, int[] known) {
    for (Outcome outcome : applied.outcomes()) {
      KmemCacheCpu c = caches[outcome.cache().value()];
      c.count(outcome.counts());
      countReclaimed(c, outcome.counts());
      for (SlabGrant slab : outcome.frozen()) {
        int home = nodeOfSlab(slab);
        if (known[home] == forgotten[home]) {
          slowFree.putPartial(c, slab);
        }
      }
    }
  }

  // ---- for the slow allocation

  long ask(int target, LongFunction<NodeProtocol.FromCpu> message) {
    awaited = send(target, message);
    return WAIT;
  }

  long send(int target, LongFunction<NodeProtocol.FromCpu> message) {
    long request = requests.next();
    outbox.toNode(new NodeId(target), message.apply(request));
    return request;
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
