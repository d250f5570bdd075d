package org.numaslab.node.cache;

import org.jspecify.annotations.Nullable;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.slab.CacheGeometry;
import org.numaslab.node.slab.SlabFlags;
import org.numaslab.node.slab.SlabObjects;

/// A cache as everybody on the machine knows it. Immutable: the registry is its only writer and
/// sends a new one when an attribute is written. Models `struct kmem_cache`, v6.1.
///
/// @param minPartial slabs that a node keeps although they are empty; beyond 2^63 all the same
/// @param cpuPartial objects that a cpu's partial list may hold, as sysfs shows it; unsigned
/// @param cpuPartialSlabs the same in slabs: what is really compared
/// @param remoteNodeDefragRatio 0..1000; the share of 1024 draws that may search other nodes
/// @param cookie of the hardened free pointers
/// @param randomSequence order of new free lists, a permutation of the indexes; empty for address
///   order
/// @param initOnAlloc whether every object is cleared when it is allocated (init_on_alloc=1)
public record KmemCache(
    CacheId id,
    String name,
    CacheGeometry geometry,
    long minPartial,
    int cpuPartial,
    int cpuPartialSlabs,
    int remoteNodeDefragRatio,
    boolean hardened,
    long cookie,
    int[] randomSequence,
    boolean initOnAlloc,
    @Nullable ObjectConstructor constructor) {

  /// The kernel's default, which sysfs shows divided by ten.
  public static final int REMOTE_NODE_DEFRAG_RATIO_DEFAULT = 1000;

  /// A cache as it is right after creation.
  public static KmemCache created(
      CacheId id,
      String name,
      CacheGeometry geometry,
      Nature nature,
      boolean initOnAlloc,
      @Nullable ObjectConstructor constructor) {
    return new KmemCache(
        id,
        name,
        geometry,
        geometry.minPartial(),
        geometry.cpuPartial(),
        geometry.cpuPartialSlabs(),
        REMOTE_NODE_DEFRAG_RATIO_DEFAULT,
        true,
        nature.cookie(id),
        nature.randomSequence(id, geometry.ooObjects()),
        initOnAlloc,
        constructor);
  }

  /// The same slots for larger objects: those of a cache that was merged into it.
  public KmemCache withGeometry(CacheGeometry grown) {
    return new KmemCache(
        id,
        name,
        grown,
        minPartial,
        cpuPartial,
        cpuPartialSlabs,
        remoteNodeDefragRatio,
        hardened,
        cookie,
        randomSequence,
        initOnAlloc,
        constructor);
  }

  public KmemCache withMinPartial(long slabs) {
    return new KmemCache(
        id,
        name,
        geometry,
        slabs,
        cpuPartial,
        cpuPartialSlabs,
        remoteNodeDefragRatio,
        hardened,
        cookie,
        randomSequence,
        initOnAlloc,
        constructor);
  }

  public KmemCache withCpuPartial(int objects) {
    return new KmemCache(
        id,
        name,
        geometry,
        minPartial,
        objects,
        CacheGeometry.cpuPartialSlabs(objects, geometry.ooObjects()),
        remoteNodeDefragRatio,
        hardened,
        cookie,
        randomSequence,
        initOnAlloc,
        constructor);
  }

  public KmemCache withRemoteNodeDefragRatio(int ratio) {
    return new KmemCache(
        id,
        name,
        geometry,
        minPartial,
        cpuPartial,
        cpuPartialSlabs,
        ratio,
        hardened,
        cookie,
        randomSequence,
        initOnAlloc,
        constructor);
  }

  public boolean isDebug() {
    return (geometry.flags() & SlabFlags.DEBUG_FLAGS) != 0;
  }

  /// Whether freed-into full slabs go to a cpu's partial list. True also when its limit is 0.
  public boolean hasCpuPartial() {
    return !isDebug();
  }

  public boolean isTypesafeByRcu() {
    return (geometry.flags() & SlabFlags.TYPESAFE_BY_RCU) != 0;
  }

  /// Whether an object is cleared when it is handed out (`slab_want_init_on_alloc`).
  public boolean clears(int gfp) {
    boolean asked = (gfp & Gfp.ZERO) != 0;
    if (!asked && !initOnAlloc) {
      return false;
    }
    boolean constructed = geometry.ctor() || constructor != null;
    if (!initOnAlloc || constructed) {
      return !constructed;
    }
    boolean contentMatters =
        (geometry.flags() & (SlabFlags.TYPESAFE_BY_RCU | SlabFlags.POISON)) != 0;
    return !contentMatters || asked;
  }

  public SlabObjects objectsIn(Memory memory) {
    return new SlabObjects(memory, geometry, hardened, cookie);
  }
}
