package org.numaslab.cpu.client;

import org.numaslab.cpu.cache.Cpu;
import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.cache.AddressInfo;
import org.numaslab.node.cache.AddressInfo.What;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.memory.ObjectAddress;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.slab.EmulatedOops;
import org.numaslab.node.topology.NodeId;

/// Blocks of pages of a node's buddy allocator, as a task uses them: `alloc_pages` and `free_pages`
/// of include/linux/gfp.h, v6.1. A block of order n has `1 << n` pages of 4096 bytes and lies at a
/// multiple of its size. Addresses are physical; 0 is NULL.
///
/// Departure: every block is a compound page (`__GFP_COMP`): it goes back as a whole.
///
/// Owner: the task.
public final class Pages {
  /// Orders from this one on do not exist (`MAX_ORDER` of 6.1).
  public static final int MAX_ORDER = 11;

  private final Task current;

  Pages(Task current) {
    this.current = current;
  }

  /// Takes a block (`__get_free_pages`).
  ///
  /// @param gfp bits of [org.numaslab.node.buddy.Gfp]
  /// @param order 0..10
  /// @return its address, NULL when no node has one; for an order that does not exist NULL and a
  ///   warning in the kernel's log, which `__GFP_NOWARN` silences
  public long getFreePages(int gfp, int order) {
    return allocPagesNode(NodeId.NONE, gfp, order);
  }

  /// Takes a block of a node, or of another one when that has none and `gfp` is without THISNODE
  /// (`alloc_pages_node`).
  ///
  /// @param node number of a node, or [NodeId#NONE]
  public long allocPagesNode(int node, int gfp, int order) {
    if (order < 0 || order >= MAX_ORDER) {
      if ((gfp & Gfp.NOWARN) == 0) {
        current.warn("mm/page_alloc.c __alloc_pages");
      }
      return Slab.NULL;
    }
    Cpu cpu = current.enterAlloc(gfp);
    return current.settle(
        cpu, cpu.allocPages(order, node, current.kthreads().kmalloc().ofPages(gfp)));
  }

  /// Takes a block of zeros (`get_zeroed_page` for order 0).
  public long getZeroedPages(int gfp, int order) {
    return getFreePages(gfp | Gfp.ZERO, order);
  }

  /// Gives a block back (`free_pages`).
  ///
  /// @param address of its first page; NULL is nothing
  /// @throws EmulatedOops when no such block begins there (`VM_BUG_ON_PAGE` of the reference count,
  ///   which the kernel has with CONFIG_DEBUG_VM)
  public void freePages(long address, int order) {
    if (address == Slab.NULL) {
      return;
    }
    AddressInfo info = current.contents().find(address);
    if (info.what() != What.PAGES || info.begin() != address || info.order() != order) {
      throw new EmulatedOops(
          "BUG: Bad page state: free_pages of order %d at %s, where no such block of pages begins"
              .formatted(order, ObjectAddress.print(address)));
    }
    give(address);
  }

  /// Gives the block back that an address begins.
  void give(long address) {
    Cpu cpu = current.enter();
    current.settle(
        cpu,
        cpu.ask(
            new NodeId(cpu.homeOf(address)),
            r -> new NodeProtocol.GivePages(cpu.caller(), r, address)));
  }

  /// Bytes of a block of an order.
  public static long bytes(int order) {
    return 1L << (order + Memory.PAGE_SHIFT);
  }
}
