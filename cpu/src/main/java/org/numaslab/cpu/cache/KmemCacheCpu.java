package org.numaslab.cpu.cache;

import org.jspecify.annotations.Nullable;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.Stat;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.memory.ObjectAddress;
import org.numaslab.node.protocol.SlabGrant;
import org.numaslab.node.protocol.SlabRef;
import org.numaslab.node.slab.SlabObjects;
import org.numaslab.node.topology.NodeId;

/// One cpu's half of a cache: its current slab and the list of that slab's free objects.
///
/// ```text
/// freelist -> object -> object -> 0      in the current slab, when that is of the cpu's own node
/// lent        3, 17, 5                   the same as indexes, when it is on loan; freelist is 0 then
/// partial  -> slab -> slab               frozen for this cpu; their free objects are still on the slabs' own lists
/// ```
///
/// Owner: the cpu; nobody else touches an instance. `alloc` and `free` allocate nothing, send
/// nothing and do not wait. Models `struct kmem_cache_cpu` of mm/slub.c, v6.1.
public final class KmemCacheCpu {
  final SlabObjects objects;
  final CpuPartial partial = new CpuPartial();
  final LentSlab lent = new LentSlab();
  private final long[] stat = new long[Stat.COUNT];
  private final long tidStart;
  private final long tidStep;

  /// Whether the node does everything: a cache never changes that.
  final boolean isDebug;

  /// The cache's number, where a free finds it without following the description.
  final int number;

  KmemCache cache;
  private boolean gone;

  /// The kernel's pointer to the first free object, 0 when there is none.
  private long freelist;

  /// Where the current slab begins and how long it is; length 0 when there is none.
  private long slabStart;

  private long slabBytes;
  private int slabNode = NodeId.NONE;
  private boolean lentSlab;
  private @Nullable SlabGrant slab;

  /// The two counters of the fast path, and what else the transaction id counts: fields, since an
  /// array costs a check at each step.
  private long allocFastpath;

  private long freeFastpath;
  private long otherTransactions;

  KmemCacheCpu(KmemCache cache, SlabObjects objects, int cpu, int cpus) {
    this.cache = cache;
    this.objects = objects;
    this.isDebug = cache.isDebug();
    this.number = cache.id().value();
    this.tidStart = cpu;
    this.tidStep = Long.highestOneBit(Math.max(1, 2 * cpus - 1));
  }

  /// Takes the first free object of the current slab.
  ///
  /// @param node the node asked for, [NodeId#NONE] for any
  /// @return its physical address; 0 when there is none, or the slab is of another node
  public long alloc(int node) {
    long first = freelist;
    if (first == 0 || (node != NodeId.NONE && node != slabNode)) {
      return 0;
    }
    long object = first - ObjectAddress.DIRECT_MAP;
    freelist = objects.nextPointer(object);
    allocFastpath++;
    return object;
  }

  /// The same when the current slab is lent.
  long allocLent(int node) {
    if (lent.isEmpty() || (node != NodeId.NONE && node != slabNode)) {
      return 0;
    }
    allocFastpath++;
    return objects.objectAt(slabStart >>> Memory.PAGE_SHIFT, lent.pop());
  }

  /// Whether the free list would serve this allocation.
  boolean hasObjectFor(int node) {
    return hasLoaded() && (node == NodeId.NONE || node == slabNode);
  }

  /// Whether an object lies in the current slab.
  boolean isCurrent(long object) {
    return Long.compareUnsigned(object - slabStart, slabBytes) < 0;
  }

  /// Puts an object of the current slab on its list.
  ///
  /// @return false when it is not of the current slab
  public boolean free(long object) {
    if (Long.compareUnsigned(object - slabStart, slabBytes) >= 0) {
      return false;
    }
    push(object);
    freeFastpath++;
    return true;
  }

  private void push(long object) {
    if (lentSlab) {
      lent.push(objects.indexOf(slabStart >>> Memory.PAGE_SHIFT, object));
    } else {
      objects.setNextPointer(object, freelist);
      freelist = object + ObjectAddress.DIRECT_MAP;
    }
  }

  /// Puts the objects of a bulk free on the list, the last one first on it. Counts as one free.
  boolean freeRun(long[] run, int length) {
    if (!isCurrent(run[0])) {
      return false;
    }
    for (int i = length - 1; i >= 0; i--) {
      push(run[i]);
    }
    freeFastpath++;
    return true;
  }

  /// Makes a slab current. Its list is loaded by the caller.
  void install(SlabGrant granted, int node) {
    slab = granted;
    lentSlab = granted.slab().isLoan();
    slabStart = granted.slab().frame() << Memory.PAGE_SHIFT;
    slabBytes = (long) Memory.PAGE_BYTES << granted.order();
    slabNode = node;
  }

  /// Loads the list that came with the current slab.
  void loadList(SlabGrant granted) {
    if (granted.slab().isLoan()) {
      lent.load(granted.indexes());
    } else {
      load(granted.list());
    }
  }

  /// Loads a list of the current slab, which is of the own node.
  void load(long first) {
    freelist = SlabObjects.pointer(first);
  }

  /// The first free object, 0 when there is none.
  long firstFree() {
    return SlabObjects.physical(freelist);
  }

  /// Takes the first object off a list that was just loaded.
  long takeLoaded() {
    otherTransactions++;
    if (lentSlab) {
      return objects.objectAt(slabStart >>> Memory.PAGE_SHIFT, lent.pop());
    }
    long object = firstFree();
    freelist = objects.nextPointer(object);
    return object;
  }

  boolean hasLoaded() {
    return freelist != 0 || !lent.isEmpty();
  }

  /// Lets go of the current slab; its list was taken before.
  void uninstall() {
    slab = null;
    lentSlab = false;
    slabStart = 0;
    slabBytes = 0;
    slabNode = NodeId.NONE;
    freelist = 0;
    otherTransactions++;
  }

  @Nullable SlabGrant slab() {
    return slab;
  }

  int slabNode() {
    return slabNode;
  }

  /// For all events but those of the fast path.
  void count(Stat event) {
    stat[event.ordinal()]++;
  }

  /// Adds what a node did for this cpu.
  void count(int[] pairs) {
    for (int i = 0; i < pairs.length; i += 2) {
      stat[pairs[i]] += pairs[i + 1];
    }
  }

  /// The cache was destroyed.
  public void forget() {
    gone = true;
  }

  /// Whether the cache was destroyed: nobody may use it any more.
  public boolean isGone() {
    return gone;
  }

  public KmemCache cache() {
    return cache;
  }

  public long stat(Stat event) {
    return switch (event) {
      case ALLOC_FASTPATH -> allocFastpath;
      case FREE_FASTPATH -> freeFastpath;
      default -> stat[event.ordinal()];
    };
  }

  /// Sets a counter to 0. The transaction id goes on.
  void clear(Stat event) {
    switch (event) {
      case ALLOC_FASTPATH -> {
        otherTransactions += allocFastpath;
        allocFastpath = 0;
      }
      case FREE_FASTPATH -> {
        otherTransactions += freeFastpath;
        freeFastpath = 0;
      }
      default -> stat[event.ordinal()] = 0;
    }
  }

  /// Sets every counter to 0. Only while nothing runs.
  public void clearStats() {
    for (Stat event : Stat.values()) {
      clear(event);
    }
  }

  public long[] stats() {
    long[] all = stat.clone();
    all[Stat.ALLOC_FASTPATH.ordinal()] = allocFastpath;
    all[Stat.FREE_FASTPATH.ordinal()] = freeFastpath;
    return all;
  }

  /// The transaction id: grows with each operation.
  public long tid() {
    return tidStart + tidStep * (allocFastpath + freeFastpath + otherTransactions);
  }

  /// What this cpu holds of the cache, for reports.
  public CpuView view() {
    SlabGrant current = slab;
    int[] free =
        current == null
            ? new int[0]
            : current.slab().isLoan()
                ? lent.indexes()
                : objects.intactIndexes(current.slab().frame(), firstFree());
    return new CpuView(current(), free, partialSlabs());
  }

  /// Its current slab, null for none.
  public @Nullable SlabRef current() {
    SlabGrant current = slab;
    return current == null ? null : current.slab();
  }

  /// Its partial list, head first.
  public SlabRef[] partialSlabs() {
    SlabGrant[] slabs = partial.toArray();
    SlabRef[] refs = new SlabRef[slabs.length];
    for (int i = 0; i < refs.length; i++) {
      refs[i] = slabs[i].slab();
    }
    return refs;
  }
}
