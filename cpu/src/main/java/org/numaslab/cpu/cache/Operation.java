package org.numaslab.cpu.cache;

import org.jspecify.annotations.Nullable;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.topology.NodeId;

/// What a cpu does that may have to wait, as its own continuation.
///
/// | awaits | when the node has answered |
/// |---|---|
/// | OBJECT | [SlowAlloc] goes on; its object is handed out, or is one of [BulkAlloc]'s |
/// | CLEARING | the object is handed out; or it is gone with its node, and OBJECT begins again |
/// | PAGES | [PageAlloc] goes on |
/// | ANSWER | the answer is kept for the caller |
///
/// Owner: the cpu, which has one at a time. Where memory ran out its caller may set it aside, free
/// something by other operations, and take it up again.
public final class Operation {
  private enum Awaits {
    OBJECT,
    CLEARING,
    PAGES,
    ANSWER
  }

  private final Cpu cpu;
  private final BulkAlloc bulk = new BulkAlloc(this);
  private final PageAlloc pages;
  private @Nullable SlowAlloc slow;
  private Awaits awaits = Awaits.OBJECT;
  private @Nullable KmemCacheCpu cache;
  private int wanted = NodeId.NONE;
  private int gfp;
  private long clearing;
  private long attempts;

  /// Whether its result is a number of objects.
  private boolean isBulk;

  private @Nullable NodeReply answer;

  Operation(Cpu cpu) {
    this.cpu = cpu;
    this.pages = new PageAlloc(cpu);
  }

  /// The cache that is allocated from, null for none.
  @Nullable KmemCacheCpu cache() {
    return cache;
  }

  AllocPath path() {
    return slow == null ? AllocPath.FAST : slow.path();
  }

  /// Allocates one object that the free list did not have.
  ///
  /// @return an address, [Cpu#NULL], [Cpu#WAIT] or [Cpu#RECLAIM]
  long alloc(KmemCacheCpu c, int wantedNode, int gfpFlags) {
    SlowAlloc way = slow;
    if (way == null) {
      way = new SlowAlloc(cpu, c);
      slow = way;
    }
    cache = c;
    wanted = wantedNode;
    gfp = gfpFlags;
    awaits = Awaits.OBJECT;
    isBulk = bulk.isUnderWay();
    attempts++;
    return way.start(c, wantedNode, gfpFlags);
  }

  /// Clears the object where that is due. A remote one is cleared at home, and the cpu waits for
  /// that: whoever gets the object may free it there at once, and a clearing that comes later would
  /// wipe out a free list.
  long handOut(KmemCacheCpu c, long object, int wantedNode, int gfpFlags) {
    if (object == Cpu.NULL || !c.cache.clears(gfpFlags)) {
      return object;
    }
    int home = cpu.homeOf(object);
    if (home == cpu.node().value()) {
      c.objects.zero(object, c.cache.geometry().objectSize());
      return object;
    }
    cache = c;
    wanted = wantedNode;
    gfp = gfpFlags;
    awaits = Awaits.CLEARING;
    isBulk = bulk.isUnderWay();
    clearing = object;
    return cpu.ask(home, r -> new NodeProtocol.Zero(cpu.caller(), r, c.cache.id(), object));
  }

  long allocBulk(KmemCacheCpu c, int gfpFlags, long[] out, int count) {
    return bulk.start(c, gfpFlags, out, count);
  }

  long allocPages(int order, int wantedNode, int gfpFlags) {
    cache = null;
    awaits = Awaits.PAGES;
    attempts++;
    return pages.start(order, wantedNode, gfpFlags);
  }

  void awaitAnswer() {
    cache = null;
    awaits = Awaits.ANSWER;
  }

  NodeReply answer() {
    NodeReply last = answer;
    if (last == null) {
      throw new IllegalStateException(cpu.id() + " asked for nothing");
    }
    return last;
  }

  /// @return what the operation came to, or [Cpu#WAIT] or [Cpu#RECLAIM]
  long resume(NodeReply reply) {
    return switch (awaits) {
      case OBJECT -> got(way().resume(reply));
      case CLEARING -> reply instanceof NodeReply.Gone ? clearingFailed() : cleared();
      case PAGES -> pages.resume(reply);
      case ANSWER -> {
        answer = reply;
        yield Cpu.NULL;
      }
    };
  }

  private long cleared() {
    return bulk.isUnderWay() ? bulk.cleared(allocatedFrom(), gfp) : clearing;
  }

  /// The object that was to be cleared is out of reach: there must be another one.
  private long clearingFailed() {
    KmemCacheCpu c = allocatedFrom();
    if (bulk.isUnderWay()) {
      bulk.forget(object -> object == clearing);
      return bulk.cleared(c, gfp);
    }
    long object = cpu.allocOne(c, wanted, gfp);
    return object < 0 ? object : handOut(c, object, wanted, gfp);
  }

  /// A node is gone, with the objects of it that a bulk allocation has so far.
  void forget(NodeId home) {
    bulk.forget(object -> cpu.homeOf(object) == home.value());
  }

  /// Does without the objects of a node that a bulk allocation has so far; but one that is being
  /// cleared stays, or it could be cleared when it is somebody else's.
  ///
  /// @return these objects
  long[] giveUp(NodeId home) {
    return bulk.forget(object ->
        cpu.homeOf(object) == home.value() && !(awaits == Awaits.CLEARING && object == clearing));
  }

  /// It is cut short, and does not wait: what it has so far is freed.
  void cut() {
    SlowAlloc way = slow;
    if (way != null) {
      way.cut();
    }
    KmemCacheCpu c = cache;
    if (c != null) {
      bulk.cut(c);
    }
  }

  /// Gives back what it came to: its caller is gone.
  void drop(long value) {
    switch (awaits) {
      case OBJECT, CLEARING -> {
        if (isBulk) {
          bulk.drop(allocatedFrom(), (int) value);
        } else {
          cpu.free(allocatedFrom().cache.id(), value);
        }
      }
      case PAGES ->
          cpu.send(cpu.homeOf(value), r -> new NodeProtocol.GivePages(cpu.caller(), r, value));
      case ANSWER -> {}
    }
  }

  /// Whether it waits for what others have freed into the current slab of a cache.
  boolean waitsForListOf(KmemCacheCpu c) {
    SlowAlloc way = slow;
    return way != null && way.isRefilling(c);
  }

  /// What it was after when it came to [Cpu#RECLAIM].
  public Shortage shortage() {
    return awaits == Awaits.PAGES ? pages.shortage(attempts) : way().shortage(attempts);
  }

  /// Something may have been freed since it came to [Cpu#RECLAIM].
  long retry() {
    return awaits == Awaits.PAGES ? pages.retry() : got(way().retry());
  }

  /// Nothing more can be freed.
  long giveUp() {
    return awaits == Awaits.PAGES ? Cpu.NULL : got(way().giveUp());
  }

  /// What becomes of the object that a slow allocation came to.
  private long got(long object) {
    cpu.servedBy(way().path());
    if (object < 0) {
      return object;
    }
    return bulk.isUnderWay()
        ? bulk.resume(allocatedFrom(), gfp, object)
        : handOut(allocatedFrom(), object, wanted, gfp);
  }

  long allocOne(KmemCacheCpu c, int gfpFlags) {
    wanted = NodeId.NONE;
    return cpu.allocOne(c, NodeId.NONE, gfpFlags);
  }

  void freeBulk(KmemCacheCpu c, long[] objects) {
    cpu.freeBulk(c.cache.id(), objects);
  }

  private SlowAlloc way() {
    SlowAlloc way = slow;
    if (way == null) {
      throw new IllegalStateException(cpu.id() + " has no suspended allocation");
    }
    return way;
  }

  private KmemCacheCpu allocatedFrom() {
    KmemCacheCpu c = cache;
    if (c == null) {
      throw new IllegalStateException(cpu.id() + " has no suspended allocation");
    }
    return c;
  }
}
