package org.numaslab.node.cache;

import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.buddy.Watermark;
import org.numaslab.node.memory.FrameTable;
import org.numaslab.node.memory.FrameTable.Kind;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.memory.ObjectAddress;
import org.numaslab.node.slab.EmulatedOops;
import org.numaslab.node.topology.NodeId;

/// A node's pages that are handed out as they are, not as slabs: what kmalloc does with sizes above
/// its largest cache.
///
/// Owner: the node. Models `__kmalloc_large_node` and `free_large_kmalloc` of mm/slab_common.c,
/// v6.1.
public final class PlainPages {
  private final NodeId node;
  private final Memory memory;
  private final FrameTable frames;
  private final Nature nature;
  private long pages;

  public PlainPages(NodeId node, Memory memory, Nature nature) {
    this.node = node;
    this.memory = memory;
    this.frames = memory.frames();
    this.nature = nature;
  }

  /// A block of `1 << order` pages, each of which knows its first; of zeros for `gfp` with ZERO.
  ///
  /// @return its first frame, or [Nature#REFUSED]
  public long take(int order, int gfp, Watermark mark) {
    long head = nature.page(CacheId.NONE, node, order, gfp, mark);
    if (head != Nature.REFUSED) {
      memory.touch(head, order);
      frames.markBlock(head, order, Kind.PAGES, 0);
      pages += 1L << order;
      if ((gfp & Gfp.ZERO) != 0) {
        memory.fill(head << Memory.PAGE_SHIFT, (long) Memory.PAGE_BYTES << order, (byte) 0);
      }
    }
    return head;
  }

  /// Takes a block back.
  ///
  /// @param address its begin
  /// @throws EmulatedOops when no block begins there
  public void giveBack(long address) {
    long head = address >>> Memory.PAGE_SHIFT;
    boolean begins = frames.kind(head) == Kind.PAGES && frames.head(head) == head;
    if (!begins || address != head << Memory.PAGE_SHIFT) {
      throw new EmulatedOops(
          "kernel BUG at mm/slab_common.c: kfree of "
              + ObjectAddress.print(address)
              + ", where no pages begin that kmalloc handed out");
    }
    int order = frames.order(head);
    pages -= 1L << order;
    memory.takeBack(order);
    nature.giveBack(CacheId.NONE, head, order);
  }

  /// Pages that are handed out.
  public long pages() {
    return pages;
  }
}
