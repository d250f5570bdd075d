package org.numaslab.cpu.client;

import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.cache.Operation;
import org.numaslab.cpu.cache.Shortage;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.topology.NodeId;
import org.numaslab.node.topology.Topology;

/// What a task does when the page allocator has nothing for it.
///
/// | request | reclaims | then |
/// |---|---|---|
/// | without DIRECT_RECLAIM (ATOMIC, NOWAIT), by a task that reclaims already, made to fail | never | NULL |
/// | order above 3 with NORETRY | never | NULL |
/// | NORETRY | once | NULL |
/// | order above 3 without RETRY_MAYFAIL | once | NULL |
/// | any other | until 17 times without progress: above order 3 in all, else in a row | NULL |
/// | NOFAIL that would get NULL | | gives others a turn and begins again, for ever |
///
/// Each time shrinkers are asked with priorities from 12 to 0, until nodes got 32 pages of slabs
/// back; getting any is progress. The task itself may use all reserves meanwhile, and does not
/// reclaim for what it allocates then (PF_MEMALLOC).
///
/// Departures: there are no other reclaimable pages than what shrinkers free, no compaction and no
/// OOM killer: a request that the kernel would kill a process for, or (NOFS, NOIO) repeat for ever,
/// gets what the killed process gets: NULL. The kernel stops sooner where even all reclaimable
/// pages would not do. A first try for a slab of its best order does not reclaim although the
/// kernel's does when there is no smaller order. kswapd frees nothing.
///
/// Owner: its task. Models `__alloc_pages_slowpath`, `should_reclaim_retry` of mm/page_alloc.c and
/// `do_try_to_free_pages` of mm/vmscan.c, v6.1.
final class Reclaim {
  static final int MAX_RECLAIM_RETRIES = 16;

  /// PAGE_ALLOC_COSTLY_ORDER.
  static final int COSTLY_ORDER = 3;

  static final int DEF_PRIORITY = 12;

  /// Pages that are enough (`SWAP_CLUSTER_MAX`).
  static final int ENOUGH_PAGES = 32;

  private final Task current;
  private boolean isReclaiming;

  Reclaim(Task current) {
    this.current = current;
  }

  /// Whether the task reclaims (PF_MEMALLOC).
  boolean isReclaiming() {
    return isReclaiming;
  }

  /// Goes on with an allocation that came to [Cpu#RECLAIM].
  ///
  /// @return what it comes to in the end
  long allocate(Cpu cpu) {
    Operation aside = cpu.setAside();
    Shortage shortage = aside.shortage();
    int noProgress = 0;
    while (true) {
      boolean progress = false;
      boolean again = mustNotFail(shortage);
      if (mayReclaim(shortage)) {
        progress = reclaim(shortage);
        noProgress = progress && shortage.order() <= COSTLY_ORDER ? 0 : noProgress + 1;
        again |= retries(shortage) && noProgress <= MAX_RECLAIM_RETRIES;
      }
      if (!again && !progress) {
        return giveUp(aside, shortage);
      }
      if (again) {
        current.yieldIfPreemptible();
      }
      Cpu on = current.enter();
      long value = current.await(on, on.retry(aside));
      if (value != Cpu.RECLAIM) {
        return value;
      }
      aside = on.setAside();
      Shortage before = shortage;
      shortage = aside.shortage();
      if (shortage.attempt() != before.attempt()) {
        noProgress = 0;
      } else if (!again) {
        return giveUp(aside, shortage);
      }
    }
  }

  private long giveUp(Operation aside, Shortage shortage) {
    current.kthreads().oomReports().report(current, shortage);
    Cpu cpu = current.enter();
    return current.await(cpu, cpu.giveUp(aside));
  }

  private boolean mayReclaim(Shortage shortage) {
    return has(shortage, Gfp.DIRECT_RECLAIM)
        && !isReclaiming
        && !shortage.isInjected()
        && !(shortage.order() > COSTLY_ORDER && has(shortage, Gfp.NORETRY));
  }

  private static boolean retries(Shortage shortage) {
    return !has(shortage, Gfp.NORETRY)
        && (shortage.order() <= COSTLY_ORDER || has(shortage, Gfp.RETRY_MAYFAIL));
  }

  private static boolean mustNotFail(Shortage shortage) {
    return has(shortage, Gfp.NOFAIL) && has(shortage, Gfp.DIRECT_RECLAIM) && !shortage.isInjected();
  }

  private static boolean has(Shortage shortage, int flag) {
    return (shortage.pageGfp() & flag) != 0;
  }

  /// Direct reclaim.
  ///
  /// @return whether it got pages back
  private boolean reclaim(Shortage shortage) {
    Cpu cpu = settled();
    long before = cpu.pagesReclaimed();
    isReclaiming = true;
    try {
      long pages = 0;
      for (int priority = DEF_PRIORITY; priority >= 0 && pages < ENOUGH_PAGES; priority--) {
        for (NodeId node : shortage.nodes()) {
          current.kthreads().shrinkers().shrink(current, shortage.pageGfp(), node, priority);
        }
        pages = settled().pagesReclaimed() - before;
      }
      return pages > 0;
    } catch (RuntimeException | Error thrown) { // by a shrinker: nobody goes on with the allocation
      cpu.unpin();
      throw thrown;
    } finally {
      isReclaiming = false;
    }
  }

  /// The cpu, once the nodes have answered all that it freed: the nearest is asked for anything,
  /// and the answers to the frees come meanwhile.
  private Cpu settled() {
    Cpu cpu = current.enter();
    cpu.endTurn();
    Topology topology = current.host().topology();
    NodeId node = topology.memoryNodeOf(cpu.id());
    long memory = topology.memoryOf(node).getFirst().start() << Memory.PAGE_SHIFT;
    while (!cpu.isQuiet()) {
      current.await(cpu, cpu.ask(node, r -> new NodeProtocol.Find(cpu.caller(), r, memory)));
    }
    return cpu;
  }
}
