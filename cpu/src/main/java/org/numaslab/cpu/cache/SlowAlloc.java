package org.numaslab.cpu.cache;

import java.util.List;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.Stat;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.protocol.NodeReply.Activated;
import org.numaslab.node.protocol.NodeReply.Granted;
import org.numaslab.node.protocol.NodeReply.Handed;
import org.numaslab.node.protocol.NodeReply.Refused;
import org.numaslab.node.protocol.SlabGrant;
import org.numaslab.node.topology.NodeId;

/// An allocation that the free list could not serve, as its own continuation.
///
/// | step | asks | when answered |
/// |---|---|---|
/// | IDLE | - | - |
/// | REFILL | the home of the current, lent slab for its list | objects: done; none: next slab of the cpu partial list, or NODE_PARTIAL |
/// | NODE_PARTIAL | the node asked for, or the cpu's own, for listed slabs | granted: done; refused: REMOTE_PARTIAL 0 if no node was asked for and the draw is won, else NEW_SLAB |
/// | REMOTE_PARTIAL i | the i-th nearest node with more than min_partial slabs | granted: done; refused: i + 1; after the last: NEW_SLAB |
/// | NEW_SLAB (order, mark, i) | the next node of its [PageWalk] for pages | granted: done; all refused: the minimum order, then RECLAIM or no memory |
/// | RECLAIM | the task to free something | tried again: NEW_SLAB; given up: no memory |
///
/// Owner: the cpu, which has one of these. Models `___slab_alloc`, `get_partial`, `get_any_partial`
/// and `allocate_slab` of mm/slub.c, v6.1.
final class SlowAlloc {
  private enum Step {
    IDLE,
    REFILL,
    NODE_PARTIAL,
    REMOTE_PARTIAL,
    NEW_SLAB,
    RECLAIM
  }

  private final Cpu cpu;
  private Step step = Step.IDLE;
  private KmemCacheCpu c;
  private int node;
  private int gfp;
  private int asked;
  private List<NodeId> order = List.of();
  private final PageWalk walk = new PageWalk();
  private boolean minimumOrder;
  private Mempolicy policy = Mempolicy.none();
  private boolean byPolicy;

  /// Only the nodes that the policy prefers are asked; then all are.
  private boolean preferredOnly;

  /// The node whose turn it is by the policy, or [NodeId#NONE].
  private int chosen = NodeId.NONE;

  SlowAlloc(Cpu cpu, KmemCacheCpu none) {
    this.cpu = cpu;
    this.c = none;
  }

  /// Which way the allocation in progress or the last one was served, for reports.
  private AllocPath path = AllocPath.FAST;

  AllocPath path() {
    return path;
  }

  /// @return a physical address, 0 for no memory, or [Cpu#WAIT]
  long start(KmemCacheCpu cache, int wantedNode, int gfpFlags) {
    c = cache;
    gfp = gfpFlags;
    node = cpu.constraint(wantedNode);
    policy = cpu.mempolicy();
    path = AllocPath.REFILL;
    c.count(Stat.ALLOC_SLOWPATH);
    return fromCpu();
  }

  long resume(NodeReply reply) {
    return switch (step) {
      case REFILL -> refilled((Activated) reply);
      case NODE_PARTIAL, REMOTE_PARTIAL, NEW_SLAB ->
          switch (reply) {
            case Granted granted -> granted(granted);
            case Handed handed -> handed(handed);
            case Refused refused -> refused(refused);
            default -> throw new IllegalStateException(step + " answered by " + reply);
          };
      case IDLE, RECLAIM -> throw new IllegalStateException("nothing waits for " + reply);
    };
  }

  /// Whether it waits for the list of a cache's current slab.
  boolean isRefilling(KmemCacheCpu of) {
    return step == Step.REFILL && c == of;
  }

  /// What the cpu has itself: its slab, then its partial list.
  private long fromCpu() {
    while (true) {
      SlabGrant slab = c.slab();
      if (slab == null) {
        if (c.partial.size() == 0) {
          return askPartial();
        }
        SlabGrant head = c.partial.pop();
        c.install(head, cpu.nodeOfSlab(head));
        c.count(Stat.CPU_PARTIAL_ALLOC);
        path = AllocPath.CPU_PARTIAL;
      } else if (node != NodeId.NONE && node != c.slabNode()) {
        c.count(Stat.ALLOC_NODE_MISMATCH);
        cpu.giveBackSlab(c);
      } else if (c.hasLoaded()) {
        return c.takeLoaded();
      } else if (slab.slab().isLoan()) {
        step = Step.REFILL;
        return cpu.ask(
            c.slabNode(),
            r -> new NodeProtocol.Activate(cpu.caller(), r, c.cache().id(), slab.slab()));
      } else {
        long list =
            c.objects.takeList(slab.slab().frame(), () -> c.count(Stat.CMPXCHG_DOUBLE_FAIL));
        if (list != 0) {
          c.load(list);
          return refill();
        }
        exhausted();
      }
    }
  }

  private long refilled(Activated answer) {
    c.count(answer.counts());
    if (answer.indexes().length > 0) {
      c.lent.load(answer.indexes());
      return refill();
    }
    exhausted();
    return fromCpu();
  }

  private long refill() {
    c.count(Stat.ALLOC_REFILL);
    step = Step.IDLE;
    return c.takeLoaded();
  }

  private void exhausted() {
    c.uninstall();
    c.count(Stat.DEACTIVATE_BYPASS);
  }

  private int nearest() {
    return node == NodeId.NONE ? cpu.memoryNode() : node;
  }

  private long askPartial() {
    int target = nearest();
    if (cpu.nrPartial(c, target) == 0) {
      return afterNodePartial();
    }
    step = Step.NODE_PARTIAL;
    path = AllocPath.NODE_PARTIAL;
    return askPartial(target, 0);
  }

  private long askPartial(int target, int moreThan) {
    return cpu.ask(
        target,
        r -> new NodeProtocol.TakePartial(cpu.caller(), r, c.cache().id(), moreThan, cpu.call()));
  }

  private long afterNodePartial() {
    if (node == NodeId.NONE && c.cache().remoteNodeDefragRatio() != 0 && cpu.searchRemote(c)) {
      step = Step.REMOTE_PARTIAL;
      order = cpu.allowedNodes(policy.slabNode(cpu.allowedNodes(NodeId.NONE, 0)), gfp);
      asked = -1;
      return nextRemotePartial();
    }
    return startNewSlab();
  }

  private long nextRemotePartial() {
    long minPartial = c.cache().minPartial();
    while (++asked < order.size()) {
      int target = order.get(asked).value();
      if (cpu.nrPartial(c, target) > minPartial) {
        path = AllocPath.REMOTE_PARTIAL;
        return askPartial(target, (int) minPartial);
      }
    }
    return startNewSlab();
  }

  private long startNewSlab() {
    step = Step.NEW_SLAB;
    path = AllocPath.NEW_SLAB;
    minimumOrder = false;
    startPages();
    return nextNewSlab();
  }

  /// A call of `alloc_pages`, which asks the policy anew.
  private void startPages() {
    byPolicy = node == NodeId.NONE && (gfp & Gfp.THISNODE) == 0;
    chosen = byPolicy ? policy.nextNode() : node;
    preferredOnly = byPolicy && policy.mode() == Mempolicy.Mode.PREFERRED_MANY;
    startWalk();
  }

  private void startWalk() {
    List<NodeId> zonelist = cpu.allowedNodes(chosen, gfp);
    walk.start(
        preferredOnly || isBound() ? policy.within(zonelist) : zonelist,
        cpu.failsPages(pagesOrder(), gfpOfPages()));
  }

  private boolean isBound() {
    return byPolicy
        && policy.mode() == Mempolicy.Mode.BIND
        && cpu.isBoundByPolicy(c.cache().geometry().allocFlags() | gfp);
  }

  private int pagesOrder() {
    return minimumOrder ? c.cache().geometry().minOrder() : c.cache().geometry().ooOrder();
  }

  private long nextNewSlab() {
    while (!walk.next(gfpOfPages())) {
      if (preferredOnly) {
        preferredOnly = false;
        startWalk();
      } else if (minimumOrder) {
        return exhaustedMemory();
      } else {
        minimumOrder = true;
        startPages();
      }
    }
    int pages = pagesOrder();
    int flags = gfpOfPages();
    return cpu.ask(
        walk.node().value(),
        r ->
            new NodeProtocol.NewSlab(
                cpu.caller(), r, c.cache().id(), pages, flags, walk.mark(), cpu.call()));
  }

  private long exhaustedMemory() {
    if (cpu.reclaims()) {
      step = Step.RECLAIM;
      return Cpu.RECLAIM;
    }
    return giveUp();
  }

  Shortage shortage(long attempt) {
    return new Shortage(
        attempt,
        c.cache(),
        node,
        gfp,
        pagesOrder(),
        gfpOfPages(),
        walk.allowed(),
        isBound() ? policy.nodes() : null,
        walk.isInjected());
  }

  /// Something may have been freed: asks for pages again.
  long retry() {
    step = Step.NEW_SLAB;
    walk.restart();
    return nextNewSlab();
  }

  long giveUp() {
    step = Step.IDLE;
    path = AllocPath.NO_MEMORY;
    return Cpu.NULL;
  }

  /// It is cut short, and does not wait: it never comes to anything.
  void cut() {
    step = Step.IDLE;
  }

  private int gfpOfPages() {
    int flags =
        c.cache().geometry().allocFlags() | ((minimumOrder ? gfp : firstTry()) & Gfp.OF_SLAB_PAGES);
    return preferredOnly ? (flags | Gfp.NOWARN) & ~(Gfp.DIRECT_RECLAIM | Gfp.NOFAIL) : flags;
  }

  /// The first try may fail quietly, and does not reclaim where a smaller order is left to try.
  private int firstTry() {
    int flags = (gfp | Gfp.NOWARN | Gfp.NORETRY) & ~Gfp.NOFAIL;
    boolean smallerLeft = c.cache().geometry().ooOrder() > c.cache().geometry().minOrder();
    if ((flags & Gfp.DIRECT_RECLAIM) != 0 && smallerLeft) {
      flags = (flags | Gfp.NOMEMALLOC) & ~Gfp.RECLAIM;
    }
    return flags;
  }

  private long refused(Refused answer) {
    c.count(answer.counts());
    return switch (step) {
      case NODE_PARTIAL -> afterNodePartial();
      case REMOTE_PARTIAL -> nextRemotePartial();
      default -> nextNewSlab();
    };
  }

  /// One object of a cache with debug flags.
  private long handed(Handed answer) {
    c.count(answer.counts());
    served();
    return answer.object();
  }

  private void served() {
    if (step == Step.NEW_SLAB) {
      cpu.countPages(walk.allowed(), gfpOfPages(), walk.node());
      if (byPolicy && policy.interleaves() && walk.node().value() == chosen) {
        cpu.numaEvents().interleaved(chosen);
      }
      if (minimumOrder) {
        c.count(Stat.ORDER_FALLBACK);
        path = AllocPath.ORDER_FALLBACK;
      }
    }
    step = Step.IDLE;
  }

  private long granted(Granted answer) {
    c.count(answer.counts());
    served();
    SlabGrant[] slabs = answer.slabs();
    if (c.slab() != null) { // another task's allocation got one meanwhile
      cpu.makeRoom(c, slabs);
    }
    for (int i = 1; i < slabs.length; i++) {
      c.partial.push(slabs[i]);
    }
    c.install(slabs[0], cpu.nodeOfSlab(slabs[0]));
    c.loadList(slabs[0]);
    return c.takeLoaded();
  }
}
