package org.numaslab.cpu.client;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.numaslab.cpu.cache.Cpu;
import org.numaslab.cpu.protocol.TaskReply;
import org.numaslab.cpu.protocol.TaskRequest;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.cache.ObjectConstructor;
import org.numaslab.node.slab.CacheRequest;
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
  /// name (`kmem_cache_create_usercopy`). Sleeps.
  ///
  /// @param request name, size and alignment in bytes, flags
  /// @param constructor runs once for each object of a new slab, at the slab's node; null for none
  /// @return null when the kernel refuses; its log says why
  public @Nullable KmemCache kmemCacheCreate(
      CacheRequest request, @Nullable ObjectConstructor constructor) {
    TaskReply reply =
        current.ask(r -> new TaskRequest.CreateCache(current.cpu(), r, request, constructor));
    return reply instanceof TaskReply.Created created ? created.cache() : null;
  }

  /// Takes one creation of a cache back; after the last the cache is gone, unless objects of it are
  /// alive: then the kernel's log lists them (`kmem_cache_destroy`). Sleeps.
  ///
  /// @param cache null is allowed, and nothing
  public void kmemCacheDestroy(@Nullable KmemCache cache) {
    if (cache != null) {
      current.rcu().kvfreeRcuBarrier();
      current.ask(r -> new TaskRequest.DestroyCache(current.cpu(), r, cache.id()));
    }
  }

  /// Gives empty slabs back and sorts the others, fullest first (`kmem_cache_shrink`). Sleeps.
  ///
  /// @return whether slabs are left
  public boolean kmemCacheShrink(KmemCache cache) {
    TaskReply reply = current.ask(r -> new TaskRequest.ShrinkCache(current.cpu(), r, cache.id()));
    return reply instanceof TaskReply.Shrunk shrunk && shrunk.slabsLeft();
  }

  /// Bytes of an object (`kmem_cache_size`).
  public int kmemCacheSize(KmemCache cache) {
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
  /// @param node number of a node, or [NodeId#NONE]
  public long kmemCacheAllocNode(KmemCache cache, int gfp, int node) {
    return alloc(cache.id(), node, gfp);
  }

  /// Takes an object of zeros (`kmem_cache_zalloc`).
  public long kmemCacheZalloc(KmemCache cache, int gfp) {
    return alloc(cache.id(), NodeId.NONE, gfp | Gfp.ZERO);
  }

  long alloc(CacheId cache, int node, int gfp) {
    Cpu cpu = current.enterAlloc(gfp);
    return current.settle(cpu, cpu.alloc(cache, node, gfp));
  }

  /// Gives an object back (`kmem_cache_free`).
  ///
  /// @param object its address; not [#NULL]
  public void kmemCacheFree(KmemCache cache, long object) {
    free(cache.id(), object);
  }

  void free(CacheId cache, long object) {
    current.enter().free(cache, object);
  }

  /// Takes `count` objects, or none (`kmem_cache_alloc_bulk`).
  ///
  /// @param into receives their addresses, from its element 0 on
  /// @return `count`, or 0 when there is no memory for all
  public int kmemCacheAllocBulk(KmemCache cache, int gfp, int count, long[] into) {
    Cpu cpu = current.enterAlloc(gfp);
    return (int) current.settle(cpu, cpu.allocBulk(cache.id(), gfp, into, count));
  }

  /// Gives objects of one cache back (`kmem_cache_free_bulk`).
  public void kmemCacheFreeBulk(KmemCache cache, int count, long[] objects) {
    long[] freed = Arrays.copyOf(objects, count);
    current.enter().freeBulk(cache.id(), freed);
  }
}
