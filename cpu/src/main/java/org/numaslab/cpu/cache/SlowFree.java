package org.numaslab.cpu.cache;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.numaslab.node.cache.Stat;
import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.memory.ObjectAddress;
import org.numaslab.node.memory.SlabWord;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeProtocol.FreedRun;
import org.numaslab.node.protocol.SlabGrant;
import org.numaslab.node.protocol.SlabRef;
import org.numaslab.node.slab.EmulatedOops;
import org.numaslab.node.topology.FrameRange;
import org.numaslab.node.topology.Topology;

/// What a cpu gives back: objects of slabs that are not its current one, and slabs.
///
/// | object's slab | what happens |
/// |---|---|
/// | another node's | into that node's batch of remote frees |
/// | own, frozen or partial and stays partial | pushed by compare-and-exchange |
/// | own, full | frozen and put on the cpu's partial list, whose overflow goes to the nodes |
/// | own, partial and now empty; or of a cache with debug flags | the node does it |
///
/// Owner: the cpu. Models `__slab_free`, `put_cpu_partial`, `deactivate_slab` and
/// `unfreeze_partials` of mm/slub.c, v6.1, as far as they take no list lock.
final class SlowFree {
  private static final int[] NO_INDEXES = {};

  /// How far `kmem_cache_free_bulk` looks for more objects of the same slab.
  private static final int BULK_LOOKAHEAD = 3;

  /// In place of a slab's node: its message is sent.
  private static final int SENT = -2;

  private final Cpu cpu;
  private final int node;
  private final Topology topology;
  private final FrameTable frames;
  private final RemoteFrees remoteFrees;
  private final Undone undone;

  /// The largest range of the own node's memory: most frees need no more to know that they are at
  /// home. Nothing where the node has no memory.
  private final long ownStart;

  private final long ownFrames;

  SlowFree(Cpu cpu, Topology topology, Memory memory, RemoteFrees remoteFrees, Undone undone) {
    this.cpu = cpu;
    this.node = cpu.node().value();
    this.topology = topology;
    this.frames = memory.frames();
    this.remoteFrees = remoteFrees;
    this.undone = undone;
    FrameRange largest =
        topology.memoryOf(cpu.node()).stream()
            .max(Comparator.comparingLong(FrameRange::count))
            .orElse(null);
    this.ownStart = largest == null ? 0 : largest.start();
    this.ownFrames = largest == null ? 0 : largest.count();
  }

  /// The node in whose memory an object lies.
  private int homeOf(long object) {
    long frame = object >>> Memory.PAGE_SHIFT;
    if (Long.compareUnsigned(frame - ownStart, ownFrames) < 0) {
      return node;
    }
    int home = topology.nodeIndexOfFrame(frame);
    if (home < 0) {
      throw new EmulatedOops(
          "page fault: free of " + ObjectAddress.print(object) + ", which is no node's memory");
    }
    return home;
  }

  /// What this cpu knows of an object's slab: equal for objects of one slab. Another node's slab
  /// that is not the current one is taken for the block of the cache's order.
  private long slabKey(KmemCacheCpu c, long object) {
    long frame = object >>> Memory.PAGE_SHIFT;
    SlabGrant current = c.slab();
    int home = topology.nodeIndexOfFrame(frame);
    if (home == node) {
      return frames.head(frame);
    }
    if (current != null
        && frame - current.slab().frame() >= 0
        && frame - current.slab().frame() < 1L << current.order()) {
      return current.slab().frame();
    }
    // With its node: two nodes may meet within such a block, where slabs are smaller.
    return ~((frame >>> c.cache.geometry().ooOrder()) * topology.nodeCount() + home);
  }

  /// Takes the objects of the last one's slab out of the first `size` of an array
  /// (`build_detached_freelist`).
  ///
  /// @param run receives them, in the order in which the slab's list shall have them
  /// @return how many are left, at the array's begin
  int detachRun(KmemCacheCpu c, long[] freed, int size, long[] run) {
    int length = 0;
    int same = size - 1;
    run[length++] = freed[same];
    long slab = slabKey(c, freed[same]);
    int lookahead = BULK_LOOKAHEAD;
    for (int at = same; at > 0; ) {
      long object = freed[--at];
      if (slabKey(c, object) == slab) {
        run[length++] = object;
        same--;
        if (at != same) {
          freed[at] = freed[same];
          freed[same] = object;
        }
      } else if (--lookahead == 0) {
        break;
      }
    }
    return same;
  }

  /// Frees an object of a slab that is not the current one. Allocates nothing where the cpu does it
  /// itself.
  void free(KmemCacheCpu c, long object) {
    long frame = object >>> Memory.PAGE_SHIFT;
    int home = homeOf(object);
    if (home != node) {
      remoteFrees.add(home, c.cache.id(), object, cpu.call());
    } else if (!mayTouch(c, frame) || !pushed(c, frames.head(frame), object, object, 1)) {
      freeAtNode(new FreedRun(c.cache.id(), new long[] {object}, cpu.call(), true));
    }
  }

  /// @param run objects of one slab that is not the current one, in the order in which its list
  ///   shall have them
  void free(KmemCacheCpu c, long[] run) {
    long frame = run[0] >>> Memory.PAGE_SHIFT;
    int home = homeOf(run[0]);
    if (home == node && mayTouch(c, frame)) {
      for (int i = 0; i < run.length - 1; i++) {
        c.objects.setNext(run[i], run[i + 1]);
      }
      if (pushed(c, frames.head(frame), run[0], run[run.length - 1], run.length)) {
        return;
      }
    }
    FreedRun together = new FreedRun(c.cache.id(), run, cpu.call(), false);
    if (home == node) {
      freeAtNode(together);
    } else {
      remoteFrees.add(home, together);
    }
  }

  /// Whether a frame of the own node is of a slab of the cache, and the cpu need not leave it to
  /// the node.
  private boolean mayTouch(KmemCacheCpu c, long frame) {
    return !c.isDebug && frames.isSlabOf(frame, c.number);
  }

  /// Puts `count` objects that are linked from `first` to `last` on their slab's own list.
  ///
  /// @return false when the slab would go on a node's list or off it, which is the node's to do
  private boolean pushed(KmemCacheCpu c, long slab, long first, long last, int count) {
    while (true) {
      long word = frames.word(slab);
      boolean frozen = SlabWord.frozen(word);
      boolean full = !SlabWord.hasFree(word);
      int inUse = SlabWord.inUse(word) - count;
      boolean freeze = !frozen && full;
      if (!frozen && !freeze && inUse == 0) {
        return false;
      }
      c.objects.setNext(last, c.objects.firstFree(slab, word));
      long freed = SlabWord.with(word, c.objects.indexOf(slab, first), inUse, frozen || freeze);
      if (frames.exchangeWord(slab, word, freed)) {
        c.count(Stat.FREE_SLOWPATH);
        if (frozen) {
          c.count(Stat.FREE_FROZEN);
        } else if (freeze) {
          putPartial(c, grantOfOwn(slab, freed));
        }
        return true;
      }
      c.count(Stat.CMPXCHG_DOUBLE_FAIL);
    }
  }

  private void freeAtNode(FreedRun run) {
    FreedRun[] runs = {run};
    cpu.send(node, r -> new NodeProtocol.Free(cpu.caller(), r, runs));
  }

  private SlabGrant grantOfOwn(long slab, long word) {
    return new SlabGrant(
        new SlabRef(slab, SlabWord.generation(word), SlabRef.OWN),
        frames.order(slab),
        SlabWord.objects(word),
        0,
        NO_INDEXES);
  }

  /// Puts a slab into which this cpu freed on its partial list. A list that is long enough goes to
  /// the nodes first, whole.
  void putPartial(KmemCacheCpu c, SlabGrant slab) {
    SlabGrant[] drained = {};
    if (c.partial.size() > 0 && c.partial.size() >= c.cache.cpuPartialSlabs()) {
      drained = c.partial.drain();
      c.count(Stat.CPU_PARTIAL_DRAIN);
    }
    c.partial.push(slab);
    c.count(Stat.CPU_PARTIAL_FREE);
    unfreeze(c, drained);
  }

  /// Gives slabs back to their nodes, one message each while they are few, in the order of each
  /// node's first slab.
  void unfreeze(KmemCacheCpu c, SlabGrant[] slabs) {
    undone.takes(c, slabs);
    int[] homes = new int[slabs.length];
    for (int i = 0; i < slabs.length; i++) {
      homes[i] = cpu.nodeOfSlab(slabs[i]);
    }
    for (int from = 0; from < slabs.length; from++) {
      int home = homes[from];
      if (home == SENT) {
        continue;
      }
      List<SlabRef> here = new ArrayList<>(Math.min(slabs.length, NodeProtocol.SLABS_MAX));
      for (int i = from; i < slabs.length && here.size() < NodeProtocol.SLABS_MAX; i++) {
        if (homes[i] == home) {
          here.add(slabs[i].slab());
          homes[i] = SENT;
        }
      }
      here.forEach(undone::lets);
      SlabRef[] refs = here.toArray(SlabRef[]::new);
      cpu.send(home, r -> new NodeProtocol.Unfreeze(cpu.caller(), r, c.cache.id(), refs));
    }
  }

  /// Gives the current slab back with what is left of its list.
  void deactivate(KmemCacheCpu c) {
    SlabGrant slab = c.slab();
    if (slab == null) {
      return;
    }
    int home = c.slabNode();
    long list = c.firstFree();
    int[] indexes = c.lent.unload();
    c.uninstall();
    if (!slab.slab().isLoan() && list == 0 && unfreezeFull(c, slab.slab().frame())) {
      c.count(Stat.DEACTIVATE_FULL);
      return;
    }
    cpu.send(
        home,
        r ->
            new NodeProtocol.Deactivate(cpu.caller(), r, c.cache.id(), slab.slab(), list, indexes));
  }

  /// Unfreezes an own slab that has nothing free, which takes no list.
  private boolean unfreezeFull(KmemCacheCpu c, long slab) {
    long word = frames.word(slab);
    if (SlabWord.hasFree(word)) {
      return false;
    }
    long full = SlabWord.with(word, SlabWord.NO_OBJECT, SlabWord.inUse(word), false);
    if (frames.exchangeWord(slab, word, full)) {
      return true;
    }
    // Somebody freed into it: now it goes on a list, which is the node's to do.
    c.count(Stat.CMPXCHG_DOUBLE_FAIL);
    return false;
  }
}
