package org.numaslab.node.cache;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.numaslab.node.buddy.Watermark;
import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.memory.FrameTable.Kind;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.memory.SlabWord;
import org.numaslab.node.slab.KernelMessages;
import org.numaslab.node.slab.SlabObjects;
import org.numaslab.node.slab.SlabReport;
import org.numaslab.node.topology.NodeId;

/// One node's half of a cache: its partial list, its count of slabs, and what the kernel does under
/// `list_lock`.
///
/// | slab | on list | frozen by | may take objects | leaves when |
/// |---|---|---|---|---|
/// | PARTIAL | partial | nobody | the node | a cpu asks -> FROZEN; its last object is freed and the list is long enough -> given back |
/// | FROZEN | none | one cpu | that cpu | exhausted -> FULL; deactivated or drained -> PARTIAL, FULL, given back |
/// | FULL | none | nobody | nobody | first free -> FROZEN for the freeing cpu; without cpu partial lists -> PARTIAL |
///
/// Owner: the node. Its CPUs push into slabs at the same time, so each change of a word is an
/// exchange that may have to be repeated. Models `struct kmem_cache_node`, `get_partial_node`,
/// `allocate_slab`, `deactivate_slab`, `__unfreeze_partials`, `__slab_free` and
/// `__kmem_cache_do_shrink` of mm/slub.c, v6.1.
public final class KmemCacheNode {
  /// Slabs with more free objects than this stay where they are when a cache is shrunk.
  static final int SHRINK_PROMOTE_MAX = 32;

  /// What became of a run of freed objects.
  public enum Freed {
    /// Nothing changes hands.
    STAYS,
    /// The slab was full; it is now frozen for the freeing cpu's partial list.
    FROZEN_FOR_FREER
  }

  private static final long[] NO_SLABS = {};

  private final NodeId node;
  private final Memory memory;
  private final FrameTable frames;
  private final SlabObjects objects;
  private final Nature nature;
  private final PartialCounts counts;
  private final SlabList partial;
  private final SlabReport report;
  private final @Nullable DebugSlabs debug;
  private KmemCache cache;
  private int slabs;
  private long totalObjects;
  private long pages;
  private long constructorCalls;
  private final RcuPages rcu;

  public KmemCacheNode(
      NodeId node,
      Memory memory,
      KmemCache cache,
      Nature nature,
      PartialCounts counts,
      KernelMessages messages) {
    this.node = node;
    this.memory = memory;
    this.frames = memory.frames();
    this.cache = cache;
    this.objects = cache.objectsIn(memory);
    this.nature = nature;
    this.counts = counts;
    this.partial = new SlabList(frames);
    this.rcu = new RcuPages();
    this.report =
        new SlabReport(cache.name(), node.value(), memory, cache.geometry(), objects, messages);
    this.debug = cache.isDebug() ? new DebugSlabs(this, memory, report, messages) : null;
  }

  /// How it works where the cache has debug flags; null where it has none.
  public @Nullable DebugSlabs debug() {
    return debug;
  }

  /// Writes to the kernel's log about the slabs of this cache on this node.
  public SlabReport report() {
    return report;
  }

  public KmemCache cache() {
    return cache;
  }

  /// Takes over a description whose writable attributes changed.
  public void describe(KmemCache changed) {
    this.cache = changed;
  }

  public SlabObjects objects() {
    return objects;
  }

  // ---- allocation

  /// Takes slabs off the partial list for a cpu: the first with its whole list, to be its current
  /// slab, then as many as its partial list may get.
  ///
  /// @param firstList receives the head of the first slab's list in its element 0
  /// @param most slabs that it may get
  /// @return the slabs, frozen; empty when the list is empty or the first exchange was lost
  public long[] takePartial(long[] firstList, int most, Tally tally) {
    int wanted = Math.min(most, 2 + cache.cpuPartialSlabs() / 2);
    long[] taken = new long[Math.min(partial.size(), wanted)];
    int count = 0;
    int extras = 0;
    for (long slab = partial.head(); slab != 0; ) {
      long after = partial.after(slab);
      boolean first = count == 0;
      long word = frames.word(slab);
      long frozen =
          first
              ? SlabWord.with(word, SlabWord.NO_OBJECT, SlabWord.objects(word), true)
              : SlabWord.with(word, SlabWord.firstFree(word), SlabWord.inUse(word), true);
      if (!frames.exchangeWord(slab, word, frozen)) {
        tally.add(Stat.CMPXCHG_DOUBLE_FAIL);
        break;
      }
      removePartial(slab);
      taken[count++] = slab;
      if (first) {
        firstList[0] = objects.firstFree(slab, word);
        tally.add(Stat.ALLOC_FROM_PARTIAL);
      } else {
        tally.add(Stat.CPU_PARTIAL_NODE);
        extras++;
      }
      if (!cache.hasCpuPartial() || extras > cache.cpuPartialSlabs() / 2 || count == most) {
        break;
      }
      slab = after;
    }
    return count == taken.length ? taken : Arrays.copyOf(taken, count);
  }

  /// Makes a slab of new pages, frozen for a cpu that gets all its objects. The constructor runs on
  /// each, in list order.
  ///
  /// @param list receives the head of the list in its element 0
  /// @return the slab, or [Nature#REFUSED]
  public long newSlab(int order, int gfp, Watermark mark, long[] list) {
    long slab = nature.page(cache.id(), node, order, gfp, mark);
    if (slab == Nature.REFUSED) {
      return Nature.REFUSED;
    }
    memory.touch(slab, order);
    pages += 1L << order;
    if (cache.initOnAlloc()) {
      // The page allocator's part of init_on_alloc: also what lies between objects reads as zero.
      memory.fill(slab << Memory.PAGE_SHIFT, (long) Memory.PAGE_BYTES << order, (byte) 0);
    }
    int count = (int) (((long) Memory.PAGE_BYTES << order) / cache.geometry().size());
    int generation = SlabWord.generation(frames.word(slab)) + 1;
    frames.markBlock(slab, order, Kind.SLAB, cache.id().value());
    frames.setWord(slab, SlabWord.of(generation, SlabWord.NO_OBJECT, count, count, true));
    slabs++;
    totalObjects += count;
    if (debug != null) {
      debug.checks().prepareSlab(slab, order);
    }
    list[0] = linkAll(slab, count);
    return slab;
  }

  private long linkAll(long slab, int count) {
    int[] sequence = cache.randomSequence();
    boolean shuffled = count >= 2 && sequence.length > 0;
    int position = shuffled ? positionOf(sequence, nature.firstIndex(cache, count)) : 0;
    long head = 0;
    long last = 0;
    for (int i = 0; i < count; i++) {
      int index = i;
      if (shuffled) {
        while (sequence[position] >= count) {
          position = (position + 1) % sequence.length;
        }
        index = sequence[position];
        position = (position + 1) % sequence.length;
      }
      long object = objects.objectAt(slab, index);
      construct(object);
      if (last == 0) {
        head = object;
      } else {
        objects.setNext(last, object);
      }
      last = object;
    }
    objects.setNext(last, 0);
    return head;
  }

  private void construct(long object) {
    if (debug != null) {
      debug.checks().prepareObject(object);
    }
    if (cache.constructor() != null) {
      cache.constructor().construct(memory, object);
      constructorCalls++;
    }
  }

  private static int positionOf(int[] sequence, int index) {
    for (int i = 0; i < sequence.length; i++) {
      if (sequence[i] == index) {
        return i;
      }
    }
    throw new IllegalStateException(
        "first index " + index + " is not in the random sequence of " + sequence.length);
  }

  // ---- a cpu gives slabs back

  /// Takes back a cpu's current slab with what is left of its list: to the head of the partial
  /// list, to its tail if others freed into it, or to the page allocator.
  public void deactivate(long slab, long list, Tally tally) {
    int left = objects.length(slab, list);
    long last = left == 0 ? 0 : objects.last(list);
    boolean remoteFrees = SlabWord.hasFree(frames.word(slab));
    if (remoteFrees) {
      tally.add(Stat.DEACTIVATE_REMOTE_FREES);
    }
    long word;
    int inUse;
    while (true) {
      word = frames.word(slab);
      assert SlabWord.frozen(word) : SlabWord.toString(word);
      inUse = SlabWord.inUse(word) - left;
      int first = SlabWord.firstFree(word);
      if (left > 0) {
        objects.setNext(last, objects.firstFree(slab, word));
        first = objects.headIndex(slab, list);
      }
      if (frames.exchangeWord(slab, word, SlabWord.with(word, first, inUse, false))) {
        break;
      }
      tally.add(Stat.CMPXCHG_DOUBLE_FAIL);
    }
    if (inUse == 0 && partial.size() >= cache.minPartial()) {
      tally.add(Stat.DEACTIVATE_EMPTY);
      discard(slab, tally);
    } else if (left > 0 || SlabWord.hasFree(word)) {
      addPartial(slab, remoteFrees);
      tally.add(remoteFrees ? Stat.DEACTIVATE_TO_TAIL : Stat.DEACTIVATE_TO_HEAD);
    } else {
      tally.add(Stat.DEACTIVATE_FULL);
    }
  }

  /// Takes back slabs of a cpu's partial list: to the tail of the partial list, or to the page
  /// allocator when empty and the list is long enough.
  public void unfreeze(long[] drained, Tally tally) {
    long[] empty = new long[drained.length];
    int empties = 0;
    for (long slab : drained) {
      long word;
      while (true) {
        word = frames.word(slab);
        assert SlabWord.frozen(word) : SlabWord.toString(word);
        long unfrozen = SlabWord.with(word, SlabWord.firstFree(word), SlabWord.inUse(word), false);
        if (frames.exchangeWord(slab, word, unfrozen)) {
          break;
        }
        tally.add(Stat.CMPXCHG_DOUBLE_FAIL);
      }
      if (SlabWord.inUse(word) == 0 && partial.size() >= cache.minPartial()) {
        empty[empties++] = slab;
      } else {
        addPartial(slab, true);
        tally.add(Stat.FREE_ADD_PARTIAL);
      }
    }
    while (empties > 0) {
      tally.add(Stat.DEACTIVATE_EMPTY);
      discard(empty[--empties], tally);
    }
  }

  // ---- free

  /// Frees objects of one slab for a cpu: one of another node, or one of this node that would leave
  /// an unfrozen slab empty.
  ///
  /// @param run the objects, in the order in which the list shall have them
  /// @param calls in how many calls they were freed: several only where the cache has cpu partial
  ///   lists, so that a full slab is frozen by the first
  public Freed free(long slab, long[] run, int calls, Tally tally) {
    int head = objects.headIndex(slab, run[0]);
    while (true) {
      long word = frames.word(slab);
      boolean frozen = SlabWord.frozen(word);
      boolean full = !SlabWord.hasFree(word);
      int inUse = SlabWord.inUse(word) - run.length;
      boolean freeze = !frozen && full && cache.hasCpuPartial();
      objects.linkBefore(objects.firstFree(slab, word), run);
      if (!frames.exchangeWord(slab, word, SlabWord.with(word, head, inUse, frozen || freeze))) {
        tally.add(Stat.CMPXCHG_DOUBLE_FAIL);
        continue;
      }
      if (freeze) {
        if (calls > 1) {
          tally.add(Stat.FREE_FROZEN, calls - 1);
        }
        return Freed.FROZEN_FOR_FREER;
      }
      if (frozen) {
        tally.add(Stat.FREE_FROZEN, calls);
      } else if (inUse == 0 && partial.size() >= cache.minPartial()) {
        if (!full) {
          removePartial(slab);
          tally.add(Stat.FREE_REMOVE_PARTIAL);
        }
        discard(slab, tally);
      } else if (full) {
        addPartial(slab, true);
        tally.add(Stat.FREE_ADD_PARTIAL);
      }
      return Freed.STAYS;
    }
  }

  void discard(long slab, Tally tally) {
    release(slab);
    tally.add(Stat.FREE_SLAB);
  }

  private void release(long slab) {
    int order = frames.order(slab);
    if (debug != null) {
      debug.checks().discarded(slab);
    }
    slabs--;
    totalObjects -= SlabWord.objects(frames.word(slab));
    if (cache.isTypesafeByRcu()) {
      frames.markBlock(slab, order, Kind.RCU, cache.id().value());
      rcu.defer(slab, order);
    } else {
      giveBack(slab, order);
    }
  }

  // ---- shrink and destroy; the CPUs were flushed before

  /// Gives empty slabs back and sorts the others, fullest first.
  ///
  /// @return whether any slab is left
  public boolean shrink() {
    List<Counted> empty = new ArrayList<>();
    List<Counted> promoted = new ArrayList<>();
    List<Counted> staying = new ArrayList<>();
    for (long slab : partial.toArray()) {
      long word = frames.word(slab);
      int inUse = SlabWord.inUse(word);
      Counted counted = new Counted(slab, SlabWord.objects(word) - inUse);
      (inUse == 0 ? empty : counted.free <= SHRINK_PROMOTE_MAX ? promoted : staying).add(counted);
    }
    // Each is moved to the head of its bucket: of equally full slabs the last one comes first.
    Collections.reverse(promoted);
    promoted.sort(Comparator.comparingInt(Counted::free));
    partial.arrange(
        Stream.concat(promoted.stream(), staying.stream()).mapToLong(Counted::slab).toArray());
    publish();
    Collections.reverse(empty);
    empty.forEach(counted -> release(counted.slab));
    return slabs > 0;
  }

  private record Counted(long slab, int free) {}

  /// Gives all empty slabs back. What is left has live objects: the kernel reports it and keeps the
  /// memory.
  ///
  /// @return the slabs on the partial list that stay, first to last
  public long[] shutdown() {
    for (long slab : partial.toArray()) {
      if (SlabWord.inUse(frames.word(slab)) == 0) {
        removePartial(slab);
        release(slab);
      }
    }
    return partial.toArray();
  }

  /// A grace period begins.
  public void beginGracePeriod() {
    rcu.begin();
  }

  /// It has ended: gives back the pages of slabs that were discarded before it began.
  public void endGracePeriod() {
    rcu.release(this::giveBack);
  }

  private void giveBack(long slab, int order) {
    pages -= 1L << order;
    memory.takeBack(order);
    nature.giveBack(cache.id(), slab, order);
  }

  /// Pages of its slabs, and of those that wait for the end of a grace period.
  public long pages() {
    return pages;
  }

  /// Slabs whose pages wait for the end of a grace period.
  public int waitingForGracePeriod() {
    return rcu.size();
  }

  /// The same in pages.
  public long pagesWaitingForGracePeriod() {
    return rcu.pages();
  }

  // ---- state

  void addPartial(long slab, boolean tail) {
    if (tail) {
      partial.addTail(slab);
    } else {
      partial.addHead(slab);
    }
    publish();
  }

  void removePartial(long slab) {
    partial.remove(slab);
    publish();
  }

  private void publish() {
    counts.set(cache.id(), node.value(), partial.size());
  }

  public int nrPartial() {
    return partial.size();
  }

  public int nrSlabs() {
    return slabs;
  }

  public long totalObjects() {
    return totalObjects;
  }

  public long constructorCalls() {
    return constructorCalls;
  }

  /// The partial list, first to last.
  public long[] partialSlabs() {
    return partial.toArray();
  }

  /// Objects in use of the slabs on the partial list: all that are not on a slab's own list.
  public long partialInUse() {
    long inUse = 0;
    for (long slab : partial.toArray()) {
      inUse += SlabWord.inUse(frames.word(slab));
    }
    return inUse;
  }

  /// Objects of the slabs on the partial list.
  public long partialObjects() {
    long all = 0;
    for (long slab : partial.toArray()) {
      all += SlabWord.objects(frames.word(slab));
    }
    return all;
  }

  /// The full list, first to last; only caches with STORE_USER have one.
  public long[] fullSlabs() {
    return debug == null ? NO_SLABS : debug.fullSlabs();
  }

  /// Puts the slabs of the partial list in the given order: where several orders are right, a
  /// recording says which one the kernel took.
  public void arrangePartial(long[] slabsInOrder) {
    partial.arrange(slabsInOrder);
  }
}
