package org.numaslab.cpu.cache;

import org.numaslab.node.buddy.Gfp;
import org.numaslab.node.memory.Memory;
import org.numaslab.node.protocol.NodeProtocol;
import org.numaslab.node.protocol.NodeReply;
import org.numaslab.node.protocol.NodeReply.TookPages;

/// An allocation of pages that are no slab, as its own continuation: it asks the nodes of its
/// [PageWalk] until one has them.
///
/// Owner: the cpu. Models `__kmalloc_large_node` of mm/slab_common.c, v6.1.
final class PageAlloc {
  private final Cpu cpu;
  private final PageWalk walk = new PageWalk();
  private int order;
  private int gfp;

  PageAlloc(Cpu cpu) {
    this.cpu = cpu;
  }

  /// @return [Cpu#WAIT]
  long start(int blockOrder, int wantedNode, int gfpFlags) {
    order = blockOrder;
    gfp = gfpFlags | Gfp.COMP;
    walk.start(cpu.allowedNodes(cpu.constraint(wantedNode), gfpFlags), cpu.failsPages(order, gfp));
    return next();
  }

  private long next() {
    if (!walk.next(gfp)) {
      return cpu.reclaims(gfp) ? Cpu.RECLAIM : Cpu.NULL;
    }
    return cpu.ask(
        walk.node().value(),
        r -> new NodeProtocol.TakePages(cpu.caller(), r, order, gfp, walk.mark()));
  }

  /// @return a physical address, [Cpu#NULL], [Cpu#WAIT] or [Cpu#RECLAIM]
  long resume(NodeReply reply) {
    if (reply instanceof TookPages took) {
      cpu.countPages(walk.allowed(), gfp, walk.node());
      return took.frame() << Memory.PAGE_SHIFT;
    }
    return next();
  }

  long retry() {
    walk.restart();
    return next();
  }
}
