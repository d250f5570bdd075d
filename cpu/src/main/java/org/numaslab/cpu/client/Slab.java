package org.numaslab.cpu.client;

import java.lang.foreign.StructLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.cache.KmemCacheCpu;
import org.numaslab.cpu.protocol.TaskReply;
import org.numaslab.cpu.protocol.TaskRequest;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.ObjectConstructor;
import org.numaslab.node.slab.CacheRequest;
import org.numaslab.node.slab.Call;
import org.numaslab.node.slab.EmulatedOops;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.slab.Track;
import org.numaslab.node.topology.NodeId;

/// Object caches, as a task of the emulated kernel uses them: the `kmem_cache_*` functions of
/// include/linux/slab.h, v6.1. Addresses are physical; 0 is NULL.
///
/// Owner: the task.
public final class Slab {
  /// What no address is.
  public static final long NULL = Cpu.NULL;

  private final Task current;

  Slab(Task current) {
    this.current = current;
  }

  /// Makes a cache, or joins an older one that the request fits: then the same cache under another
  /// name (`kmem_cache_create`). Sleeps.
  ///
  /// @param name as /proc/slabinfo and /sys/kernel/slab show it
  /// @param size of an object, in bytes
  /// @param align of an object, in bytes; 0 leaves it to the cache
  /// @param flags bits of [SlabFlags]
  /// @param constructor runs once for each object of a new slab, at the slab's node; null for none
  /// @return null when the kernel refuses; its log says why
  /// @throws KernelPanic when it refuses a cache with PANIC
  public @Nullable KmemCache kmemCacheCreate(
      @Nullable String name,
      long size,
      long align,
      int flags,
      @Nullable ObjectConstructor constructor) {
    return kmemCacheCreateUsercopy(name, size, align, flags, 0, 0, constructor);
  }

  /// The same where a part of each object may be copied to and from user space
  /// (`kmem_cache_create_usercopy`).
  ///
  /// @param userOffset of that part, from the object's begin, in bytes
  /// @param userSize of that part, in bytes
  public @Nullable KmemCache kmemCacheCreateUsercopy(
      @Nullable String name,
      long size,
      long align,
      int flags,
      long userOffset,
      long userSize,
      @Nullable ObjectConstructor constructor) {
    return new CacheCreation(current, name, flags)
        .create(size, align, userOffset, userSize, constructor);
  }

  /// A cache for a structure: name, size and alignment are the layout's (`KMEM_CACHE`).
  ///
  /// @param layout with a name, as of `withName("task_struct")`
  /// @param flags bits of [SlabFlags]
  public @Nullable KmemCache kmemCacheCreate(StructLayout layout, int flags) {
    return kmemCacheCreate(
        layout.name().orElse(null), layout.byteSize(), layout.byteAlignment(), flags, null);
  }

  /// The same with what is asked for in one value.
  public @Nullable KmemCache kmemCacheCreate(
      CacheRequest request, @Nullable ObjectConstructor constructor) {
    return kmemCacheCreateUsercopy(
        request.name(),
        request.objectSize(),
        request.align(),
        request.flags(),
        0,
        request.usersize(),
        constructor);
  }

  /// Takes one creation of a cache back; after the last the cache is gone, unless objects of it are
  /// alive: then the kernel's log lists them (`kmem_cache_destroy`). Sleeps.
  ///
  /// @param cache null is allowed, and nothing
  public void kmemCacheDestroy(@Nullable KmemCache cache) {
    if (cache == null) {
      return;
    }
    current.rcu().kvfreeRcuBarrier();
    if (current.ask(r -> new TaskRequest.DestroyCache(current.cpu(), r, cache.id()))
        instanceof TaskReply.Refused) {
      throw goneTo("kmem_cache_destroy", cache.name());
    }
  }

  /// Gives empty slabs back and sorts the others, fullest first (`kmem_cache_shrink`). Sleeps.
  ///
  /// @return whether slabs are left
  public boolean kmemCacheShrink(KmemCache cache) {
    requireAlive("kmem_cache_shrink", current.enter(), cache.id());
    TaskReply reply = current.ask(r -> new TaskRequest.ShrinkCache(current.cpu(), r, cache.id()));
    return reply instanceof TaskReply.Shrunk shrunk && shrunk.slabsLeft();
  }

  /// Bytes of an object (`kmem_cache_size`).
  public int kmemCacheSize(KmemCache cache) {
    requireAlive("kmem_cache_size", current.enter(), cache.id());
    return cache.geometry().objectSize();
  }

  /// Takes an object (`kmem_cache_alloc`).
  ///
  /// @param gfp bits of [Gfp]
  /// @return its address, [#NULL] when there is no memory
  public long kmemCacheAlloc(KmemCache cache, int gfp) {
    return alloc(cache.id(), NodeId.NONE, gfp);
  }

  /// Takes an object of a node, or of another one when that has no memory and `gfp` is without
  /// THISNODE (`kmem_cache_alloc_node`).
  ///
  /// @param node number of a node, or [NodeId#NONE]; one that the machine has not is taken for that
  public long kmemCacheAllocNode(KmemCache cache, int gfp, int node) {
    return alloc(cache.id(), node, gfp);
  }

  /// Takes an object of zeros (`kmem_cache_zalloc`).
  public long kmemCacheZalloc(KmemCache cache, int gfp) {
    return alloc(cache.id(), NodeId.NONE, gfp | Gfp.ZERO);
  }

  long alloc(CacheId cache, int node, int gfp) {
    Cpu cpu = current.enterAlloc(gfp);
    requireAlive("kmem_cache_alloc", cpu, cache);
    return current.settle(cpu, cpu.alloc(cache, known(node), current.effective(gfp)));
  }

  /// A node that there is not is no wish (`___slab_alloc`).
  int known(int node) {
    return node >= 0 && node < current.kthreads().topology().nodeCount() ? node : NodeId.NONE;
  }

  /// Gives an object back (`kmem_cache_free`).
  ///
  /// @param object its address; of [#NULL] the kernel's log says that it is no object, no more
  public void kmemCacheFree(KmemCache cache, long object) {
    if (!isNull(object)) {
      free(cache.id(), object);
    }
  }

  private boolean isNull(long object) {
    if (object == NULL) {
      current.print("virt_to_cache: Object is not a Slab page!");
    }
    return object == NULL;
  }

  void free(CacheId cache, long object) {
    Cpu cpu = current.enter();
    requireAlive("kmem_cache_free", cpu, cache);
    cpu.free(cache, object);
  }

  /// Takes `count` objects, or none (`kmem_cache_alloc_bulk`).
  ///
  /// @param into receives their addresses, from its element 0 on
  /// @return `count`, or 0 when there is no memory for all
  public int kmemCacheAllocBulk(KmemCache cache, int gfp, int count, long[] into) {
    requireRoom("kmem_cache_alloc_bulk", count, into);
    Cpu cpu = current.enterAlloc(gfp);
    requireAlive("kmem_cache_alloc_bulk", cpu, cache.id());
    return (int)
        current.settle(cpu, cpu.allocBulk(cache.id(), current.effective(gfp), into, count));
  }

  private static void requireRoom(String function, int count, long[] array) {
    if (count < 0 || count > array.length) {
      throw new IllegalArgumentException(
          "%s: count: got %d, allowed: 0..%d, the length of the array"
              .formatted(function, count, array.length));
    }
  }

  /// Gives objects of one cache back (`kmem_cache_free_bulk`). NULL among them, and a count of 0,
  /// are told in the kernel's log and left out.
  public void kmemCacheFreeBulk(KmemCache cache, int count, long[] objects) {
    requireRoom("kmem_cache_free_bulk", count, objects);
    if (count == 0) {
      current.print("WARNING: at mm/slub.c: kmem_cache_free_bulk: !size");
      return;
    }
    Cpu cpu = current.enter();
    requireAlive("kmem_cache_free_bulk", cpu, cache.id());
    cpu.freeBulk(
        cache.id(), Arrays.stream(objects, 0, count).filter(object -> !isNull(object)).toArray());
  }

  /// What follows a pointer into a cache that is gone is found as KASAN finds it. Of a cache with
  /// STORE_USER the cpu learns whom it serves.
  private void requireAlive(String function, Cpu cpu, CacheId cache) {
    KmemCacheCpu c = cpu.cache(cache);
    if (c.isGone()) {
      throw goneTo(function, c.cache().name());
    }
    if (c.cache().geometry().has(SlabFlags.STORE_USER)) {
      cpu.serves(new Call(Track.of(-1, cpu.id().value(), current.pid(), 0), 0));
    }
  }

  private static EmulatedOops goneTo(String function, String cache) {
    return new EmulatedOops(
        "BUG: KASAN: use-after-free in " + function + ": the cache " + cache + " is destroyed");
  }
}
