package org.numaslab.cpu.client;

import org.numaslab.cpu.cache.Cpu;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.AddressInfo;
import org.numaslab.node.cache.AddressInfo.What;
import org.numaslab.node.cache.CacheId;
import org.numaslab.node.memory.ObjectAddress;
import org.numaslab.node.slab.EmulatedOops;
import org.numaslab.node.slab.KmallocClasses;
import org.numaslab.node.topology.NodeId;

/// Memory by size, as a task of the emulated kernel uses it: kmalloc and its relatives of
/// include/linux/slab.h and mm/slab_common.c, v6.1. Addresses are physical; 0 is NULL.
///
/// | size in bytes | comes from |
/// |---|---|
/// | 0 | nowhere: [#ZERO_SIZE_PTR] |
/// | 1..8192 | the kmalloc cache of its class, of the family that `gfp` says |
/// | ..4 MiB | pages of a node |
/// | more | nowhere: NULL |
///
/// Owner: the task.
public final class Kmalloc {
  /// What a request for nothing gets; may be freed, holds nothing.
  public static final long ZERO_SIZE_PTR = KmallocClasses.ZERO_SIZE_PTR;

  private final Task current;
  private final Slab slab;

  Kmalloc(Task current) {
    this.current = current;
    this.slab = current.slab();
  }

  /// Takes memory.
  ///
  /// @param size in bytes
  /// @param gfp bits of [Gfp]
  /// @return its address, NULL when there is none, or [#ZERO_SIZE_PTR]
  public long kmalloc(long size, int gfp) {
    return kmallocNode(size, gfp, NodeId.NONE);
  }

  /// Takes memory of a node, or of another one when that has none and `gfp` is without THISNODE.
  ///
  /// @param node number of a node, or [NodeId#NONE]
  public long kmallocNode(long size, int gfp, int node) {
    if (size == 0) {
      return ZERO_SIZE_PTR;
    }
    if (size > 0 && size <= KmallocClasses.CACHE_SIZE_MAX) {
      return slab.alloc(current.kthreads().kmalloc().of((int) size, gfp), node, gfp);
    }
    if (size < 0 || size > KmallocClasses.SIZE_MAX) {
      return Slab.NULL;
    }
    Cpu cpu = current.enterAlloc(gfp);
    int ofPages = current.effective(current.kthreads().kmalloc().ofPages(gfp));
    return current.settle(
        cpu, cpu.allocPages(KmallocClasses.pageOrder(size), slab.known(node), ofPages));
  }

  /// Takes memory of zeros.
  public long kzalloc(long size, int gfp) {
    return kmalloc(size, gfp | Gfp.ZERO);
  }

  /// Takes memory of zeros of a node.
  public long kzallocNode(long size, int gfp, int node) {
    return kmallocNode(size, gfp | Gfp.ZERO, node);
  }

  /// Takes memory for `count` elements of `size` bytes (`kmalloc_array`).
  ///
  /// @return NULL also when the product is more than 64 bits hold
  public long kmallocArray(long count, long size, int gfp) {
    return Math.unsignedMultiplyHigh(count, size) != 0 ? Slab.NULL : kmalloc(count * size, gfp);
  }

  /// Takes memory of zeros for `count` elements of `size` bytes.
  public long kcalloc(long count, long size, int gfp) {
    return kmallocArray(count, size, gfp | Gfp.ZERO);
  }

  /// Gives memory back (`kfree`).
  ///
  /// @param address that a kmalloc gave, or an object of any cache; NULL and [#ZERO_SIZE_PTR] are
  ///   nothing
  public void kfree(long address) {
    if (isNothing(address)) {
      return;
    }
    AddressInfo info = current.contents().find(address);
    switch (info.what()) {
      case OBJECT, BEYOND -> slab.free(new CacheId(info.cache()), address);
      case PAGES -> current.pages().give(address);
      case NOTHING ->
          throw new EmulatedOops(
              "kernel BUG at mm/slab_common.c: kfree of "
                  + ObjectAddress.print(address)
                  + ", which is no memory of kmalloc");
    }
  }

  /// Bytes that may be used of what a kmalloc gave (`ksize`): not less than were asked for.
  ///
  /// @return 0 for [#ZERO_SIZE_PTR], and for an object that is free on its slab's own list
  public long ksize(long address) {
    if (isNothing(address)) {
      return 0;
    }
    AddressInfo info = current.contents().find(address);
    if (info.onSlabList()) {
      current.print(
          "BUG: KASAN: use-after-free in ksize: " + ObjectAddress.print(address) + " is free");
      return 0;
    }
    return info.what() == What.OBJECT || info.what() == What.PAGES ? info.bytes() : 0;
  }

  /// Another size for the same contents: where they are, or in new memory, up to the smaller of
  /// both sizes (`krealloc`).
  ///
  /// @param address that a kmalloc gave; NULL takes new memory
  /// @param size 0 frees
  /// @return NULL when there is no memory: what was there stays
  public long krealloc(long address, long size, int gfp) {
    if (size == 0) {
      kfree(address);
      return ZERO_SIZE_PTR;
    }
    long had = ksize(address);
    if (!isNothing(address) && had >= size) {
      return address;
    }
    long grown = kmalloc(size, gfp);
    if (grown != Slab.NULL && had > 0) {
      Contents contents = current.contents();
      contents.write(grown, contents.read(address, (int) had));
      kfree(address);
    }
    return grown;
  }

  /// Clears memory and gives it back (`kfree_sensitive`).
  public void kfreeSensitive(long address) {
    long bytes = ksize(address);
    if (bytes > 0) {
      current.contents().fill(address, bytes, (byte) 0);
    }
    kfree(address);
  }

  /// NULL, or no more than it: what [#ZERO_SIZE_PTR] is, too (`ZERO_OR_NULL_PTR`).
  private static boolean isNothing(long address) {
    return address >= 0 && address <= ZERO_SIZE_PTR;
  }
}
