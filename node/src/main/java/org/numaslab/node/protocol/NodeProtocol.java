package org.numaslab.node.protocol;

import org.numaslab.node.buddy.MemoryState;
import org.numaslab.node.buddy.Watermark;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.cache.KmemCache;
import org.numaslab.node.slab.Call;

/// What a node can be asked.
public sealed interface NodeProtocol {
  /// Slabs that a message to another node or from it names, or more messages are sent: a cpu's
  /// partial list is longer only where `cpu_partial` was written.
  int SLABS_MAX = 4096;

  /// Asked by a cpu. Each is answered by one [NodeReply] with the same number.
  sealed interface FromCpu extends NodeProtocol {
    Caller from();

    long request();
  }

  /// Slabs of the partial list: one to be current, some for the cpu partial list
  /// (`get_partial_node`).
  ///
  /// @param moreThan answer only when the list is longer than this: 0, or `min_partial` when a cpu
  ///   of another node searches (`get_any_partial`)
  /// @param call kept with the object by caches with STORE_USER
  record TakePartial(Caller from, long request, CacheId cache, int moreThan, Call call)
      implements FromCpu {}

  /// A slab of new pages.
  ///
  /// @param call kept with the object by caches with STORE_USER
  record NewSlab(
      Caller from, long request, CacheId cache, int order, int gfp, Watermark mark, Call call)
      implements FromCpu {}

  /// The list of a lent slab that is or becomes its cpu's current one (`get_freelist`). An empty
  /// list closes the loan.
  record Activate(Caller from, long request, CacheId cache, SlabRef slab) implements FromCpu {}

  /// A cpu's current slab comes back with the rest of its list (`deactivate_slab`).
  ///
  /// @param list head of the rest in the node's memory, for the node's own cpus
  /// @param indexes the rest in list order, for a loan
  record Deactivate(
      Caller from, long request, CacheId cache, SlabRef slab, long list, int[] indexes)
      implements FromCpu {}

  /// Slabs of a cpu partial list come back (`__unfreeze_partials`), first to last.
  record Unfreeze(Caller from, long request, CacheId cache, SlabRef[] slabs) implements FromCpu {}

  /// Objects freed by a cpu that may not do it itself (`__slab_free`).
  ///
  /// @param runs one after the other
  record Free(Caller from, long request, FreedRun[] runs) implements FromCpu {}

  /// Objects of one cache that were freed one after the other, or together
  /// (`kmem_cache_free_bulk`).
  ///
  /// @param objects one by one: as they were freed; together: of one slab, as far as the cpu can
  ///   tell, in the order in which its list shall have them
  /// @param call kept with the objects by caches with STORE_USER
  record FreedRun(CacheId cache, long[] objects, Call call, boolean oneByOne) {}

  /// Clears an object that a cpu of another node hands out.
  record Zero(Caller from, long request, CacheId cache, long object) implements FromCpu {}

  /// Pages that are handed out as they are (`__kmalloc_large_node`).
  record TakePages(Caller from, long request, int order, int gfp, Watermark mark)
      implements FromCpu {}

  /// The block that begins at an address comes back (`free_large_kmalloc`).
  record GivePages(Caller from, long request, long address) implements FromCpu {}

  /// What lies at an address (`virt_to_slab`).
  record Find(Caller from, long request, long address) implements FromCpu {}

  /// How much of a cache the node has (`slab_out_of_memory`).
  record Count(Caller from, long request, CacheId cache) implements FromCpu {}

  /// The bytes from an address on.
  ///
  /// @param within whether they must lie in one object or block
  record Load(Caller from, long request, long address, int bytes, boolean within)
      implements FromCpu {}

  /// Writes bytes.
  ///
  /// @param within whether they must lie in one object or block
  record Store(Caller from, long request, long address, byte[] bytes, boolean within)
      implements FromCpu {}

  /// Writes the same byte many times (`memset`).
  ///
  /// @param within whether they must lie in one object or block
  record Fill(Caller from, long request, long address, long bytes, byte value, boolean within)
      implements FromCpu {}

  /// Asked by the registry. Each but the descriptions is answered by one [RegistryReply] with the
  /// same number.
  sealed interface FromRegistry extends NodeProtocol {
    long request();
  }

  /// A new cache, or one whose attributes changed.
  record Describe(long request, KmemCache cache) implements FromRegistry {}

  /// Gives empty slabs back and sorts the partial list; every cpu was flushed
  /// (`__kmem_cache_do_shrink`).
  record Shrink(long request, CacheId cache) implements FromRegistry {}

  /// Gives all slabs back; every cpu was flushed (`__kmem_cache_shutdown`).
  record Shutdown(long request, CacheId cache) implements FromRegistry {}

  /// Checks every slab of a cache with debug flags (a write to its `validate`); every cpu was
  /// flushed.
  record Validate(long request, CacheId cache) implements FromRegistry {}

  /// A grace period begins; no cpu was asked yet.
  record BeginGracePeriod(long request) implements FromRegistry {}

  /// Every cpu has passed a quiescent point since the grace period began.
  record EndGracePeriod(long request) implements FromRegistry {}

  /// The node's memory goes off line, or comes back (`offline_pages`, `online_pages`). OFFLINE is
  /// asked for after GOING_OFFLINE, and refused while pages are in use: then it is ONLINE again.
  record SetMemory(long request, MemoryState state) implements FromRegistry {}
}
